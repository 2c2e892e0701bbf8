"""Totals of tests of which no events exist: they come with an import and are never counted."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.errors import Conflict
from engine.stats.aggregates import MOMENTS, ONE, PAIRS, TOTALS, Aggregates
from events.cuts import Phase
from events.models import Aggregate, UnitTotal

BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Totals:
    """What is known of one variant of a test of which only totals exist, and its day."""

    variant_id: int
    day: dt.date
    aggregates: Aggregates


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
        unique_fields=[
            *("experiment_id", "phase", "variant_id", "explored", "suspicious"),
            *("cut", "value", "day"),
        ],
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
