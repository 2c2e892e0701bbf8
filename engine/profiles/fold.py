"""One event at a time into the profile: `fold(profile, act) -> profile`.

    strength ← strength · 2^(-Δt / HALF_LIFE) + 1

Exponential decay makes the sum independent of the order in which events arrive: one that comes late
is decayed to the time as of which the strength holds. Visits end after GAP without an event, as in
web analytics; an event that is older than the present visit counts in no visit.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec.structs import replace

from engine.profiles.state import Frequency, Profile, Session, Strength

__all__ = ["BEHAVIOURS", "DIMENSIONS", "GAP", "HALF_LIFE", "LIFE", "Act", "decayed", "fold"]

HALF_LIFE: Final = dt.timedelta(days=7)
"""Interest of last week counts half: a shop's seasons are longer, its moods shorter."""
GAP: Final = dt.timedelta(minutes=30)
"""A visit ends after this long without an event (the convention of web analytics)."""
LIFE: Final = dt.timedelta(days=30)
"""How long a profile is kept after its last event."""
MOST_STRENGTHS: Final = 60
"""Values kept per visitor; the weakest go first."""
MOST_SHOWN: Final = 60
"""Creative versions whose showings are counted per visitor; those not seen for longest go first."""
LONGEST_VALUE: Final = 64

BEHAVIOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page_view": "browse",
        "product_view": "browse",
        "search": "search",
        "add_to_cart": "cart",
        "purchase": "purchase",
    }
)
"""Which events say something about interests, and what kind of behaviour they are."""
DIMENSIONS: Final = ("category", "brand", "price_band")
_COUNTED: Final = MappingProxyType(
    {
        "page_view": "pages",
        "product_view": "products",
        "search": "searches",
        "add_to_cart": "carts",
        "purchase": "orders",
    }
)
_GAP_MS: Final = int(GAP.total_seconds() * 1000)
_HALF_LIFE_MS: Final = HALF_LIFE.total_seconds() * 1000


class Act(msgspec.Struct, frozen=True, gc=False):
    """What the fold needs of an event.

    Attributes:
        kind: Type of the event, such as `product_view` or `impression`.
        at_ms: When it happened, Unix milliseconds.
        day: The calendar day at the shop, as a proleptic ordinal.
        content: Pairs of dimension and value that it was about.
        amount: Money of a purchase or refund, in minor units.
        version: Id of the creative version that an impression showed.
    """

    kind: str
    at_ms: int
    day: int
    content: tuple[tuple[str, str], ...] = ()
    amount: int = 0
    version: int = 0


def fold(profile: Profile | None, act: Act) -> Profile:
    """Take one event into a profile.

    Args:
        profile: What is known so far; None for a visitor nobody knows.
        act: The event.

    Returns:
        A new profile; the old one is not changed.

    Example:
        >>> shoes = Act("product_view", 0, 1, (("category", "shoes"),))
        >>> fold(fold(None, shoes), shoes).strengths["browse category shoes"].value
        2.0
    """
    known = profile or Profile(first_ms=act.at_ms, last_ms=act.at_ms)
    if act.kind == "refund":
        return _refunded(known, act)
    session, before_ms = _session(known, act)
    ordered = act.kind == "purchase"
    return Profile(
        first_ms=min(known.first_ms, act.at_ms),
        last_ms=max(known.last_ms, act.at_ms),
        before_ms=before_ms,
        session=session,
        orders=known.orders + ordered,
        spent=known.spent + (act.amount if ordered else 0),
        ordered_ms=max(known.ordered_ms, act.at_ms) if ordered else known.ordered_ms,
        strengths=_strengths(known, act),
        shown=_shown(known, session, act),
    )


def _refunded(known: Profile, act: Act) -> Profile:
    """What was paid back was not spent. The shop did it: no visit, and the order has happened."""
    return replace(
        known,
        first_ms=min(known.first_ms, act.at_ms),
        last_ms=max(known.last_ms, act.at_ms),
        spent=known.spent - act.amount,
    )


