"""The doors that decide: one experiment by name, or everything a page needs at once."""

from collections.abc import Mapping

import msgspec

from delivery import decide as deciding
from delivery.answering import Answering, Asked, Page
from delivery.callers import Caller, header_key, identify
from delivery.consent import SAID, may_personalise, refuses_profiles, said_in
from delivery.index import Live, ReadyExperiment, ReadyPlacement
from delivery.messages import message
from delivery.moment import Moment
from delivery.offers import NOTHING_KNOWN, UNKNOWN_PLACE, Offer
from delivery.reading import BROWSER_BYTES, check_size, check_type, checked_id, read
from delivery.visitor import Visitor
from delivery.wire import Headers, Request, Response, Result
from engine.assignment.recipe import Reason
from engine.errors import InvalidInput, NotFound, TooLarge

JSON: Headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
ATTRIBUTE = "attributes."
MOST_PLACEMENTS = 100  # a page has a handful
NO_SNAPSHOT = b',"snapshot":null}'
EXAMPLE = '{"user_id": "u-42", "placements": ["home-hero"]}'


_asked = msgspec.json.Decoder(Asked)
_quoted = msgspec.json.Encoder().encode


def assign(request: Request, moment: Moment) -> Result:
    """`GET /api/v1/assign?experiment=…&user_id=…`"""
    values, live = request.parameters(), moment.live
    if live is None:
        moment.tools.meters.decided([NOTHING_KNOWN])
        return Response(200, NOTHING_KNOWN.head + b"null" + NO_SNAPSHOT, JSON)
    caller = identify(live, request, elsewhere=values.get("key"), tools=moment.tools)
    if not values.get("experiment"):
        raise InvalidInput(message("missing", field="experiment"), field="experiment")
    answering = _question(request, live, moment, caller, values)
    experiment = experiment_of(answering, values["experiment"])
    if experiment.plain:
        return _assigned(answering, experiment, answering.plainly())
    return answering.with_profile(
        lambda visitor: _assigned(answering, experiment, visitor), needed=experiment.needs_profile
    )


def _question(
    request: Request, live: Live, moment: Moment, caller: Caller, values: dict[str, str]
) -> Answering:
    asked = Asked(
        [],
        user_id=checked_id(values, "user_id"),
        session_id=checked_id(values, "session_id") if "session_id" in values else None,
        locale=values.get("locale"),
        attributes=_attributes(values) if ATTRIBUTE in request.query else None,
        page=Page(values.get("page.url"), values.get("page.referrer")),
        consent=said_in(values) if SAID in request.query else None,
        force=values.get("force"),
    )
    personal = may_personalise(asked.consent) and not refuses_profiles(request)
    headers, address = request.headers, request.address
    return Answering.of(
        live, caller, moment, asked, personal=personal, headers=headers, address=address
    )


def _attributes(values: Mapping[str, str]) -> dict[str, str]:
    """`attributes.device=phone` in the query is what `attributes` is in a body; all are texts."""
    return {
        name.removeprefix(ATTRIBUTE): text
        for name, text in values.items()
        if name.startswith(ATTRIBUTE)
    }


def _assigned(answering: Answering, experiment: ReadyExperiment, visitor: Visitor) -> Response:
    offer = _drawn(answering, experiment, visitor)
    body = answering.told(offer) + answering.tail
    return Response(200, body, JSON, assigned=answering.assigned([offer]))


def _drawn(answering: Answering, experiment: ReadyExperiment, visitor: Visitor) -> Offer:
    if answering.unit is None:
        return deciding.forced(experiment, visitor) or experiment.without[Reason.NO_CONSENT]
    return deciding.assign(experiment, visitor, answering.live.learnt)


def experiment_of(answering: Answering, key: str) -> ReadyExperiment:
    """The experiment that is asked for by name.

    Raises:
        NotFound: There is none, or it is a draft that this visitor does not test.
    """
    caller = answering.caller
    found = answering.live.experiments.get((caller.site.id, key))
    if found is not None and (
        found.recipe is not None or deciding.forced(found, answering.plainly())
    ):
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
        too_many = message("too_many", field="placements", limit=MOST_PLACEMENTS)
        raise TooLarge(too_many, field="placements")
    live = moment.live
    if live is None:
        moment.tools.meters.decided([NOTHING_KNOWN] * len(asked.placements))
        return _defaults(asked.placements)
    elsewhere = asked.key or (None if header_key(request) else request.parameters().get("key"))
    caller = identify(live, request, elsewhere=elsewhere, tools=moment.tools)
    personal = may_personalise(asked.consent) and not refuses_profiles(request)
    headers, address = request.headers, request.address
    return _decisions(
        Answering.of(
            live, caller, moment, asked, personal=personal, headers=headers, address=address
        )
    )


def _defaults(placements: list[str]) -> Response:
    answer = NOTHING_KNOWN.head + b"null}"
    parts = b",".join(_quoted(key) + b":" + answer for key in dict.fromkeys(placements))
    return Response(200, b'{"decisions":{' + parts + b"}" + NO_SNAPSHOT, JSON)


def _decisions(answering: Answering) -> Result:
    site, live = answering.caller.site.id, answering.live
    wanted = {
        key: live.placements.get((site, key)) for key in dict.fromkeys(answering.asked.placements)
    }
    unknown = [key for key, placement in wanted.items() if placement is None]
    if unknown and len(unknown) == len(wanted):
        raise NotFound(message("no_such_placement", key=unknown[0][:100]), field="placements")
    told = b',"unknown":' + _quoted(unknown) if unknown else b""
    names = [place.name if place else _quoted(key) for key, place in wanted.items()]

    def answer(visitor: Visitor) -> Response:
        offers = [_offer(answering, visitor, placement) for placement in wanted.values()]
        pairs = zip(names, answering.decisions(offers), strict=True)
        body = b'{"decisions":{' + b",".join(map(b"%b:%b".__mod__, pairs)) + b"}" + told
        body += answering.tail
        return Response(200, body, JSON, assigned=answering.assigned(offers))

    there = [placement for placement in wanted.values() if placement is not None]
    if all(placement.plain for placement in there):
        return answer(answering.plainly())
    return answering.with_profile(answer, needed=any(place.needs_profile for place in there))


def _offer(answering: Answering, visitor: Visitor, placement: ReadyPlacement | None) -> Offer:
    if placement is None:
        return UNKNOWN_PLACE
    if answering.unit is None:
        return deciding.forced_on(placement, visitor) or placement.fallbacks[Reason.NO_CONSENT]
    return deciding.place(placement, visitor, answering.live.learnt)
