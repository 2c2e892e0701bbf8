"""The doors that count: events in batches, a click on its way to the landing page, a pixel."""

import datetime as dt
import json
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from delivery import intake, traffic
from delivery.asking import JSON
from delivery.callers import Caller, header_key, identify
from delivery.consent import Consent, may_personalise, refuses_profiles
from delivery.draft import Refused, Sender
from delivery.index import Live
from delivery.messages import language_of, message, remedy
from delivery.moment import Moment
from delivery.reading import (
    BROWSER_BYTES,
    SERVER_BYTES,
    check_size,
    check_type,
    not_json,
    read,
)
from delivery.sink import Outcome, Record
from delivery.surroundings import browser_language, device_of
from delivery.token import Token, TokenInvalid
from delivery.wire import Headers, Request, Response, Result, Write
from engine.errors import InvalidInput, LabError, NotFound, TooLarge, Unavailable

MOST_EVENTS = 500
EXAMPLE = '{"events": [{"type": "impression", "token": "bl1.…"}]}'


class Rejection(msgspec.Struct, frozen=True, omit_defaults=True):
    """One refused event: its place, the reason's name, what is wrong, where, what helps."""

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


class Batch(msgspec.Struct, gc=False):
    """The body of an events call; without `events` the body itself is the one event."""

    events: list[msgspec.Raw] | None = None
    type: msgspec.Raw = msgspec.Raw()
    sent_at: dt.datetime | None = None
    key: str | None = None
    consent: Consent | None = None


_batches = msgspec.json.Decoder(Batch)
_encode = msgspec.json.Encoder().encode


def events(request: Request, moment: Moment) -> Result:
    """`POST /api/v1/events`"""
    check_type(request)
    live = _need(moment.live)
    elsewhere = None if header_key(request) else request.parameters().get("key")
    caller = _known(live, request, elsewhere)
    check_size(request, SERVER_BYTES if caller and caller.secret else BROWSER_BYTES)
    batch = _read(request.body)
    items = batch.events
    if items is None:
        if not bytes(batch.type):
            raise InvalidInput(message("no_batch"), hint=message("not_json_hint", example=EXAMPLE))
        items = [msgspec.Raw(request.body)]
    if len(items) > MOST_EVENTS:
        raise TooLarge(message("too_many", field="events", limit=MOST_EVENTS), field="events")
    caller = caller or identify(live, request, elsewhere=batch.key)
    sender = _sender(caller, request, moment, batch.sent_at, batch.consent)
    return _sort(items, sender, request, moment)


def _need(live: Live | None) -> Live:
    if live is None:
        raise Unavailable(message("no_snapshot"), hint=message("again_hint", seconds=5))
    return live


def _known(live: Live, request: Request, elsewhere: str | None) -> Caller | None:
    """The caller, if the key is already there and need not be looked for in the body."""
    if elsewhere or header_key(request):
        return identify(live, request, elsewhere=elsewhere)
    return None


def _read(body: bytes) -> Batch:
    try:
        return read(_batches, body, example=EXAMPLE)
    except InvalidInput as error:
        if error.field == "sent_at":
            raise InvalidInput(message("bad_time"), field="sent_at") from None
        raise
    except LabError:
        return _read_leniently(body)


def _read_leniently(body: bytes) -> Batch:
    """One event with a lone surrogate or a NaN in it must not cost the others.

    What the standard library still takes for JSON is taken apart here; the item that is to blame is
    then refused by itself.
    """
    try:
        loose = json.loads(body.decode("utf-8", "surrogatepass"))
        items = loose.pop("events")
        parts = [msgspec.Raw(json.dumps(item).encode()) for item in items]
        rest = read(_batches, json.dumps(loose).encode(), example=EXAMPLE)
    except InvalidInput:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, LabError):
        raise not_json(EXAMPLE) from None
    rest.events = parts
    return rest


