"""Everything a report is worked out from, in one value; with it no database is needed again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.stats.aggregates import Aggregates
from experiments.reports.designs import Beside, BlockTotals
from experiments.reports.findings import Mark
from experiments.reports.health import NOTHING_KNOWN, Observed
from experiments.reports.mix import Mix
from experiments.reports.payload import Design

__all__ = ["ByDay", "Inputs"]

ByDay = Mapping[dt.date, Aggregates]


@dataclass(frozen=True, slots=True)
class Inputs:
    """A phase of an experiment as the roll-up left it. Arms are ids, the control is the first.

    Attributes:
        design: What was planned.
        by_day: By arm and day of first exposure; what the verdict rests on.
        as_of: Until when events were read.
        watermark: Number of the last event that was counted.
        suspicious: By arm: units that were set aside as automated.
        cuts: By (cut, value), then by arm.
        ages: By arm, then by days since the first exposure: impressions and clicks of that day.
        views: By arm: units that had an n-th view, then units that clicked on it, as the roll-up
            keeps them.
        assigned: By arm: units that were assigned, shown or not.
        cap: The winsor cap of the phase in minor units; None before it is fixed.
        observed: What the log tells beside the aggregates.
        mix: What a policy shows; None where none chooses.
        marks: When something about the experiment was changed, oldest first.
        blocks: Where the block of hours is the unit: all of them, in the order of time.
        beside: Tests that ran at the same time on other layers.
        visitors_per_week: Of the placement at full traffic; None where nobody can know.
    """

    design: Design
    by_day: Mapping[int, ByDay]
    as_of: dt.datetime
    watermark: int
    suspicious: Mapping[int, Aggregates] = field(default_factory=dict)
    cuts: Mapping[tuple[str, str], Mapping[int, Aggregates]] = field(default_factory=dict)
    ages: Mapping[int, Mapping[int, Aggregates]] = field(default_factory=dict)
    views: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    assigned: Mapping[int, int] = field(default_factory=dict)
    cap: int | None = None
    observed: Observed = NOTHING_KNOWN
    mix: Mix | None = None
    marks: tuple[Mark, ...] = ()
    visitors_per_week: float | None = None
    blocks: tuple[BlockTotals, ...] = ()
    beside: tuple[Beside, ...] = ()
