"""Frequency caps: may a visitor be shown a creative once more?"""

from collections.abc import Iterable

import msgspec

from engine.profiles.fold import GAP
from engine.profiles.state import Profile

__all__ = ["Cap", "Seen", "allows", "seen"]

_GAP_MS = GAP.total_seconds() * 1000


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """How often a creative was shown to one visitor: in this visit, and today."""

    in_session: int = 0
    today: int = 0


class Cap(msgspec.Struct, frozen=True):
    """At most this often per visit and per day; 0 is no limit."""

    per_session: int = 0
    per_day: int = 0


def seen(profile: Profile | None, versions: Iterable[int], *, now_ms: int, day: int) -> Seen:
    """Count the showings of a creative, all its versions together.

    Args:
        profile: The visitor.
        versions: Ids of the creative's versions.
        now_ms: Now, Unix milliseconds: a visit that has ended counts no more.
        day: Today at the shop, as a proleptic ordinal.

    Example:
        >>> from engine.profiles.fold import Act, fold
        >>> profile = fold(None, Act("impression", 0, 7, version=5))
        >>> seen(profile, [5], now_ms=1000, day=7), seen(profile, [5], now_ms=10**9, day=8)
        (Seen(in_session=1, today=1), Seen(in_session=0, today=0))
    """
    if profile is None:
        return Seen()
    visit = profile.session.number if now_ms - profile.session.last_ms <= _GAP_MS else -1
    found = [profile.shown[version] for version in versions if version in profile.shown]
    return Seen(
        sum(one.in_session for one in found if one.session == visit),
        sum(one.on_day for one in found if one.day == day),
    )


def allows(cap: Cap, counted: Seen) -> bool:
    """Say whether one more showing stays within the cap.

    Example:
        >>> allows(Cap(per_session=2), Seen(1, 9)), allows(Cap(per_session=2), Seen(2, 9))
        (True, False)
    """
    in_session = not cap.per_session or counted.in_session < cap.per_session
    return in_session and (not cap.per_day or counted.today < cap.per_day)
