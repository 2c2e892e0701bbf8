"""Where the daily reading of an experiment stands, and the bound that follows from it."""

import datetime as dt
import math
from typing import Final

from engine.stats.reading import Once, Open, Planned, Reading
from experiments.models import Experiment
from experiments.reports.findings import Looks
from experiments.reports.mde import absolute_mde
from experiments.reports.payload import (
    METHOD,
    METHOD_BLOCKS,
    METHOD_BY_DAY,
    METHOD_ONCE,
    METHOD_OPEN,
    Design,
    Effect,
)

DAY: Final = dt.timedelta(days=1)
ALPHA: Final = 0.05
"""Error rate of every report: two-sided, over all looks and all treatments together."""
MIN_DAYS: Final = 7
"""No answer before every weekday has been there once, whatever the bound says."""
TAU_WITHOUT_PLAN: Final = 0.1
"""Lift that an open reading is tightest for when no smallest effect was planned."""


def days_run(design: Design, first_day: dt.date | None, *, as_of: dt.datetime) -> float:
    """Days since the phase began, until its end or now; 0 where nobody knows the start."""
    start = design.started_at
    if design.phase > 1 and first_day is not None:
        # Counts began again with the phase; `started_at` is the start of the first one.
        opened = dt.datetime.combine(first_day, dt.time(), tzinfo=dt.UTC)
        start = max(start or opened, opened)
    if start is None:
        return 0.0
    return max(0.0, ((design.ended_at or as_of) - start) / DAY)


def reading_of(design: Design, days: float, control_value: float | None) -> Reading:
    """The reading in force after so many days. Between two looks the last one's bound holds."""
    if design.planned_look_only or design.by_visitors:
        return Once()
    if design.reading == Experiment.Reading.OPEN:
        tau = absolute_mde(design, control_value) or abs(control_value or 0) * TAU_WITHOUT_PLAN
        # Without a value there is nothing to compare, so any tau does until there is one.
        return Open(tau or 1.0)
    planned = design.planned_days
    return Planned(planned, min(max(math.floor(days), 1), planned))


def method_of(design: Design) -> str:
    """The name of the procedure."""
    if design.of_blocks:
        return METHOD_BLOCKS
    if design.adaptive:
        return METHOD_BY_DAY
    if design.planned_look_only:
        return METHOD_ONCE
    return METHOD_OPEN if design.reading == Experiment.Reading.OPEN else METHOD


def looks_of(
    design: Design,
    reading: Reading,
    days: float,
    effects: tuple[Effect, ...],
    passed_on: dt.date | None,
) -> Looks:
    """What the page says about the reading."""
    bounds = [e.bound for e in effects if e.metric == design.primary and e.bound is not None]
    return Looks(
        mode=_mode(reading),
        look=math.floor(days),
        of=reading.looks if isinstance(reading, Planned) else None,
        alpha=ALPHA,
        bound=min(bounds, default=None),
        passed_on=passed_on,
    )


def _mode(reading: Reading) -> str:
    if isinstance(reading, Planned):
        return "planned"
    return "open" if isinstance(reading, Open) else "once"
