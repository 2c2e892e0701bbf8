"""What visitors of past experiments did, for planning the next one. One query, no log."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from engine.stats.aggregates import Aggregates
from events.models import Aggregate


@dataclass(frozen=True, slots=True)
class PastDay:
    """Visitors whom an experiment first counted on a day, whatever they were shown."""

    experiment_id: int
    day: dt.date
    units: Aggregates


def past_days(
    experiment_ids: Collection[int], *, first: dt.date, last: dt.date
) -> tuple[PastDay, ...]:
    """The days from `first` to `last` on which any of these experiments counted somebody."""
    rows = Aggregate.objects.filter(
        experiment_id__in=experiment_ids, cut="", suspicious=False, day__range=(first, last)
    )
    found: dict[tuple[int, dt.date], Aggregates] = {}
    for experiment, day, moments in rows.values_list("experiment_id", "day", "moments"):
        units = Aggregates.from_moments(moments)
        found[experiment, day] = found.get((experiment, day), Aggregates()) + units
    return tuple(PastDay(one, day, units) for (one, day), units in sorted(found.items(), key=_key))


def _key(item: tuple[tuple[int, dt.date], Aggregates]) -> tuple[int, dt.date]:
    return item[0]
