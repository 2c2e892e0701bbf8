"""What a process counts while it serves: plain integers, turned into text only when asked.

One `Meters` a process; `delivery.exposition` renders it. Nothing here locks or formats: everything
runs in the event loop's thread. Labels come from closed lists, never from what somebody sent.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, TypeAlias

from delivery.offers import Counted, Offer
from delivery.record import Group, Outcome

EXACT: Final = {
    "/api/v1/assign": "assign",
    "/api/v1/decide": "decide",
    "/api/v1/events": "events",
}
UNDER: Final = {"c": "click", "i": "pixel", "media": "media", "tag": "tag", "ofrep": "ofrep"}
OTHER: Final = "other"

SECONDS: Final = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1),
    *(0.25, 0.5, 1.0, 2.5, 5.0),
)
"""Upper ends of the buckets: a decision takes some 100 µs, a body or a commit up to seconds."""
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)

KINDS: Final = frozenset(
    {
        *("impression", "viewable", "click", "hide", "assigned"),
        *("add_to_cart", "purchase", "refund", "page_view", "product_view", "search"),
        *("alias", "consent"),
    }
)

Event: TypeAlias = tuple[str, str, str]
"""Kind, outcome, reason."""
Shown: TypeAlias = tuple[int, str, str]
"""A variant's id, kind, outcome."""


def door_of(path: str) -> str:
    """The door behind an address, one of a few names.

    Example:
        >>> door_of("/c/bl1.abc"), door_of("/api/features/pk_1"), door_of("/wp-login.php")
        ('click', 'features', 'other')
    """
    found = EXACT.get(path)
    if found is not None:
        return found
    if path.startswith("/api/features/"):
        return "features"
    return UNDER.get(path[1:].partition("/")[0], OTHER)


def kind_of(kind: str) -> str:
    """A type of event as a label: shops make up their own, and anybody can send anything.

    Example:
        >>> kind_of("click"), kind_of("custom:wishlist"), kind_of("x" * 99)
        ('click', 'custom', 'unknown')
    """
    if kind in KINDS:
        return kind
    return "custom" if kind.startswith("custom:") else "unknown"


@dataclass(slots=True)
class Histogram:
    """How many values fell into each bucket; the last one has no upper end."""

    ends: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.ends) + 1)

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.ends, value)] += 1
        self.total += value


@dataclass(slots=True)
class Door:
    """The requests to one door: how many ended with which status, and how long they took."""

    codes: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    times: Histogram = field(default_factory=lambda: Histogram(SECONDS))


_SETTLED = attrgetter("kind", "mark", "variant_id")
_REFUSED = attrgetter("kind", "reason", "variant_id")


@dataclass(slots=True)
class Meters:
    """Everything that is counted.

    `decisions` are by what an offer counts as, `shown` events by variant, of tests that are live.
    """

    doors: dict[str, Door] = field(default_factory=dict)
    decisions: defaultdict[Counted, int] = field(default_factory=lambda: defaultdict(int))
    events: defaultdict[Event, int] = field(default_factory=lambda: defaultdict(int))
    shown: defaultdict[Shown, int] = field(default_factory=lambda: defaultdict(int))
    group_sizes: Histogram = field(default_factory=lambda: Histogram(SIZES))
    group_seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    lag: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    spooled: int = 0

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A request has its answer, so many seconds after it was there as a whole."""
        name = EXACT.get(path) or door_of(path)
        door = self.doors.get(name)
        if door is None:
            door = self.doors[name] = Door()
        door.codes[status] += 1
        times = door.times
        times.counts[bisect_left(SECONDS, seconds)] += 1
        times.total += seconds

    def decided(self, offers: Iterable[Offer]) -> None:
        """These are given to somebody."""
        decisions = self.decisions
        for offer in offers:
            decisions[offer.counted] += 1

    def settled(self, kind: str, outcome: str, reason: str = "", n: int = 1) -> None:
        """So many events of a kind ended in one way; `reason` is a name of ours, or empty."""
        self.events[kind_of(kind), outcome, reason] += n

    def group(self, group: Group, outcomes: Sequence[Outcome], *, seconds: float) -> None:
        """A group is in the database, with what was refused beside it."""
        self.group_sizes.add(group.size)
        self.group_seconds.add(seconds)
        tally = Counter(zip(map(_SETTLED, group.records), outcomes, strict=True))
        for ((kind, mark, variant), outcome), n in tally.items():
            self._settled(kind, *_said(outcome, mark), variant, n)
        refused = Counter(map(_REFUSED, group.refusals))
        for (kind, reason, variant), n in refused.items():
            self._settled(kind, Outcome.REJECTED.value, reason, variant, n)

    def _settled(self, kind: str, outcome: str, reason: str, variant: int | None, n: int) -> None:
        self.settled(kind, outcome, reason, n)
        if variant:
            self.shown[variant, kind_of(kind), outcome] += n


def _said(outcome: Outcome, mark: str) -> tuple[str, str]:
    """The outcome and its reason as the wire contract names them."""
    if outcome is Outcome.STORED and mark:
        return "filtered", mark
    return outcome.value, "not_storable" if outcome is Outcome.REJECTED else ""
