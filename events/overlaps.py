"""Visitors whom two tests have in common, by the variants of both: joined seldom, then kept."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final, TypeAlias

from django.db import connection, transaction
from django.db.models import Max

from engine.stats.aggregates import ONE, PAIRS, Aggregates
from events.cuts import Phase
from events.models import Overlap
from events.statements.aggregates import INDICATORS

Pair: TypeAlias = tuple[Phase, Phase]
"""The phase whose totals are summed, and the one beside it."""
Cells: TypeAlias = dict[tuple[int, int], Aggregates]

FRESH: Final = dt.timedelta(hours=6)
"""An interaction does not come and go; each join reads all visitors of a phase."""
AT_ONCE: Final = 4
"""Joins in one refresh, so that reports are never late because of them."""


def _factor(name: str) -> str:
    return f"(a.{INDICATORS[name]} > 0)::int" if name in INDICATORS else f"a.{name}"


def _sum(one: str, other: str) -> str:
    factors = ["1::numeric", *(_factor(name) for name in (one, other) if name != ONE)]
    return f"sum({' * '.join(factors)})"


_JOIN: Final = f"""
INSERT INTO events_overlap (experiment_id, phase, other_id, other_phase, variant_id,
    other_variant_id, moments, read_at)
SELECT a.experiment_id, a.phase, b.experiment_id, b.phase, a.variant_id, b.variant_id,
    ARRAY[{", ".join(_sum(*pair) for pair in PAIRS)}], %(now)s
FROM events_unittotal a JOIN events_unittotal b ON b.site_id = a.site_id AND b.unit = a.unit
WHERE a.experiment_id = %(experiment)s AND a.phase = %(phase)s AND NOT a.suspicious
    AND b.experiment_id = %(other)s AND b.phase = %(other_phase)s AND NOT b.suspicious
    AND a.variant_id IS NOT NULL AND b.variant_id IS NOT NULL
GROUP BY a.experiment_id, a.phase, b.experiment_id, b.phase, a.variant_id, b.variant_id
"""  # noqa: S608 - put together from constants


def bring_up_to_date(pairs: Iterable[Pair], *, now: dt.datetime) -> int:
    """Join the pairs that were joined longest ago, a few at once; how many it were.

    Where two tests have nobody in common yet, the pair is asked again each time.
    """
    wanted = list(dict.fromkeys(pairs))
    known = _read_at({one[0] for one, _other in wanted})
    oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
    stale = [pair for pair in wanted if now - known.get(pair, oldest) >= FRESH]
    stale.sort(key=lambda pair: known.get(pair, oldest))
    for pair in stale[:AT_ONCE]:
        _join(pair, now)
    return len(stale[:AT_ONCE])


def cells_of(phases: Iterable[Phase]) -> dict[Pair, Cells]:
    """What is kept of the phases, by (variant, variant of the other)."""
    wanted = set(phases)
    found: dict[Pair, Cells] = {}
    for row in Overlap.objects.filter(experiment_id__in={e for e, _p in wanted}):
        phase, other = (row.experiment_id, row.phase), (row.other_id, row.other_phase)
        if phase in wanted:
            cells = found.setdefault((phase, other), {})
            cells[row.variant_id, row.other_variant_id] = Aggregates.from_moments(row.moments)
    return found


def _read_at(experiments: Collection[int]) -> dict[Pair, dt.datetime]:
    rows = Overlap.objects.filter(experiment_id__in=experiments)
    keys = ("experiment_id", "phase", "other_id", "other_phase")
    found = rows.values(*keys).annotate(at=Max("read_at"))
    return {
        ((row["experiment_id"], row["phase"]), (row["other_id"], row["other_phase"])): row["at"]
        for row in found
    }


@transaction.atomic
def _join(pair: Pair, now: dt.datetime) -> None:
    (experiment, phase), (other, other_phase) = pair
    rows = Overlap.objects.filter(experiment_id=experiment, phase=phase)
    rows.filter(other_id=other, other_phase=other_phase).delete()
    places = {"experiment": experiment, "phase": phase, "other": other, "other_phase": other_phase}
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, places | {"now": now})
