"""The read side of what happened: aggregates, health and what is arriving. One query per question.

Pages and reports never touch the log; the one exception is the tail that the roll-up has not read
yet, which is bounded by its lag.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeAlias

from django.db.models import BigIntegerField, Count, Func, Max, Min, Q, Sum
from django.utils.translation import gettext_lazy as _

from engine.errors import Conflict
from engine.stats.aggregates import MOMENTS, ONE, PAIRS, TOTALS, Aggregates
from events.models import Aggregate, Event, RollupState, Tally, UnitTotal

ByDay: TypeAlias = dict[dt.date, Aggregates]
ByBranch: TypeAlias = dict[bool, ByDay]
ByVariant: TypeAlias = dict[int, ByDay]
Phase: TypeAlias = tuple[int, int]
"""An experiment's id and the number of its phase."""

BATCH: Final = 2_000


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
    nowhere. `marked` counts the events that were set aside, by reason and variant.
    """

    units: int = 0
    multiple: int = 0
    unexposed: int = 0
    events: int = 0
    marked: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    first_event_at: dt.datetime | None = None
    last_event_at: dt.datetime | None = None

    @property
    def multiple_share(self) -> float:
        return self.multiple / self.units if self.units else 0.0

    @property
    def marked_events(self) -> int:
        return sum(sum(variants.values()) for variants in self.marked.values())


@dataclass(frozen=True, slots=True)
class Arrival:
    """Events of a site by kind (and mark, empty for counted ones) up to the watermark."""

    kind: str
    mark: str
    events: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of one variant of a test of which only totals exist, and its day."""

    variant_id: int
    day: dt.date
    aggregates: Aggregates


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
    rows = Aggregate.objects.filter(experiment_id__in={e for e, _phase in phases})
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
    units = {(e, p): (some, multiple, none) for e, p, some, multiple, none in _units(experiments)}
    tallies: dict[Phase, list[Tally]] = defaultdict(list)
    for row in Tally.objects.filter(experiment_id__in=experiments):
        tallies[row.experiment_id, row.phase].append(row)
    return {phase: _health(units.get(phase, (0, 0, 0)), tallies[phase]) for phase in wanted}


def _units(experiments: Iterable[int]) -> Iterable[tuple[int, int, int, int, int]]:
    seen = Func("variants_seen", function="cardinality", output_field=BigIntegerField())
    rows = UnitTotal.objects.filter(experiment_id__in=experiments).annotate(seen=seen)
    return rows.values_list("experiment_id", "phase").annotate(
        units=Count("id", filter=Q(variant_id__isnull=False)),
        multiple=Count("id", filter=Q(seen__gt=1)),
        unexposed=Count("id", filter=Q(variant_id__isnull=True)),
    )


def _health(units: tuple[int, int, int], tallies: list[Tally]) -> Health:
    marked: dict[str, dict[int, int]] = {}
    for row in tallies:
        if row.mark:
            variants = marked.setdefault(row.mark, {})
            variants[row.variant_id] = variants.get(row.variant_id, 0) + row.events
    counted = [row for row in tallies if not row.mark]
    some, multiple, unexposed = units
    return Health(
        units=some,
        multiple=multiple,
        unexposed=unexposed,
        events=sum(row.events for row in counted),
        marked=marked,
        first_event_at=min((row.first_at for row in counted), default=None),
        last_event_at=max((row.last_at for row in counted), default=None),
    )


def watermark() -> Watermark:
    """How far the totals reach."""
    state = RollupState.objects.filter(pk=1).first()
    newest = Event.objects.aggregate(newest=Max("seq"))["newest"] or 0
    if state is None:
        return Watermark(seq=0, rolled_at=None, behind=newest)
    return Watermark(state.watermark, state.rolled_at, max(newest - state.watermark, 0))


def latest_event_at(site_id: int) -> dt.datetime | None:
    """When the newest event of a site was received, the ones not yet rolled up included."""
    tail = Event.objects.filter(site_id=site_id, seq__gt=watermark().seq)
    rolled = Tally.objects.filter(site_id=site_id).aggregate(at=Max("last_received_at"))["at"]
    times = [tail.aggregate(at=Max("received_at"))["at"], rolled]
    return max((at for at in times if at is not None), default=None)


def arrivals(site_id: int) -> tuple[Arrival, ...]:
    """Every kind of event of a site with its number, for a page about the data."""
    rows = Tally.objects.filter(site_id=site_id).values("kind", "mark").order_by("kind", "mark")
    return tuple(
        Arrival(**row)
        for row in rows.annotate(
            events=Sum("events"), first_at=Min("first_at"), last_at=Max("last_at")
        )
    )


def put_totals(experiment_id: int, phase: int, totals: Iterable[Totals]) -> bool:
    """Store the totals of a test of which no events exist; whether that changed anything.

    Raises:
        Conflict: The phase has events: its aggregates are counted, not given.
    """
    return bool(put_totals_of({(experiment_id, phase): tuple(totals)}))


def put_totals_of(totals: Mapping[Phase, Iterable[Totals]]) -> set[Phase]:
    """Store the totals of many tests; those that changed. See `put_totals`."""
    _refuse_counted({experiment for experiment, _phase in totals})
    rows = [_row(phase, one) for phase, all_of_it in totals.items() for one in all_of_it]
    known = _given({experiment for experiment, _phase in totals})
    changed = [row for row in rows if known.get(_place(row)) != row.moments]
    Aggregate.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["experiment_id", "phase", "variant_id", "explored", "day"],
        update_fields=["moments", "given"],
    )
    return {(row.experiment_id, row.phase) for row in changed}


def _refuse_counted(experiments: set[int]) -> None:
    if UnitTotal.objects.filter(experiment_id__in=experiments).exists():
        raise Conflict(
            _("This experiment has events; its totals are counted and cannot be given."),
            hint=_("Load the totals under another key."),
        )


def _row(phase: Phase, totals: Totals) -> Aggregate:
    return Aggregate(
        experiment_id=phase[0],
        phase=phase[1],
        variant_id=totals.variant_id,
        day=totals.day,
        moments=_moments(totals.aggregates),
        given=True,
    )


def _moments(arm: Aggregates) -> list[Decimal]:
    """All moments of an arm; what was not recorded is written as zero."""
    values = dict.fromkeys(PAIRS, 0) | {(ONE, ONE): arm.n}
    for name in TOTALS:
        values[ONE, name] = arm.sums.get(name, 0)
    for one, other in PAIRS:
        if ONE not in (one, other):
            known = arm.products
            values[one, other] = known.get((one, other), known.get((other, one), 0))
    assert len(values) == MOMENTS  # noqa: S101 - PAIRS and TOTALS belong together
    return [Decimal(value) for value in values.values()]


def _place(row: Aggregate) -> tuple[int, int, int, dt.date]:
    return row.experiment_id, row.phase, row.variant_id, row.day


def _given(experiments: set[int]) -> dict[tuple[int, int, int, dt.date], list[Decimal]]:
    rows = Aggregate.objects.filter(experiment_id__in=experiments, given=True)
    return {_place(row): row.moments for row in rows.iterator()}
