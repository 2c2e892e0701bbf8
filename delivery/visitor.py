"""Whom a decision is for: what the request says, and what is known, if it may be used."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from delivery.snapshot import CreativePayload
from engine.profiles import caps
from engine.profiles.caps import Seen
from engine.profiles.features import Features, Value
from engine.profiles.state import Profile


class Known(msgspec.Struct, frozen=True):
    """What the hot state answered: a profile, nothing, or (`late`) not in time."""

    profile: Profile | None = None
    late: bool = False


NOBODY = Known()
LATE = Known(late=True)


class Apart(msgspec.Struct, frozen=True):
    """Who is not asked by any experiment: `held` ones, and testers.

    `forced` are variants by experiment (both by id) that a signed link or the list of test
    visitors asks for.
    """

    held: bool = False
    forced: Mapping[int, int] = {}


class Visitor(msgspec.Struct, frozen=True):
    """One visitor in one request.

    `told` is what the browser itself has counted: showings of a creative by its key. `day` is
    today at the shop, as a proleptic ordinal. `apart` is None for nearly everybody.
    """

    unit: str
    session: str = ""
    known: Known = NOBODY
    now_ms: int = 0
    day: int = 0
    request: Mapping[str, Value] = {}
    told: Mapping[str, Seen] = {}
    apart: Apart | None = None
    timezone: str = "UTC"

    @property
    def features(self) -> Features:
        """What rules ask."""
        return Features(self.known.profile, now_ms=self.now_ms, request=self.request)

    def at(self, here: Mapping[str, Value]) -> "Visitor":
        """The same visitor on a placement, of which rules ask."""
        return msgspec.structs.replace(self, request={**self.request, **here}) if here else self

    def may_see(self, creative: CreativePayload) -> bool:
        """Whether one more showing stays within its cap."""
        return creative.cap is None or caps.allows(creative.cap, self.counted(creative))

    def counted(self, creative: CreativePayload) -> Seen:
        """How often it was shown to this visitor, by whichever count is higher."""
        told = self.told.get(creative.key, Seen())
        ours = caps.seen(self.known.profile, creative.versions, now_ms=self.now_ms, day=self.day)
        return Seen(max(told.in_session, ours.in_session), max(told.today, ours.today))


def state_key(site_id: int, unit: bytes) -> bytes:
    """Where a visitor's profile lies in the hot state."""
    return b"profile:%d:" % site_id + unit


@lru_cache(maxsize=512)
def _zone(name: str) -> dt.tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return dt.UTC


def local(timezone: str, now_ms: int) -> dt.datetime:
    """What calendar and clock of a shop say."""
    return dt.datetime.fromtimestamp(now_ms / 1000, _zone(timezone))


def day_at(timezone: str, now_ms: int) -> int:
    """The calendar day at a shop, as a proleptic ordinal.

    Example:
        >>> day_at("Asia/Shanghai", 0) - day_at("UTC", 0), day_at("Asia/Shanghai", 16 * 3_600_000)
        (0, 719164)
    """
    return local(timezone, now_ms).toordinal()
