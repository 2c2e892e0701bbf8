"""What rules may ask about: features of a request and of a profile, by name, when they are asked.

The names are listed in ADR 4. A feature that is not known is None, and no rule matches it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from engine.profiles.affinity import affinity, by_value
from engine.profiles.fold import DIMENSIONS, GAP
from engine.profiles.state import Profile, Session

__all__ = ["Features", "Value"]

Value: TypeAlias = str | float | None
FAVOURITE_NEEDS: Final = 0.9
"""A favourite takes one look at a product of today: a second later it has decayed below 1."""
_DAY_MS: Final = dt.timedelta(days=1).total_seconds() * 1000
_GAP_MS: Final = GAP.total_seconds() * 1000
_COUNTERS: Final = frozenset({"pages", "products", "searches", "carts", "orders"})


class Features:
    """The look-up that a compiled rule is given.

    Args:
        profile: What is known of the visitor; None when nothing is, or may not be used.
        now_ms: As of when, Unix milliseconds.
        request: Features of the request by name (`device`, `attributes.plan` …).

    Example:
        >>> features = Features(None, now_ms=0, request={"device": "phone"})
        >>> features.get("device"), features.get("visits")
        ('phone', None)
    """

    __slots__ = ("_now_ms", "_profile", "_request")

    def __init__(
        self, profile: Profile | None, *, now_ms: int, request: Mapping[str, Value] | None = None
    ) -> None:
        self._profile = profile
        self._now_ms = now_ms
        self._request = request or {}

    def get(self, name: str) -> Value:
        """The value of a feature, or None."""
        if name in self._request:
            return self._request[name]
        profile = self._profile
        if profile is None:
            return None
        exact = _EXACT.get(name)
        if exact is not None:
            return exact(profile, self._now_ms)
        return _prefixed(name, profile, self._now_ms)


def _session(profile: Profile, now_ms: int) -> Session | None:
    """The present visit; None when it has ended."""
    return profile.session if now_ms - profile.session.last_ms <= _GAP_MS else None


def _days_since(then_ms: int, now_ms: int) -> float | None:
    return max(0.0, (now_ms - then_ms) / _DAY_MS) if then_ms else None


def _minutes(profile: Profile, now_ms: int) -> float:
    session = _session(profile, now_ms)
    return max(0, now_ms - session.started_ms) / 60_000 if session else 0.0


def _days_since_visit(profile: Profile, now_ms: int) -> float | None:
    """Since the visit before this one."""
    session = _session(profile, now_ms)
    return _days_since(profile.before_ms if session else profile.session.last_ms, now_ms)


def _visits(profile: Profile, now_ms: int) -> float:
    """Visits with the present one."""
    return float(profile.session.number + (_session(profile, now_ms) is None))


_EXACT: Final[Mapping[str, Callable[[Profile, int], Value]]] = MappingProxyType(
    {
        "visits": _visits,
        "orders": lambda profile, _now: float(profile.orders),
        "spent": lambda profile, _now: float(profile.spent),
        "days_since_order": lambda profile, now: _days_since(profile.ordered_ms, now),
        "days_since_visit": _days_since_visit,
        "session.minutes": _minutes,
    }
)


def _prefixed(name: str, profile: Profile, now_ms: int) -> Value:
    first, _, rest = name.partition(".")
    if first == "affinity":
        dimension, _, value = rest.partition(".")
        known = dimension in DIMENSIONS and value
        return affinity(profile, dimension, value, now_ms=now_ms) if known else None
    if first == "favourite" and rest in DIMENSIONS:
        return _favourite(by_value(profile, rest, now_ms=now_ms))
    if first == "session" and rest in _COUNTERS:
        session = _session(profile, now_ms)
        return float(getattr(session, rest)) if session else 0.0
    return None


def _favourite(strengths: Mapping[str, float]) -> str | None:
    best = max(strengths, key=lambda value: (strengths[value], value), default=None)
    return best if best is not None and strengths[best] >= FAVOURITE_NEEDS else None
