"""From a design and its aggregates to what a report knows: no database, no clock, no words."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Final

from engine.errors import StatisticsError
from engine.stats import multiplicity, omnibus, series, srm, stratified
from engine.stats.aggregates import Aggregates, total
from engine.stats.frequentist import compare
from engine.stats.inference import Comparison, Interval, LiftGap
from engine.stats.metrics import CATALOGUE, Metric, Unit
from experiments.models import Experiment
from experiments.reports import health, values
from experiments.reports.mix import Mix
from experiments.reports.payload import (
    METHOD,
    METHOD_BY_DAY,
    AllArms,
    Arm,
    Counts,
    DayPoint,
    Design,
    Effect,
    Gap,
    GapCode,
    ReportData,
    Span,
    Split,
)
from experiments.reports.values import ByDay

ALPHA: Final = 0.05
"""Error rate of every report: two-sided, over all treatments together."""
TAU_WITHOUT_PLAN: Final = 0.1
"""Lift the daily band is tightest for when no smallest effect was planned."""


def analyse(
    design: Design,
    by_day: Mapping[int, ByDay],
    observed: health.Observed,
    *,
    as_of: dt.datetime,
    watermark: int,
    mix: Mix | None = None,
) -> ReportData:
    """Everything that can be said; what cannot is a named gap."""
    arms = {arm.id: total(by_day.get(arm.id, {}).values()) for arm in design.arms}
    effects = tuple(
        e for metric in values.metrics_of(design) for e in _effects(design, metric, by_day, arms)
    )
    split = _split(design, arms)
    return ReportData(
        method=METHOD_BY_DAY if design.adaptive else METHOD,
        as_of=as_of,
        watermark=watermark,
        design=design,
        counts=tuple(_counts(arm.id, arms[arm.id]) for arm in design.arms),
        values=values.all_values(design, by_day, arms),
        effects=effects,
        split=split,
        all_arms=_all_arms(design, arms),
        days=_days(design, by_day, arms),
        checks=health.check_all(design, arms, split, effects, observed, as_of=as_of),
        mix=mix,
    )


def absolute_mde(design: Design, control_value: float | None) -> float | None:
    """The smallest effect worth finding in the primary metric's own unit, if it is known."""
    if not design.mde:
        return None
    if design.mde_kind == Experiment.MdeKind.POINTS:
        # Money has no percentage points.
        return design.mde / 100 if CATALOGUE[design.primary].unit is Unit.PERCENT else None
    return None if control_value is None else abs(control_value) * design.mde / 100


def _counts(arm_id: int, arm: Aggregates) -> Counts:
    return Counts(arm_id, arm.n, **{name: int(value) for name, value in arm.sums.items()})


def _effects(
    design: Design, metric: Metric, by_day: Mapping[int, ByDay], arms: Mapping[int, Aggregates]
) -> list[Effect]:
    control = design.control.id

    def at(arm: Arm, alpha: float) -> Comparison:
        if not design.adaptive:
            return compare(metric, arms[control], arms[arm.id], alpha=alpha)
        days = (by_day.get(key, {}) for key in (control, arm.id))
        return stratified.compare(metric, *days, alpha=alpha)

    primary = metric.key == design.primary
    # The level of Holm's first step: mostly nobody gets beyond it, and p is the same at any.
    alpha = ALPHA / len(design.treatments) if primary else ALPHA
    found: dict[int, Comparison | Gap] = {}
    for arm in design.treatments:
        try:
            found[arm.id] = at(arm, alpha)
        except StatisticsError as error:
            found[arm.id] = values.gap_of(error)
    if primary:
        return _with_holm(design, metric, found, at)
    return [_effect(metric, arm.id, found[arm.id]) for arm in design.treatments]


def _with_holm(
    design: Design,
    metric: Metric,
    found: Mapping[int, Comparison | Gap],
    at: Callable[[Arm, float], Comparison],
) -> list[Effect]:
    """The primary metric: one false alarm in 20 over all treatments together.

    Treatments that cannot be compared yet still count, or the correction would grow with time.
    """
    many = len(design.treatments)
    known = {key: one for key, one in found.items() if isinstance(one, Comparison)}
    ps = [one.p for one in known.values()] + [1.0] * (many - len(known))
    adjusted = dict(zip(known, multiplicity.holm(ps), strict=False))
    final = _stepped_down(design, known, at, many)
    return [
        _effect(metric, arm.id, final.get(arm.id, found[arm.id]), adjusted.get(arm.id))
        for arm in design.treatments
    ]


