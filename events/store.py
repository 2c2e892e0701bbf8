"""The read side of what happened: aggregates, health and what is arriving. One query per question.
What a report looks at besides is read by `events.cuts`; totals without events are `events.given`.

Pages and reports never touch the log; the one exception is the tail that the roll-up has not read
yet, which is bounded by its lag.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from django.db.models import BigIntegerField, Count, Func, Max, Min, Q, Sum

from engine.stats.aggregates import Aggregates
from events import tail
from events.blocks import Block, blocks_of
from events.cuts import (
    Phase,
    Sample,
    ages_of,
    assigned_of,
    cap_of,
    cuts_of,
    suspicious_branches_of,
    suspicious_of,
    units_sample,
    views_of,
)
from events.given import Totals, put_totals, put_totals_of
from events.marks import SUSPICIOUS
from events.models import Aggregate, Event, RollupState, Tally, UnitTotal

__all__ = [
    "Arrival",
    "Block",
    "ByBranch",
    "ByDay",
    "ByVariant",
    "Health",
    "Phase",
    "Sample",
    "Shown",
    "Totals",
    "Watermark",
    "ages_of",
    "aggregates",
    "aggregates_of",
    "arrivals",
    "assigned_of",
    "blocks_of",
    "branches_of",
    "cap_of",
    "cuts_of",
    "health",
    "health_of",
    "latest_event_at",
    "put_totals",
    "put_totals_of",
    "shown_of",
    "suspicious_branches_of",
    "suspicious_of",
    "units_sample",
    "views_of",
    "watermark",
]

HEAVY: Final = ("clicks", "revenue")
"""Totals of which a single unit can have much more than another."""

ByDay: TypeAlias = dict[dt.date, Aggregates]
ByBranch: TypeAlias = dict[bool, ByDay]
ByVariant: TypeAlias = dict[int, ByDay]


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the roll-up has read, when, and how many events (at most) have come since."""

    seq: int
    rolled_at: dt.datetime | None
    behind: int


