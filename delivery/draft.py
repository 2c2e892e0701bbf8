"""An event between its arrival and the log."""

import datetime as dt
from typing import Annotated, Final, TypeAlias

import msgspec

from delivery import identity
from delivery.consent import Consent
from delivery.index import Live
from delivery.messages import Message, message
from delivery.moment import Tools
from delivery.snapshot import SiteEntry
from delivery.token import Stamp

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096)]


class Incoming(msgspec.Struct, gc=False):
    """An event as it was sent; what is not named here is ignored."""

    type: Text | None = None
    token: Text | None = None
    id: Text | None = None
    user_id: Text | None = None
    previous_id: Text | None = None
    occurred_at: dt.datetime | None = None
    order_id: Text | None = None
    amount: int | None = None
    currency: Text | None = None
    properties: msgspec.Raw = msgspec.Raw()
    consent: Consent | None = None


NO_CONSENT: Final = "no_consent"
UNKEPT: Final = frozenset({NO_CONSENT})
"""The reasons for which nothing of an event may be kept, not even to look at it later."""


class Refused(Exception):
    """Why an event is not stored: `reason` is the name, `text` the sentence, `field` the place."""

    def __init__(self, reason: str, field: str | None = None, /, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.text: Message = message(reason, **values)


class Sender(msgspec.Struct, frozen=True):
    """Who sent the events, and when they came. `mark` is the filter their request fell into.

    `place` is the network they came from, as rates remember it. `measured`: the visitor may be
    counted under an id, unless an event says otherwise.

    `personal`: what they tell may go into a profile, unless an event says otherwise. `device` and
    `locale` are what their request says of the visitor; `live` is what is decided by now.
    """

    site: SiteEntry
    secret: bool
    received_at: dt.datetime
    now_ms: int
    mark: str = ""
    sent_at: dt.datetime | None = None
    personal: bool = True
    device: str = ""
    locale: str = ""
    place: int = 0
    measured: bool = True
    live: Live | None = None


class Draft(msgspec.Struct):
    """A record in the making."""

    sent: Incoming
    sender: Sender
    tools: Tools
    kind: str = ""
    id: bytes = b""
    day: dt.date = identity.UNDATED
    unit: bytes = b""
    decision: bytes | None = None
    stamp: Stamp | None = None
    occurred_at: dt.datetime | None = None
    properties: str | None = None
    flags: int = 0
    device: str = ""
    locale: str = ""
    mark: str = ""
    decided_ms: int = 0
    name: str = ""  # where the sender need not name the event
    raw: msgspec.Raw | bytes = b""