def _sender(
    caller: Caller,
    request: Request,
    moment: Moment,
    sent_at: dt.datetime | None = None,
    consent: Consent | None = None,
) -> Sender:
    if sent_at is not None and sent_at.tzinfo is None:
        raise InvalidInput(message("bad_time"), field="sent_at")
    # A server is called what its HTTP library is called; only browsers are judged by their headers.
    seen = None if caller.secret else request.headers
    return Sender(
        site=caller.site,
        secret=caller.secret,
        received_at=dt.datetime.fromtimestamp(moment.now, dt.UTC),
        now_ms=moment.now_ms,
        mark=traffic.mark(seen, robots_count=caller.site.count_automated) if seen else "",
        sent_at=sent_at,
        personal=may_personalise(consent) and not refuses_profiles(request),
        device=device_of(traffic.agent_of(seen)) if seen else "",
        locale=browser_language(seen) if seen else "",
    )


def _sort(items: Sequence[msgspec.Raw], sender: Sender, request: Request, moment: Moment) -> Result:
    language = language_of(request.header(b"accept-language"))
    good: list[Record] = []
    places: list[int] = []
    refused: list[Rejection] = []
    for place, item in enumerate(items):
        try:
            good.append(intake.record(item, sender, moment.tools))
            places.append(place)
        except Refused as why:
            refused.append(_rejection(place, why, language))
    if not good:
        return _receipt(good, [], refused)
    return Write(
        good, lambda outcomes: _receipt(good, outcomes, _all(refused, outcomes, places, language))
    )


def _rejection(place: int, why: Refused, language: str) -> Rejection:
    where = f"events[{place}].{why.field}" if why.field else f"events[{place}]"
    helps = remedy(why.text)
    hint = helps.say(language) if helps else None
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
    marked = sum(
        1
        for record, outcome in zip(records, outcomes, strict=True)
        if record.mark and outcome is Outcome.STORED
    )
    receipt = Receipt(
        received=len(refused) + sum(outcome is not Outcome.REJECTED for outcome in outcomes),
        stored=outcomes.count(Outcome.STORED) - marked,
        duplicate=outcomes.count(Outcome.DUPLICATE),
        conflict=outcomes.count(Outcome.CONFLICT),
        filtered=marked,
        rejected=refused,
    )
    return Response(202, _encode(receipt), JSON)


# One transparent pixel.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_PIXEL: Headers = ((b"content-type", b"image/gif"), (b"cache-control", b"no-store"))


def click(request: Request, moment: Moment, text: str) -> Result:
    """`GET /c/<token>`: to the landing page of what was clicked, counted once."""
    token = _genuine(moment, text)
    landing = _need(moment.live).landings.of(token.stamp)
    if not landing:
        raise NotFound(message("nothing_here"))
    target = quote(landing, safe="/#%[]=:;$&()+,!?*@'~").encode()
    there = Response(302, b"", ((b"location", target), (b"cache-control", b"no-store")))
    return _count(_Shown("click", text, token, there), request, moment)


def pixel(request: Request, moment: Moment, text: str) -> Result:
    """`GET /i/<token>.gif`: an impression where no script runs, such as an e-mail."""
    name = text.removesuffix(".gif")
    token = _genuine(moment, name)
    return _count(_Shown("impression", name, token, Response(200, GIF, _PIXEL)), request, moment)


def _genuine(moment: Moment, text: str) -> Token:
    try:
        return moment.tools.signer.genuine(text)
    except TokenInvalid:
        raise NotFound(message("token_invalid"), field="token") from None


class _Shown(msgspec.Struct, frozen=True):
    """What a shopper gets, whatever can be counted of it."""

    kind: str
    text: str
    token: Token
    answer: Response


def _count(shown: _Shown, request: Request, moment: Moment) -> Result:
    """Count, unless that is impossible: whoever clicked an old link still gets there."""
    site = moment.live.sites.get(shown.token.stamp.site_id) if moment.live else None
    if site is None or request.method == "HEAD":
        return shown.answer
    sender = _sender(Caller(site, secret=False), request, moment)
    raw = _encode({"type": shown.kind, "token": shown.text})
    try:
        record = intake.record(raw, sender, moment.tools)
    except Refused:
        return shown.answer
    return Write([record], lambda _outcomes: shown.answer, anyway=shown.answer)
