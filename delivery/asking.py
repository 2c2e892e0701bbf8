"""The doors that decide: one experiment by name, or everything a page needs at once."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from delivery import decide as deciding
from delivery.callers import Caller, header_key, identify
from delivery.consent import Consent, may_measure, may_personalise, refuses_profiles
from delivery.index import Live, ReadyExperiment, ReadyPlacement
from delivery.locales import look_up
from delivery.messages import message
from delivery.moment import Moment
from delivery.offers import NOTHING_KNOWN, UNKNOWN_PLACE, Offer, unpersonalised
from delivery.reading import BROWSER_BYTES, Id, check_size, check_type, checked_id, read
from delivery.visitor import NOBODY, Known, Visitor, day_at, state_key
from delivery.wire import Assigned, Headers, Look, Request, Response, Result
from engine.assignment.recipe import Reason
from engine.errors import InvalidInput, NotFound, TooLarge
from engine.profiles.caps import Seen
from engine.profiles.features import Value

JSON: Headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
NO_HEADERS: Mapping[bytes, bytes] = MappingProxyType({})
MOST_PLACEMENTS = 100  # a page has a handful
NO_SNAPSHOT = b',"snapshot":null}'
EXAMPLE = '{"user_id": "u-42", "placements": ["home-hero"]}'


class Page(msgspec.Struct, frozen=True):
    """Where the visitor is."""

    url: str | None = None
    referrer: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """The body of a decide call."""

    placements: list[str]
    user_id: Id | None = None
    session_id: Id | None = None
    key: str | None = None
    locale: str | None = None
    attributes: dict[str, Any] | None = None
    page: Page | None = None
    consent: Consent | None = None
    seen: dict[str, Seen] | None = None


_asked = msgspec.json.Decoder(Asked)
_quoted = msgspec.json.Encoder().encode


def assign(request: Request, moment: Moment) -> Result:
    """`GET /api/v1/assign?experiment=…&user_id=…`"""
    values, live = request.parameters(), moment.live
    if live is None:
        return Response(200, NOTHING_KNOWN.head + b"null" + NO_SNAPSHOT, JSON)
    caller = identify(live, request, elsewhere=values.get("key"))
    if not values.get("experiment"):
        raise InvalidInput(message("missing", field="experiment"), field="experiment")
    unit = checked_id(values, "user_id")
    experiment = _experiment(live, caller, values["experiment"])
    session = checked_id(values, "session_id") if "session_id" in values else None
    asked = Asked([], user_id=unit, session_id=session, locale=values.get("locale"))
    personal, headers = not refuses_profiles(request), request.headers
    answering = Answering.of(live, caller, moment, asked, personal=personal, headers=headers)
    if experiment.plain:
        return _assigned(answering, experiment, Visitor(unit))
    return answering.with_profile(
        lambda visitor: _assigned(answering, experiment, visitor), needed=experiment.needs_profile
    )


def _assigned(answering: "Answering", experiment: ReadyExperiment, visitor: Visitor) -> Response:
    live = answering.live
    offer = deciding.assign(experiment, visitor, live.learnt)
    body = offer.head_in(answering.locale) + answering.token(offer) + live.tail
    return Response(200, body, JSON, assigned=answering.assigned([offer]))


def _experiment(live: Live, caller: Caller, key: str) -> ReadyExperiment:
    found = live.experiments.get((caller.site.id, key))
    if found is not None and found.recipe is not None:
        return found
    if found is not None and caller.secret:
        raise NotFound(
            message("is_a_draft", key=key), field="experiment", hint=message("is_a_draft_hint")
        )
    # To a publishable key a draft and nothing at all are the same.
    raise NotFound(message("no_such_experiment", key=key[:100]), field="experiment")


def decide(request: Request, moment: Moment) -> Result:
    """`POST /api/v1/decide`: a creative for every placement of a page."""
    check_type(request)
    check_size(request, BROWSER_BYTES)
    asked = read(_asked, request.body, example=EXAMPLE)
    if len(asked.placements) > MOST_PLACEMENTS:
        raise TooLarge(message("too_many", field="placements", limit=MOST_PLACEMENTS))
    live = moment.live
    if live is None:
        return _defaults(asked.placements)
    elsewhere = asked.key or (None if header_key(request) else request.parameters().get("key"))
    caller = identify(live, request, elsewhere=elsewhere)
    personal = may_personalise(asked.consent) and not refuses_profiles(request)
    return _decisions(
        Answering.of(live, caller, moment, asked, personal=personal, headers=request.headers)
    )


def _defaults(placements: list[str]) -> Response:
    answer = NOTHING_KNOWN.head + b"null}"
    parts = b",".join(_quoted(key) + b":" + answer for key in dict.fromkeys(placements))
    return Response(200, b'{"decisions":{' + parts + b"}" + NO_SNAPSHOT, JSON)


def _decisions(answering: "Answering") -> Result:
    site, live = answering.caller.site.id, answering.live
    wanted = {
        key: live.placements.get((site, key)) for key in dict.fromkeys(answering.asked.placements)
    }
    unknown = [key for key, placement in wanted.items() if placement is None]
    if unknown and len(unknown) == len(wanted):
        raise NotFound(message("no_such_placement", key=unknown[0][:100]), field="placements")
    told = b',"unknown":' + _quoted(unknown) if unknown else b""

    def answer(visitor: Visitor) -> Response:
        offers = [_offer(answering, visitor, placement) for placement in wanted.values()]
        parts = [
            (place.name if place else _quoted(key)) + b":" + answering.decision(offer)
            for (key, place), offer in zip(wanted.items(), offers, strict=True)
        ]
        body = b'{"decisions":{' + b",".join(parts) + b"}" + told + live.tail
        return Response(200, body, JSON, assigned=answering.assigned(offers))

    there = [placement for placement in wanted.values() if placement is not None]
    if all(placement.plain for placement in there):
        return answer(Visitor(answering.unit or ""))
    return answering.with_profile(answer, needed=any(place.needs_profile for place in there))


def _offer(answering: "Answering", visitor: Visitor, placement: ReadyPlacement | None) -> Offer:
    if placement is None:
        return UNKNOWN_PLACE
    if answering.unit is None:
        return placement.fallbacks[Reason.NO_CONSENT]
    return deciding.place(placement, visitor, answering.live.learnt)


class Answering(msgspec.Struct, frozen=True):
    """One question being answered: who asks, about whom, and whether a profile may be used."""

    live: Live
    caller: Caller
    moment: Moment
    asked: Asked
    personal: bool
    unit: str | None
    pseudonym: bytes
    sign: Callable[[bytes, bytes, bytes], bytes]
    headers: Mapping[bytes, bytes]
    locale: str = ""

    @classmethod
    def of(
        cls,
        live: Live,
        caller: Caller,
        moment: Moment,
        asked: Asked,
        *,
        personal: bool,
        headers: Mapping[bytes, bytes] = NO_HEADERS,
    ) -> "Answering":
        """A question with the visitor it is about; nobody without consent to be counted."""
        unit = asked.user_id if may_measure(asked.consent) else None
        pseudonym = moment.tools.pseudonyms.of(caller.site.id, unit) if unit else b""
        sign = moment.tools.signer.sign
        offered = caller.site.locales
        locale = look_up(asked.locale, offered) if asked.locale and len(offered) > 1 else ""
        return cls(live, caller, moment, asked, personal, unit, pseudonym, sign, headers, locale)

    def with_profile(self, answer: Callable[[Visitor], Response], *, needed: bool) -> Result:
        """The answer, after a look at the profile where one is needed and may be used."""
        site = self.caller.site
        if not (needed and self.personal and self.unit and site.profiles):
            return answer(self.visitor(NOBODY))
        return Look(state_key(site.id, self.pseudonym), lambda known: answer(self.visitor(known)))

    def visitor(self, known: Known) -> Visitor:
        """Whom the decision is for."""
        asked, now_ms = self.asked, self.moment.now_ms
        return Visitor(
            unit=self.unit or "",
            session=asked.session_id or "",
            known=known,
            now_ms=now_ms,
            day=day_at(self.caller.site.timezone, now_ms),
            request=_features(asked),
            told=asked.seen or {},
        )

    def decision(self, offer: Offer) -> bytes:
        """One of several answers."""
        return offer.head_in(self.locale) + self.token(offer) + b"}"

    def token(self, offer: Offer) -> bytes:
        """The signed name of the decision, quoted; null where there is nothing to count."""
        if offer.stamp is None:
            return b"null"
        stamp = offer.stamp if self.personal else unpersonalised(offer.stamp)
        return b'"' + self.sign(self.moment.new_decision(), self.pseudonym, stamp) + b'"'

    def assigned(self, offers: Sequence[Offer]) -> Assigned | None:
        """Which of the offers give a variant of an experiment, for the log."""
        stamps = [one.stamp for one in offers if one.assigns and one.stamp]
        if not stamps:
            return None
        if not self.personal:
            stamps = [unpersonalised(stamp) for stamp in stamps]
        caller, asked = self.caller, self.asked
        return Assigned(
            caller.site,
            self.pseudonym,
            stamps,
            self.moment.now_ms,
            self.headers,
            caller.secret,
            asked.attributes and asked.attributes.get("device"),
            asked.locale,
        )


def _features(asked: Asked) -> dict[str, Value]:
    """What the request says of the visitor, by the names of the rule language."""
    page, attributes = asked.page or Page(), asked.attributes or {}
    found: dict[str, Value] = {
        "locale": asked.locale,
        "page.url": page.url,
        "page.referrer": page.referrer,
    }
    for name, value in attributes.items():
        plain = _plain(value)
        found[f"attributes.{name}"] = plain
        if name in {"device", "country"}:
            found[name] = plain
    return found


def _plain(value: object) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str | int | float) else None
