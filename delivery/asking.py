"""The doors that decide: one experiment by name, or everything a page needs at once."""

from typing import Any

import msgspec

from delivery import decide as deciding
from delivery.callers import Caller, header_key, identify
from delivery.index import NOTHING_KNOWN, UNKNOWN_PLACE, Live, Offer, ReadyExperiment
from delivery.messages import message
from delivery.moment import Moment
from delivery.reading import BROWSER_BYTES, Id, check_size, check_type, checked_id, read
from delivery.wire import Headers, Request, Response
from engine.assignment.recipe import Reason
from engine.errors import InvalidInput, NotFound, TooLarge

JSON: Headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
MOST_PLACEMENTS = 100  # a page has a handful
NO_SNAPSHOT = b',"snapshot":null}'
EXAMPLE = '{"user_id": "u-42", "placements": ["home-hero"]}'


class Consent(msgspec.Struct, frozen=True):
    """What the visitor has agreed to. Left out: the shop vouches for it."""

    measurement: bool | None = None
    personalisation: bool | None = None


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


_asked = msgspec.json.Decoder(Asked)
_quoted = msgspec.json.Encoder().encode


def assign(request: Request, moment: Moment) -> Response:
    """`GET /api/v1/assign?experiment=…&user_id=…`"""
    values, live = request.parameters(), moment.live
    if live is None:
        return Response(200, NOTHING_KNOWN.head + b"null" + NO_SNAPSHOT, JSON)
    caller = identify(live, request, elsewhere=values.get("key"))
    if not values.get("experiment"):
        raise InvalidInput(message("missing", field="experiment"), field="experiment")
    unit = checked_id(values, "user_id")
    experiment = _experiment(live, caller, values["experiment"])
    offer = deciding.assign(experiment, unit)
    token = _token(offer, moment, caller, unit)
    return Response(200, offer.head + token + live.tail, JSON)


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


def _token(offer: Offer, moment: Moment, caller: Caller, unit: str) -> bytes:
    if offer.stamp is None:
        return b"null"
    pseudonym = moment.tools.pseudonyms.of(caller.site.id, unit)
    return _signed(offer.stamp, moment, pseudonym)


def _signed(stamp: bytes, moment: Moment, pseudonym: bytes) -> bytes:
    return b'"' + moment.tools.signer.sign(moment.new_decision(), pseudonym, stamp) + b'"'


def decide(request: Request, moment: Moment) -> Response:
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
    return _decisions(live, caller, asked, moment)


def _defaults(placements: list[str]) -> Response:
    answer = NOTHING_KNOWN.head + b"null}"
    parts = b",".join(_quoted(key) + b":" + answer for key in dict.fromkeys(placements))
    return Response(200, b'{"decisions":{' + parts + b"}" + NO_SNAPSHOT, JSON)


def _decisions(live: Live, caller: Caller, asked: Asked, moment: Moment) -> Response:
    site = caller.site.id
    unit = asked.user_id if _may_measure(asked) else None
    pseudonym = moment.tools.pseudonyms.of(site, unit) if unit else b""
    parts, unknown = [], []
    for key in dict.fromkeys(asked.placements):
        placement = live.placements.get((site, key))
        if placement is None:
            unknown.append(key)
            parts.append(_quoted(key) + b":" + UNKNOWN_PLACE.head + b"null}")
            continue
        if unit is None:
            offer = placement.fallbacks[Reason.NO_CONSENT]
        else:
            offer = deciding.place(placement, unit)
        token = b"null" if offer.stamp is None else _signed(offer.stamp, moment, pseudonym)
        parts.append(placement.name + b":" + offer.head + token + b"}")
    if unknown and len(unknown) == len(parts):
        raise NotFound(message("no_such_placement", key=unknown[0][:100]), field="placements")
    told = b',"unknown":' + _quoted(unknown) if unknown else b""
    return Response(200, b'{"decisions":{' + b",".join(parts) + b"}" + told + live.tail, JSON)


def _may_measure(asked: Asked) -> bool:
    return asked.consent is None or asked.consent.measurement is not False
