"""The doors that count: events in batches, a click on its way to the landing page, a pixel."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from delivery import foreign, parcel, refusing, remedies, traffic
from delivery.asking import JSON
from delivery.callers import Caller, header_key, identify
from delivery.consent import Consent, may_measure, may_personalise, refuses_profiles
from delivery.draft import Refused, Sender
from delivery.index import Live
from delivery.limits import place_of
from delivery.messages import language_of, message
from delivery.moment import Moment
from delivery.parcel import EXAMPLE, Batch, Loose, Parcel, Sound, SoundBatch
from delivery.reading import (
    BROWSER_BYTES,
    SERVER_BYTES,
    check_size,
    check_type,
)
from delivery.record import Refusal
from delivery.sink import Outcome, Record
from delivery.surroundings import browser_language, device_of
from delivery.wire import Request, Response, Result, Write
from engine.errors import InvalidInput, TooLarge, Unavailable

MOST_EVENTS = 500


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One refused event: its place in the batch, the reason, what is wrong, where, what helps."""

    index: int
    reason: str
    detail: str
    field: str | None = None
    hint: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What became of each event: `received` is the sum of all the others."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    filtered: int
    rejected: Sequence[Rejection]


_times = msgspec.json.Decoder(dt.datetime | None)
_encode = msgspec.json.Encoder().encode


def events(request: Request, moment: Moment) -> Result:
    """`POST /api/v1/events`"""
    check_type(request)
    live = need(moment.live)
    elsewhere = None if header_key(request) else request.parameters().get("key")
    caller = _known(request, moment, elsewhere)
    check_size(request, SERVER_BYTES if caller and caller.secret else BROWSER_BYTES)
    batch, theirs = parcel.opened(request.body)
    items = _counted(batch if theirs is None else theirs, request)
    elsewhere = batch.key or (theirs.key if theirs else None)
    caller = caller or identify(live, request, elsewhere=elsewhere, tools=moment.tools)
    sent_at = batch.sent_at if theirs is None else _sent_at(theirs)
    sender = sender_of(caller, request, moment, sent_at, batch.consent)
    return _sort(items if theirs is None else Loose(theirs.events()), sender, request, moment)


def _counted(found: Batch | SoundBatch | foreign.Translated, request: Request) -> Parcel:
    """The events that were found; raises TooLarge when they are too many."""
    if isinstance(found, SoundBatch):
        items: Parcel = Sound(request.body, found.events)
    elif isinstance(found, foreign.Translated):
        items = Loose(found.items)
    elif found.events is not None:
        items = Loose(found.events)
    elif found.type:
        items = Loose([msgspec.Raw(request.body)])
    else:
        raise InvalidInput(message("no_batch"), hint=message("not_json_hint", example=EXAMPLE))
    if len(items) > MOST_EVENTS:
        raise TooLarge(message("too_many", field="events", limit=MOST_EVENTS), field="events")
    return items


def _sent_at(theirs: foreign.Translated) -> dt.datetime | None:
    try:
        said: dt.datetime | None = _times.decode(bytes(theirs.sent_at) or b"null")
        return said
    except msgspec.MsgspecError:
        raise InvalidInput(message("bad_time"), field="sentAt") from None


def need(live: Live | None) -> Live:
    """What is live; raises Unavailable before anything was published."""
    if live is None:
        raise Unavailable(message("no_snapshot"), hint=message("again_hint", seconds=5))
    return live


def _known(request: Request, moment: Moment, elsewhere: str | None) -> Caller | None:
    """The caller, if the key is already there and need not be looked for in the body."""
    if elsewhere or header_key(request):
        live = need(moment.live)
        return identify(live, request, elsewhere=elsewhere, tools=moment.tools)
    return None


def sender_of(
    caller: Caller,
    request: Request,
    moment: Moment,
    sent_at: dt.datetime | None = None,
    consent: Consent | None = None,
) -> Sender:
    """Who sends, as the steps of intake judge it; raises InvalidInput for a time without zone."""
    if sent_at is not None and sent_at.tzinfo is None:
        raise InvalidInput(message("bad_time"), field="sent_at")
    # A server is called what its HTTP library is called; only browsers are judged by their headers.
    seen = None if caller.secret else request.headers
    return Sender(
        site=caller.site,
        secret=caller.secret,
        received_at=dt.datetime.fromtimestamp(moment.now, dt.UTC),
        now_ms=moment.now_ms,
        mark=_mark(request, caller) if seen else "",
        sent_at=sent_at,
        personal=may_personalise(consent) and not refuses_profiles(request),
        device=device_of(traffic.agent_of(seen)) if seen else "",
        locale=browser_language(seen) if seen else "",
        place=0 if caller.secret else place_of(request.address),
        measured=may_measure(consent),
        live=moment.live,
    )


def _mark(request: Request, caller: Caller) -> str:
    if request.method == "HEAD":
        return traffic.HEAD
    return traffic.mark(request.headers, robots_count=caller.site.count_automated)


def _sort(items: Parcel, sender: Sender, request: Request, moment: Moment) -> Result:
    language, tools = language_of(request.header(b"accept-language")), moment.tools
    good: list[Record] = []
    places: list[int] = []
    refused: list[Rejection] = []
    refusals: list[Refusal] = []
    record = items.records(sender, tools)
    for place in range(len(items)):
        try:
            good.append(record(place))
            places.append(place)
        except Refused as why:
            refused.append(_rejection(place, why, language))
            refusals.append(refusing.refusal(items.raw(place), why, sender, tools))
    if not len(items):
        return _receipt([], [], [])
    beside = traffic.notes(tools.watch, sender.received_at) if good else []

    def answer(outcomes: Sequence[Outcome]) -> Response:
        mine = outcomes[: len(good)]
        return _receipt(good, mine, _all(refused, mine, places, language))

    return Write([*good, *beside], answer, refusals=refusals)


def _rejection(place: int, why: Refused, language: str) -> Rejection:
    where = f"events[{place}].{why.field}" if why.field else f"events[{place}]"
    hint = remedies.remedy(why.reason, language) or None
    return Rejection(place, why.reason, why.text.say(language), where, hint)


def _all(
    refused: list[Rejection], outcomes: Sequence[Outcome], places: list[int], language: str
) -> list[Rejection]:
    late = [
        _rejection(place, Refused("not_storable"), language)
        for place, outcome in zip(places, outcomes, strict=True)
        if outcome is Outcome.REJECTED
    ]
    return sorted(refused + late, key=lambda one: one.index) if late else refused


def _receipt(
    records: Sequence[Record], outcomes: Sequence[Outcome], refused: Sequence[Rejection]
) -> Response:
    stored, late = outcomes.count(Outcome.STORED), outcomes.count(Outcome.REJECTED)
    marked = _marked(records, outcomes)
    receipt = Receipt(
        received=len(refused) + len(outcomes) - late,
        stored=stored - marked,
        duplicate=outcomes.count(Outcome.DUPLICATE),
        conflict=outcomes.count(Outcome.CONFLICT),
        filtered=marked,
        rejected=refused,
    )
    return Response(202, _encode(receipt), JSON)


def _marked(records: Sequence[Record], outcomes: Sequence[Outcome]) -> int:
    """How many were stored with a mark."""
    pairs = zip(records, outcomes, strict=True)
    return sum([outcome is Outcome.STORED for record, outcome in pairs if record.mark])
