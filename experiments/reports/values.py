"""Which metrics a report has, and what they are in each arm."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from engine.errors import NotEnoughData, Shortage, StatisticsError
from engine.stats import stratified
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import value as value_of
from engine.stats.metrics import CATALOGUE, Metric
from experiments.models import Experiment
from experiments.reports.payload import Design, Gap, GapCode, Value

ONLY_TOTALS: Final = ("ctr",)
"""What totals of impressions and clicks can tell."""

ByDay = Mapping[dt.date, Aggregates]


def metrics_of(design: Design) -> tuple[Metric, ...]:
    """The metrics a report computes, the primary one first."""
    keys = ONLY_TOTALS if design.unit == Experiment.Unit.IMPRESSION else tuple(CATALOGUE)
    ordered = sorted({*keys, design.primary}, key=list(CATALOGUE).index)
    return tuple(sorted(map(CATALOGUE.__getitem__, ordered), key=lambda m: m.key != design.primary))


def gap_of(error: StatisticsError) -> Gap:
    """Why a number is missing, in the payload's words."""
    if not isinstance(error, NotEnoughData):
        return Gap(GapCode.NOT_RECORDED if error.field else GapCode.NO_VARIATION, error.field or "")
    if not error.missing:
        return Gap(GapCode.TOO_FEW, error.field or "")
    return worst_of(error.missing)


def worst_of(missing: Sequence[Shortage]) -> Gap:
    """What is furthest from enough."""
    worst = min(missing, key=lambda lack: lack.have / lack.need)
    return Gap(GapCode.TOO_FEW, worst.what, worst.have, worst.need, worst.arm)


def all_values(
    design: Design, by_day: Mapping[int, ByDay], arms: Mapping[int, Aggregates]
) -> tuple[Value, ...]:
    """Every metric in every arm."""
    return tuple(
        one
        for metric in metrics_of(design)
        for one in (
            _within_days(design, metric, by_day)
            or [value(metric, arm.id, arms[arm.id]) for arm in design.arms]
        )
    )


def _within_days(design: Design, metric: Metric, by_day: Mapping[int, ByDay]) -> list[Value]:
    """Values that go with a comparison within days; nothing where there is none."""
    if not design.adaptive:
        return []
    sides = [by_day.get(arm.id, {}) for arm in design.arms]
    try:
        found = stratified.estimates(metric, *sides)
    except StatisticsError:
        return []
    return [
        Value(metric.key, arm.id, one.value) for arm, one in zip(design.arms, found, strict=True)
    ]


def value(metric: Metric, arm_id: int, arm: Aggregates) -> Value:
    """A metric in one arm over all days, or why there is none."""
    try:
        return Value(metric.key, arm_id, value_of(metric, arm))
    except StatisticsError as error:
        return Value(metric.key, arm_id, gap=gap_of(error))
