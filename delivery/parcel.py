"""The body of a call with events: read at once where every event can be, else one by one."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from delivery import foreign, intake, tokened
from delivery.consent import Consent
from delivery.draft import Incoming, Sender
from delivery.foreign import Event, Translated
from delivery.messages import message
from delivery.moment import Tools
from delivery.reading import not_json, read
from delivery.record import Record
from engine.errors import InvalidInput, LabError

EXAMPLE = '{"events": [{"type": "impression", "token": "bl1.…"}]}'


class Batch(msgspec.Struct, gc=False):
    """The body of an events call; without `events` the body itself is the one event."""

    events: list[msgspec.Raw] | None = None
    type: msgspec.Raw = msgspec.Raw()
    sent_at: dt.datetime | None = None
    key: str | None = None
    consent: Consent | None = None


class SoundBatch(msgspec.Struct, gc=False):
    """The same where all events can be read. `batch` is a list in the vocabulary of others."""

    events: list[Incoming]
    type: msgspec.Raw = msgspec.Raw()
    batch: msgspec.Raw = msgspec.Raw()
    sent_at: dt.datetime | None = None
    key: str | None = None
    consent: Consent | None = None

    @property
    def ours(self) -> bool:
        """Whether it cannot be in anybody else's words; see `delivery.foreign`."""
        theirs = self.type or self.batch
        return bool(self.events) and not theirs and self.events[0].type is not None


_batches = msgspec.json.Decoder(Batch)
_sound_batches = msgspec.json.Decoder(SoundBatch)


@dataclass(slots=True)
class Sound:
    """Events that have been read. What was sent word for word is only looked at if need be."""

    body: bytes
    events: Sequence[Incoming]
    _raws: Sequence[msgspec.Raw] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.events)

    def records(self, sender: Sender, tools: Tools) -> Callable[[int], Record]:
        """What makes the record of the event at a place, or raises Refused."""
        short, events = tokened.short_way(sender, tools), self.events

        def record(place: int) -> Record:
            sent = events[place]
            return short(sent) or intake.record(self.raw(place), sender, tools, sent=sent)

        return record

    def raw(self, place: int) -> msgspec.Raw:
        """An event as it was sent."""
        self._raws = self._raws or _batches.decode(self.body).events or ()
        return self._raws[place]


@dataclass(slots=True)
class Loose:
    """Events of which some cannot be read, or which were said in other words."""

    events: Sequence[Event]

    def __len__(self) -> int:
        return len(self.events)

    def records(self, sender: Sender, tools: Tools) -> Callable[[int], Record]:
        """What makes the record of the event at a place, or raises Refused."""

        def record(place: int) -> Record:
            event = self.events[place]
            if isinstance(event, foreign.Untold):
                intake.refuse(event.raw, event.why, sender, tools)
            return intake.record(event, sender, tools)

        return record

    def raw(self, place: int) -> msgspec.Raw:
        """An event as it was sent, or as far as it could be said in our words."""
        event = self.events[place]
        return event.raw if isinstance(event, foreign.Untold) else event


Parcel: TypeAlias = Sound | Loose


def opened(body: bytes) -> tuple[SoundBatch | Batch, Translated | None]:
    """What stands in a body, and how to say it in our words if it is in others'.

    Raises:
        InvalidInput: A field around the events does not fit.
        NotJson: It cannot be read at all.
    """
    try:
        sound = _sound_batches.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        sound = None
    if sound is not None and sound.ours:
        return sound, None
    return _read(body), foreign.read(body)


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