@dataclass(frozen=True, slots=True)
class Health:
    """What may be wrong with the data of one phase of an experiment.

    `units` have at least one counted impression; `multiple` of them saw several variants (they are
    analysed in the first). `unexposed` clicked, but no impression of theirs has come: they count
    nowhere. `viewed` were reported to have seen a banner, `clicked` have clicked, `unseen` have
    clicked and are not among those who have seen. `marked` counts the events that were set aside,
    by reason and variant. `largest` is the most that one unit has of a total.
    """

    units: int = 0
    multiple: int = 0
    unexposed: int = 0
    viewed: int = 0
    clicked: int = 0
    unseen: int = 0
    events: int = 0
    marked: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    first_event_at: dt.datetime | None = None
    last_event_at: dt.datetime | None = None
    last_received_at: dt.datetime | None = None
    largest: Mapping[str, int] = field(default_factory=dict)

    @property
    def multiple_share(self) -> float:
        return self.multiple / self.units if self.units else 0.0

    @property
    def marked_events(self) -> int:
        """Events that were set aside as automated; what testers did is nobody's concern."""
        return sum(self.suspicious.values())

    @property
    def suspicious(self) -> dict[str, int]:
        """The same by mark, in the order of their names."""
        found = sorted(SUSPICIOUS & self.marked.keys())
        return {mark: sum(self.marked[mark].values()) for mark in found}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Events of a site by kind (and mark, empty for counted ones) up to the watermark."""

    kind: str
    mark: str
    events: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """How often a variant was shown and clicked on one day."""

    day: dt.date
    variant_id: int
    impressions: int
    clicks: int


SHOWN: Final = ("impression", "click")


def aggregates(experiment_id: int, phase: int) -> ByVariant:
    """The aggregates of a phase per variant and day of first exposure."""
    return aggregates_of([(experiment_id, phase)])[experiment_id, phase]


def aggregates_of(phases: Iterable[Phase]) -> dict[Phase, ByVariant]:
    """The aggregates of many phases in one query; a phase without any has an empty entry."""
    found: dict[Phase, ByVariant] = {phase: {} for phase in phases}
    for row in _aggregate_rows(found):
        _add(found[row.experiment_id, row.phase].setdefault(row.variant_id, {}), row)
    return found


def branches_of(phases: Iterable[Phase]) -> dict[Phase, ByBranch]:
    """The same by branch of an adaptive policy: True is the exploration slice."""
    found: dict[Phase, ByBranch] = {phase: {} for phase in phases}
    for row in _aggregate_rows(found):
        _add(found[row.experiment_id, row.phase].setdefault(row.explored, {}), row)
    return found


def _aggregate_rows(phases: Collection[Phase]) -> Iterator[Aggregate]:
    """Rows of all counted units: no cut, nothing that was set aside."""
    rows = Aggregate.objects.filter(
        experiment_id__in={e for e, _phase in phases}, cut="", suspicious=False
    )
    ordered = rows.order_by("experiment_id", "phase", "variant_id", "day").iterator()
    return (row for row in ordered if (row.experiment_id, row.phase) in phases)


def _add(days: ByDay, row: Aggregate) -> None:
    arm = Aggregates.from_moments(row.moments)
    days[row.day] = days[row.day] + arm if row.day in days else arm


def shown_of(phases: Iterable[Phase]) -> dict[Phase, tuple[Shown, ...]]:
    """Counted impressions and clicks of many phases by variant and day, whoever they were for."""
    found: dict[Phase, dict[tuple[dt.date, int], list[int]]] = {phase: {} for phase in phases}
    rows = Tally.objects.filter(
        experiment_id__in={e for e, _phase in found}, mark="", kind__in=SHOWN
    )
    for row in rows:
        if (places := found.get((row.experiment_id, row.phase))) is not None:
            counts = places.setdefault((row.day, row.variant_id), [0, 0])
            counts[SHOWN.index(row.kind)] += row.events
    return {
        phase: tuple(Shown(day, variant, *counts) for (day, variant), counts in sorted(p.items()))
        for phase, p in found.items()
    }


def health(experiment_id: int, phase: int) -> Health:
    """What may be wrong with the data of one phase; see `Health`."""
    return health_of([(experiment_id, phase)])[experiment_id, phase]


def health_of(phases: Iterable[Phase]) -> dict[Phase, Health]:
    """The health of many phases in two queries."""
    wanted = set(phases)
    experiments = {experiment for experiment, _phase in wanted}
    units = {(row["experiment_id"], row["phase"]): row for row in _units(experiments)}
    tallies: dict[Phase, list[Tally]] = defaultdict(list)
    for row in Tally.objects.filter(experiment_id__in=experiments):
        tallies[row.experiment_id, row.phase].append(row)
    return {phase: _health(units.get(phase), tallies[phase]) for phase in wanted}


def _units(experiments: Iterable[int]) -> Iterable[Mapping[str, Any]]:
    seen = Func("variants_seen", function="cardinality", output_field=BigIntegerField())
    rows = UnitTotal.objects.filter(experiment_id__in=experiments, suspicious=False)
    clicked, viewed, counts = Q(clicks__gt=0), Q(viewables__gt=0), Q(variant_id__isnull=False)
    return (
        rows.annotate(seen=seen)
        .values("experiment_id", "phase")
        .annotate(
            units=Count("id", filter=counts),
            multiple=Count("id", filter=Q(seen__gt=1)),
            unexposed=Count("id", filter=~counts & (clicked | viewed)),
            viewed=Count("id", filter=counts & viewed),
            clicked=Count("id", filter=counts & clicked),
            unseen=Count("id", filter=counts & clicked & ~viewed),
            **{f"most_{total}": Max(total) for total in HEAVY},
        )
    )


def _health(units: Mapping[str, Any] | None, tallies: list[Tally]) -> Health:
    marked: dict[str, dict[int, int]] = {}
    for row in tallies:
        if row.mark:
            variants = marked.setdefault(row.mark, {})
            variants[row.variant_id] = variants.get(row.variant_id, 0) + row.events
    counted = [row for row in tallies if not row.mark]
    known = units or {}
    return Health(
        units=known.get("units", 0),
        multiple=known.get("multiple", 0),
        unexposed=known.get("unexposed", 0),
        viewed=known.get("viewed", 0),
        clicked=known.get("clicked", 0),
        unseen=known.get("unseen", 0),
        events=sum(row.events for row in counted),
        marked=marked,
        first_event_at=min((row.first_at for row in counted), default=None),
        last_event_at=max((row.last_at for row in counted), default=None),
        last_received_at=max((row.last_received_at for row in counted), default=None),
        largest={total: known[f"most_{total}"] for total in HEAVY} if known else {},
    )


def watermark() -> Watermark:
    """How far the totals reach."""
    state = RollupState.objects.filter(pk=1).first()
    newest = tail.newest()
    if state is None:
        return Watermark(seq=0, rolled_at=None, behind=newest)
    return Watermark(state.watermark, state.rolled_at, max(newest - state.watermark, 0))


def latest_event_at(site_id: int) -> dt.datetime | None:
    """When the newest event of a site was received, the ones not yet rolled up included.

    What the data plane notes of its own accord (`assigned`) is no sign that a shop reports.
    """
    rolled = Tally.objects.filter(site_id=site_id).exclude(kind="assigned")
    times = [_latest_unread(site_id), rolled.aggregate(at=Max("last_received_at"))["at"]]
    return max((at for at in times if at is not None), default=None)


def _latest_unread(site_id: int) -> dt.datetime | None:
    """When the newest event was received that the roll-up has not read yet."""
    state = watermark()
    if not state.behind:
        return None
    rows = Event.objects.filter(site_id=site_id, seq__gt=state.seq).exclude(kind="assigned")
    if state.rolled_at is not None:
        rows = rows.filter(tail.received_since(state.rolled_at))
    at: dt.datetime | None = rows.aggregate(at=Max("received_at"))["at"]
    return at


def arrivals(site_id: int) -> tuple[Arrival, ...]:
    """Every kind of event of a site with its number, for a page about the data."""
    rows = Tally.objects.filter(site_id=site_id).values("kind", "mark").order_by("kind", "mark")
    return tuple(
        Arrival(**row)
        for row in rows.annotate(
            events=Sum("events"), first_at=Min("first_at"), last_at=Max("last_at")
        )
    )
