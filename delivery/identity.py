"""When two events are the same event.

A tokened event is named by its decision and kind, every other one by the id its sender gave it.
The partition (`day`) follows from the same name, so a retry on any later day meets the first one.
"""

import datetime as dt
import re
from functools import lru_cache
from hashlib import blake2b

from engine.errors import InvalidInput

UNDATED = dt.date(1970, 1, 1)
"""The partition of ids that carry no time; it is never dropped by day."""

OLDEST_MS = 30 * 24 * 3_600_000
NEWEST_MS = 24 * 3_600_000

_UUID7 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
_OF_TOKEN = blake2b(digest_size=16, person=b"token")


class IdTimeOutOfRange(InvalidInput):
    """A UUIDv7 from too long ago or from the future."""


def of_token(site_id: int, decision: bytes, kind: str, *, apart: str = "") -> bytes:
    """The id of a tokened event: each kind counts once per decision.

    What was fetched before anybody looked (`apart` says by which mark) is a fact of its own.
    """
    before, behind = around_decision(site_id, kind, apart=apart)
    return of_decision(before + decision + behind)


def around_decision(site_id: int, kind: str, *, apart: str = "") -> tuple[bytes, bytes]:
    """What stands before and behind the decision where the id of a tokened event comes from."""
    name = f"{kind}:{apart}" if apart else kind
    return b"%d:" % site_id, b":" + name.encode()


def of_decision(whole: bytes) -> bytes:
    """The id of a tokened event, by its decision with what stands around it."""
    named = _OF_TOKEN.copy()
    named.update(whole)
    return named.digest()


def of_id(site_id: int, text: str) -> bytes:
    """The id of an event that its sender has named."""
    return blake2b(f"{site_id}:{text}".encode(), digest_size=16, person=b"id").digest()


def of_assignment(site_id: int, phase: bytes, unit: bytes, day: int, mark: str) -> bytes:
    """The id of an assignment: once per unit, `phase` of an experiment (packed) and site's day.

    What was set aside is a fact of its own, so that it does not stand in the way of what counts.
    """
    return blake2b(
        b"%d:%b:%b:%d:%b" % (site_id, phase, unit, day, mark.encode()),
        digest_size=16,
        person=b"assigned",
    ).digest()


def day_of_ms(ms: int) -> dt.date:
    """The UTC day of a time in Unix milliseconds."""
    return _day(ms // _DAY_MS)


@lru_cache(maxsize=64)
def _day(number: int) -> dt.date:
    return dt.date.fromordinal(_EPOCH + number)


def day_of_id(text: str, *, now_ms: int) -> dt.date:
    """The partition of a sender's id: a UUIDv7's own day, else the undated one.

    Raises:
        IdTimeOutOfRange: A UUIDv7 more than 30 days old or more than a day ahead.
    """
    if not _UUID7.fullmatch(text):
        return UNDATED
    ms = int(text[:8] + text[9:13], 16)
    if not now_ms - OLDEST_MS <= ms <= now_ms + NEWEST_MS:
        raise IdTimeOutOfRange("The time inside this id is out of range.", field="id")
    return day_of_ms(ms)


def digest(*parts: object) -> int:
    """64 bits of an event's content: an equal id with another digest is a conflict."""
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