def decayed(strength: Strength, now_ms: int) -> float:
    """The strength as of a later (or earlier) time.

    Example:
        >>> decayed(Strength(2.0, 0), 7 * 24 * 3_600_000)
        1.0
    """
    return strength.value * float(2.0 ** ((strength.at_ms - now_ms) / _HALF_LIFE_MS))


def _session(known: Profile, act: Act) -> tuple[Session, int]:
    """The visit that the event belongs to, and the end of the one before it."""
    now, counted = known.session, _COUNTED.get(act.kind)
    if not now.number or act.at_ms - now.last_ms > _GAP_MS:
        fresh = Session(number=now.number + 1, started_ms=act.at_ms, last_ms=act.at_ms)
        return _plus(fresh, counted), now.last_ms
    if act.at_ms < now.started_ms - _GAP_MS:
        return now, known.before_ms
    longer = replace(
        now, started_ms=min(now.started_ms, act.at_ms), last_ms=max(now.last_ms, act.at_ms)
    )
    return _plus(longer, counted), known.before_ms


def _plus(session: Session, counted: str | None) -> Session:
    return replace(session, **{counted: getattr(session, counted) + 1}) if counted else session


def _strengths(known: Profile, act: Act) -> dict[str, Strength]:
    behaviour = BEHAVIOURS.get(act.kind)
    if behaviour is None or not act.content:
        return known.strengths
    found = dict(known.strengths)
    for dimension, value in act.content:
        name = f"{behaviour} {dimension} {value}"
        found[name] = _stronger(found.get(name), act.at_ms)
    if len(found) <= MOST_STRENGTHS:
        return found
    latest = max(known.last_ms, act.at_ms)
    return _most(found, MOST_STRENGTHS, {n: decayed(s, latest) for n, s in found.items()})


def _stronger(old: Strength | None, at_ms: int) -> Strength:
    if old is None:
        return Strength(1.0, at_ms)
    as_of = max(old.at_ms, at_ms)
    return Strength(decayed(old, as_of) + decayed(Strength(1.0, at_ms), as_of), as_of)


def _most(found: dict[str, Strength], most: int, worth: Mapping[str, float]) -> dict[str, Strength]:
    kept = sorted(found, key=lambda name: (-worth[name], name))[:most]
    return {name: found[name] for name in kept}


def _shown(known: Profile, session: Session, act: Act) -> dict[int, Frequency]:
    if act.kind != "impression" or not act.version:
        return known.shown
    found, old = dict(known.shown), known.shown.get(act.version)
    in_visit = act.at_ms >= session.started_ms
    found[act.version] = _more(old, session.number, act.day, in_visit=in_visit)
    if len(found) > MOST_SHOWN:
        del found[min(found, key=lambda version: (found[version].day, version))]
    return found


def _more(old: Frequency | None, number: int, day: int, *, in_visit: bool) -> Frequency:
    """One more showing; what belongs to an earlier visit or day than the counted one is over."""
    if old is None:
        return Frequency(number, int(in_visit), day, 1)
    in_session = old.in_session if old.session == number else 0
    on_day = old.on_day + 1 if day == old.day else 1 if day > old.day else old.on_day
    return Frequency(number, in_session + in_visit, max(day, old.day), on_day)


def content_of(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The dimensions and values that an event's properties name; texts or lists of texts.

    Example:
        >>> content_of({"category": "Shoes", "brand": ["Ridge", "Halo"], "price": 59900})
        (('category', 'shoes'), ('brand', 'ridge'), ('brand', 'halo'))
    """
    return tuple(
        (dimension, text)
        for dimension in DIMENSIONS
        for text in dict.fromkeys(_texts(values.get(dimension)))
    )


def _texts(value: object) -> Iterable[str]:
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str) and (text := " ".join(part.casefold().split())[:LONGEST_VALUE]):
            yield text