def _stepped_down(
    design: Design,
    known: Mapping[int, Comparison],
    at: Callable[[Arm, float], Comparison],
    many: int,
) -> dict[int, Comparison]:
    # Each interval gets the level at which Holm tests it, and all after the first that does not
    # exclude zero keep that one's: what is shown excludes zero exactly when the test rejects.
    final: dict[int, Comparison] = {}
    level, passing = ALPHA / many, True
    for rank, key in enumerate(sorted(known, key=lambda k: known[k].log10_p)):
        level = ALPHA / (many - rank) if passing else level
        same = math.isclose(level, known[key].alpha)
        final[key] = known[key] if same else at(design.arm(key), level)
        passing = passing and final[key].interval.excludes(0)
    return final


def _effect(
    metric: Metric, arm_id: int, one: Comparison | Gap, adjusted: float | None = None
) -> Effect:
    if isinstance(one, Gap):
        return Effect(metric.key, arm_id, gap=one)
    return Effect(
        metric=metric.key,
        arm=arm_id,
        difference=one.difference,
        span=_span(one.interval),
        lift=one.lift,
        lift_span=_span(one.lift_interval),
        lift_gap=_lift_gap(one.lift_gap),
        p=one.p,
        p_adjusted=adjusted,
        log10_p=one.log10_p,
        standard_error=one.standard_error,
        method=one.method.value,
    )


def _span(interval: Interval | None) -> Span | None:
    return None if interval is None else Span(interval.low, interval.high, interval.level)


def _lift_gap(gap: LiftGap | None) -> Gap | None:
    return None if gap is None else Gap(GapCode(gap.value))


def _split(design: Design, arms: Mapping[int, Aggregates]) -> Split:
    counts = tuple(arms[arm.id].n for arm in design.arms)
    shares = tuple(arm.share for arm in design.arms)
    try:
        result = srm.check(counts, shares)
    except StatisticsError as error:
        return Split(
            counts, tuple(sum(counts) * share for share in shares), gap=values.gap_of(error)
        )
    return Split(counts, result.expected, result.p, result.log10_p, alarm=result.alarm)


def _all_arms(design: Design, arms: Mapping[int, Aggregates]) -> AllArms | None:
    if len(design.treatments) == 1:
        return None
    metric = CATALOGUE[design.primary]
    parts = [arms[arm.id] for arm in design.arms]
    try:
        if design.unit == Experiment.Unit.IMPRESSION:
            # Of totals the table of clicked and not clicked is all there is.
            trials = [part.n for part in parts]
            result = omnibus.chi_square(trials, [part.sum(metric.numerator) for part in parts])
        else:
            result = omnibus.compare_all(metric, parts)
    except StatisticsError as error:
        return AllArms(gap=values.gap_of(error))
    return AllArms(result.statistic, result.df, result.p, result.log10_p)


def _days(
    design: Design, by_day: Mapping[int, ByDay], arms: Mapping[int, Aggregates]
) -> tuple[DayPoint, ...]:
    if design.origin == Experiment.Origin.RESULTS:
        return ()  # totals of one day
    metric = CATALOGUE[design.primary]
    tau = _tau(design, values.value(metric, design.control.id, arms[design.control.id]).value)
    if tau is None:
        return ()
    control = by_day.get(design.control.id, {})
    return tuple(
        _day(arm.id, point)
        for arm in design.treatments
        for point in series.cumulative(
            metric,
            control,
            by_day.get(arm.id, {}),
            tau=tau,
            alpha=ALPHA,
            stratified=design.adaptive,
        )
    )


def _tau(design: Design, control_value: float | None) -> float | None:
    planned = absolute_mde(design, control_value)
    if planned:
        return planned
    return abs(control_value) * TAU_WITHOUT_PLAN if control_value else None


def _day(arm_id: int, point: series.SeriesPoint) -> DayPoint:
    return DayPoint(
        day=point.day,
        arm=arm_id,
        n_control=point.n_control,
        n_treatment=point.n_treatment,
        lift=point.lift,
        band=_span(point.band),
        gap=point.gap or "",
    )
