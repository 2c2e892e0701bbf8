"""The read side of what a report looks at besides the totals per day. One query per question.

Sums over days and branches are made by the database; they are whole numbers and exact.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from django.db import connection
from django.db.models import Sum
from django.db.models.expressions import RawSQL

from engine.stats.aggregates import Aggregates
from events.models import Assigned, Cap, UnitTotal

Phase: TypeAlias = tuple[int, int]
"""An experiment's id and the number of its phase."""
Cut: TypeAlias = tuple[str, str]
"""The name of a cut and one of its values, "" where that is not known."""
ByVariant: TypeAlias = dict[int, Aggregates]

AGE: Final = "age"
# Their units are shown nothing that is not counted elsewhere.
_HOLDOUTS: Final = "SELECT experiment_id FROM experiments_holdout"
_PHASES: Final = """(experiment_id, phase) IN (
    SELECT * FROM unnest(%(experiments)s::int[], %(phases)s::int[])
)"""
# An array is read as a whole once: to ask it for one moment after the other is as long as it is.
_SUMMED: Final = """
SELECT {key}, array_agg(total ORDER BY place)
FROM (
    SELECT {key}, m.place, sum(m.moment) AS total
    FROM events_aggregate, unnest({array}) WITH ORDINALITY AS m (moment, place)
    WHERE {phases} AND {which}
    GROUP BY {key}, m.place
) summed
GROUP BY {key}
"""


def suspicious_of(phases: Iterable[Phase]) -> dict[Phase, ByVariant]:
    """What was set aside as automated, per variant; units of its own, never part of the counted."""
    found: dict[Phase, ByVariant] = {phase: {} for phase in phases}
    for (experiment, phase, variant), moments in _summed(found, ("variant_id",), _SET_ASIDE):
        found[experiment, phase][variant] = Aggregates.from_moments(moments)
    return found


def suspicious_branches_of(phases: Iterable[Phase]) -> dict[Phase, dict[bool, Aggregates]]:
    """The same by branch of an adaptive policy: True is the exploration slice."""
    found: dict[Phase, dict[bool, Aggregates]] = {phase: {} for phase in phases}
    for (experiment, phase, explored), moments in _summed(found, ("explored",), _SET_ASIDE):
        found[experiment, phase][explored] = Aggregates.from_moments(moments)
    return found


def cuts_of(phases: Iterable[Phase]) -> dict[Phase, dict[Cut, ByVariant]]:
    """The aggregates of each value of device, locale, placement and returning, per variant."""
    found: dict[Phase, dict[Cut, ByVariant]] = {phase: {} for phase in phases}
    rows = _summed(found, ("cut", "value", "variant_id"), f"cut NOT IN ('', '{AGE}')")
    for (experiment, phase, cut, value, variant), moments in rows:
        variants = found[experiment, phase].setdefault((cut, value), {})
        variants[variant] = Aggregates.from_moments(moments)
    return found


def ages_of(phases: Iterable[Phase]) -> dict[Phase, dict[int, ByVariant]]:
    """Impressions and clicks on the n-th day after a unit's first exposure, per n and variant.

    The units of an n are those that were shown or clicked something on that day.
    """
    found: dict[Phase, dict[int, ByVariant]] = {phase: {} for phase in phases}
    rows = _summed(found, ("value", "variant_id"), f"cut = '{AGE}'")
    for (experiment, phase, age, variant), moments in rows:
        ages = found[experiment, phase].setdefault(int(age), {})
        ages[variant] = Aggregates.from_moments(moments)
    return found


def views_of(phases: Iterable[Phase]) -> dict[Phase, dict[int, tuple[int, ...]]]:
    """Per variant twenty numbers: units that had an n-th view, then units that clicked after it."""
    found: dict[Phase, dict[int, tuple[int, ...]]] = {phase: {} for phase in phases}
    rows = _summed(found, ("variant_id",), "cut = '' AND NOT suspicious", array="views")
    for (experiment, phase, variant), counts in rows:
        found[experiment, phase][variant] = tuple(map(int, counts))
    return found


def assigned_of(phases: Iterable[Phase]) -> dict[Phase, dict[int, int]]:
    """How many counted units each variant was given to, whether or not they came to see it."""
    found: dict[Phase, dict[int, int]] = {phase: {} for phase in phases}
    rows = Assigned.objects.filter(experiment_id__in=_experiments(found), suspicious=False)
    for row in rows:
        if (variants := found.get((row.experiment_id, row.phase))) is not None:
            variants[row.variant_id] = row.units
    return found


def cap_of(phases: Iterable[Phase]) -> dict[Phase, int]:
    """The cap of those phases that have one, in minor units."""
    wanted = set(phases)
    rows = Cap.objects.filter(experiment_id__in=_experiments(wanted))
    return {p: row.revenue for row in rows if (p := (row.experiment_id, row.phase)) in wanted}


@dataclass(frozen=True, slots=True)
class Sample:
    """Some counted units, one place in each of the lists for a unit; revenue in minor units."""

    impressions: tuple[int, ...] = ()
    clicks: tuple[int, ...] = ()
    converted: tuple[int, ...] = ()
    revenue: tuple[int, ...] = ()


def units_sample(
    site_id: int, placement_id: int | None, *, days: int, limit: int, now: dt.datetime
) -> Sample:
    """What units first exposed in the last days did, for a rehearsal on a team's own traffic.

    Units are taken in the order of their names, which are pseudonyms: no unit is likelier than
    another, and the same question has the same answer. One unit of several experiments is added up.
    """
    rows = UnitTotal.objects.filter(
        site_id=site_id,
        experiment_id__gt=0,
        suspicious=False,
        variant_id__isnull=False,
        first_exposed_at__gt=now - dt.timedelta(days=days),
        first_exposed_at__lte=now,
    )
    rows = rows.exclude(experiment_id__in=RawSQL(_HOLDOUTS, []))  # noqa: S611
    if placement_id is not None:
        rows = rows.filter(placement_id=placement_id)
    summed = rows.values("unit").annotate(
        i=Sum("impressions"), c=Sum("clicks"), o=Sum("orders"), r=Sum("revenue")
    )
    found = summed.order_by("unit").values_list("i", "c", "o", "r")[:limit]
    return _sample(found.iterator())


def _sample(rows: Iterator[tuple[int, int, int, int]]) -> Sample:
    columns = list(zip(*rows, strict=True))
    if not columns:
        return Sample()
    impressions, clicks, orders, revenue = columns
    return Sample(impressions, clicks, tuple(int(n > 0) for n in orders), revenue)


_SET_ASIDE: Final = "cut = '' AND suspicious"


def _experiments(phases: Collection[Phase]) -> set[int]:
    return {experiment for experiment, _phase in phases}


def _summed(
    phases: Collection[Phase], key: tuple[str, ...], which: str, *, array: str = "moments"
) -> list[tuple[tuple[Any, ...], list[Decimal]]]:
    names = ", ".join(("experiment_id", "phase", *key))
    query = _SUMMED.format(key=names, phases=_PHASES, which=which, array=array)
    numbers = {"experiments": [e for e, _p in phases], "phases": [p for _e, p in phases]}
    with connection.cursor() as cursor:
        cursor.execute(query, numbers)
        return [(tuple(row[:-1]), row[-1]) for row in cursor.fetchall()]
