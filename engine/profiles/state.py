"""The state document of one visitor: what the fold keeps, and how it is written down.

Strengths are kept per behaviour, dimension and value (`browse category shoes`) with the time as of
which they hold, so that decaying is a multiplication and the order of events does not matter.
"""

import msgspec

__all__ = ["Frequency", "Profile", "Session", "Strength", "decode", "encode"]


class Strength(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A decayed sum: `value` as of `at_ms` (Unix milliseconds)."""

    value: float
    at_ms: int


class Session(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A visit: from its first to its last event, and what was done in it.

    `number` counts the visits of the profile from 1; 0 is no visit yet.
    """

    number: int = 0
    started_ms: int = 0
    last_ms: int = 0
    pages: int = 0
    products: int = 0
    searches: int = 0
    carts: int = 0
    orders: int = 0


class Frequency(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How often one creative version was shown: in visit `session`, and on calendar day `day`."""

    session: int
    in_session: int
    day: int
    on_day: int


class Profile(msgspec.Struct, frozen=True, array_like=True):
    """One visitor.

    Attributes:
        first_ms: Time of the earliest event, Unix milliseconds.
        last_ms: Time of the latest event.
        before_ms: Time of the last event before the present visit; 0 in the first one.
        session: The present (or last) visit.
        orders: Number of orders.
        spent: Sum of the orders less what was paid back, in minor units; below zero when only the
            refund of an order is known.
        ordered_ms: Time of the latest order; 0 for none.
        strengths: By "behaviour dimension value".
        shown: By creative version id.
    """

    first_ms: int = 0
    last_ms: int = 0
    before_ms: int = 0
    session: Session = Session()
    orders: int = 0
    spent: int = 0
    ordered_ms: int = 0
    strengths: dict[str, Strength] = {}
    shown: dict[int, Frequency] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Profile)


def encode(profile: Profile) -> bytes:
    """Write a profile as it lies in the hot state (MessagePack, fields by position).

    Example:
        >>> decode(encode(Profile(first_ms=1, last_ms=2))).last_ms
        2
    """
    return _encoder.encode(profile)


def decode(document: bytes) -> Profile | None:
    """Read a profile; None for what is not one, e.g. of an older form: it can be folded again."""
    try:
        return _decoder.decode(document)
    except msgspec.MsgspecError:
        return None
