"""Other vocabularies at the door for events: what GA4 and Segment call things, read as ours.

A shop that already reports to one of them sends the same body here. Names of events and fields
follow `delivery.foreign_words`; an event that is in no row becomes `custom:<slug>`. Amounts arrive
in major units and leave as whole minor ones, from their decimal text and never through a float.
What cannot be read is refused by name, at its place in the batch. Of their fields only what is
named there is kept: the rest may be anything, also personal.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from delivery.draft import Refused
from delivery.foreign_words import CALLS, Fields, of_ga4, of_segment

Say: TypeAlias = Callable[[Fields, Fields, int], Fields]
Event: TypeAlias = "msgspec.Raw | Untold"


class Untold(msgspec.Struct, frozen=True):
    """An event that cannot be said in our words: as far as it could be, and why not further."""

    raw: msgspec.Raw
    why: Refused


class Translated(msgspec.Struct, frozen=True):
    """A body that is said in our words when its length has been looked at.

    `say` does it, with what stands around the events (`whole`); `sent_at` is as they write it.
    """

    items: list[msgspec.Raw]
    say: Say
    whole: Fields
    sent_at: msgspec.Raw = msgspec.Raw()
    key: str | None = None

    def events(self) -> list[Event]:
        """The events in our words."""
        return [_in_ours(item, self, place) for place, item in enumerate(self.items)]


class _Envelope(msgspec.Struct, gc=False):
    """Whatever of a body tells the vocabularies apart; looked into only when it does."""

    events: msgspec.Raw = msgspec.Raw()
    batch: msgspec.Raw = msgspec.Raw()
    type: msgspec.Raw = msgspec.Raw()
    user: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="userId")
    anonymous: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="anonymousId")
    message: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="messageId")
    sent_at: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="sentAt")
    key: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="writeKey")


_envelopes = msgspec.json.Decoder(_Envelope)
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_objects = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encode = msgspec.json.Encoder(decimal_format="number").encode
_OURS = (b'"name"', b'"batch"', b'"userId"', b'"anonymousId"', b'"messageId"')


def read(body: bytes) -> Translated | None:
    """A body in one of their vocabularies, in ours; None if it is in none of theirs."""
    if not any(sign in body for sign in _OURS):
        return None
    try:
        envelope = _envelopes.decode(body)
        return _segment(envelope, body) or _ga4(envelope, body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None  # what is wrong with it is said where ours are read


def _segment(envelope: _Envelope, body: bytes) -> Translated | None:
    if bytes(envelope.batch):
        items = _lists.decode(envelope.batch)
    elif _text(envelope.type) in CALLS and any(
        map(bytes, (envelope.user, envelope.anonymous, envelope.message))
    ):
        items = [msgspec.Raw(body)]
    else:
        return None
    return Translated(items, of_segment, {}, envelope.sent_at, _text(envelope.key))


def _ga4(envelope: _Envelope, body: bytes) -> Translated | None:
    if not bytes(envelope.events):
        return None
    items = _lists.decode(envelope.events)
    first = _objects.decode(items[0]) if items else {}
    if "name" not in first or "type" in first:
        return None
    whole = _objects.decode(body)
    whole.pop("events")
    return Translated(items, of_ga4, whole)


def _text(raw: msgspec.Raw) -> str | None:
    value = msgspec.json.decode(raw) if bytes(raw) else None
    return value if isinstance(value, str) else None


def _in_ours(item: msgspec.Raw, body: Translated, place: int) -> Event:
    try:
        theirs = _objects.decode(item)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return item  # the intake says what is wrong with it
    ours = body.say(theirs, body.whole, place)
    why = ours.pop("why", None)
    raw = msgspec.Raw(_encode({name: v for name, v in ours.items() if v is not None}))
    return Untold(raw, why) if why is not None else raw
