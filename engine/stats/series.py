"""An experiment over time: what the report would have said on the evening of each day.

Fed by aggregates per day of first exposure, so no event is read again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TypeAlias

from engine.errors import StatisticsError
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, require
from engine.stats.frequentist import Lift, fieller
from engine.stats.inference import ArmEstimate, Interval, LiftGap
from engine.stats.metrics import Metric
from engine.stats.sequential import multiplier
from engine.stats.stratified import estimates as stratified_estimates
from engine.stats.tails import normal_quantile

__all__ = ["SeriesPoint", "cumulative"]

ByDay: TypeAlias = Mapping[date, Aggregates]


@dataclass(frozen=True, slots=True)
class _SoFar:
    """An arm until the end of a day."""

    total: Aggregates
    days: ByDay


_Estimates: TypeAlias = Callable[[Metric, _SoFar, _SoFar], tuple[ArmEstimate, ArmEstimate]]


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """The comparison as of the end of one day.

    Attributes:
        day: The day.
        n_control: Units in control so far.
        n_treatment: Units in treatment so far.
        difference: Treatment minus control; None while there is too little, see `gap`.
        lift: Difference over control.
        interval: Fixed-horizon interval of the lift: valid at one planned look.
        band: Always-valid interval of the lift: may be looked at every day.
        gap: Slug of the error, or the `LiftGap`, that explains what is missing.
    """

    day: date
    n_control: int
    n_treatment: int
    difference: float | None = None
    lift: float | None = None
    interval: Interval | None = None
    band: Interval | None = None
    gap: str | None = None


def cumulative(
    metric: Metric,
    control: ByDay,
    treatment: ByDay,
    *,
    tau: float,
    alpha: float = 0.05,
    stratified: bool = False,
) -> tuple[SeriesPoint, ...]:
    """Compare the arms as of the end of each day.

    Both intervals are Fieller's with the unpooled normal variance, so a whole series costs a
    millisecond; the last point therefore differs from the report's own interval in the last digits.

    Args:
        metric: What is measured.
        control: Aggregates per day of first exposure; days may be missing.
        treatment: The same for the treatment.
        tau: Planned MDE in the metric's unit, for the always-valid band.
        alpha: Error rate of interval and band.
        stratified: Compare within days (`engine.stats.stratified`), for shares that change.

    Returns:
        One point per day on which either arm has units, oldest first.

    Raises:
        InvalidInput: `tau` or `alpha` outside its range.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> days = [date(2026, 11, 1), date(2026, 11, 2)]
        >>> old = {day: Aggregates.of_converted(1000, 100) for day in days}
        >>> new = {day: Aggregates.of_converted(1000, 120) for day in days}
        >>> [p.n_control for p in cumulative(CATALOGUE["conversion_rate"], old, new, tau=0.01)]
        [1000, 2000]
    """
    days = sorted(control.keys() | treatment.keys())
    estimates = _within_days if stratified else _of_totals
    pairs = zip(days, _until(control, days), _until(treatment, days), strict=True)
    return tuple(
        _point(metric, day, old, new, estimates, tau=tau, alpha=alpha) for day, old, new in pairs
    )


def _until(arm: ByDay, days: list[date]) -> Iterator[_SoFar]:
    sums = accumulate(arm.get(day, Aggregates()) for day in days)
    for day, so_far in zip(days, sums, strict=True):
        yield _SoFar(so_far, {past: arm[past] for past in arm if past <= day})


def _of_totals(metric: Metric, old: _SoFar, new: _SoFar) -> tuple[ArmEstimate, ArmEstimate]:
    require(metric, control=old.total, treatment=new.total)
    return estimate(metric, old.total), estimate(metric, new.total)


def _within_days(metric: Metric, old: _SoFar, new: _SoFar) -> tuple[ArmEstimate, ArmEstimate]:
    return stratified_estimates(metric, old.days, new.days)


def _point(
    metric: Metric,
    day: date,
    control: _SoFar,
    treatment: _SoFar,
    estimates: _Estimates,
    *,
    tau: float,
    alpha: float,
) -> SeriesPoint:
    old, new = control.total, treatment.total
    try:
        left, right = estimates(metric, control, treatment)
        lift, interval, gap = _lift(left, right, normal_quantile(alpha), alpha)
        k = multiplier(left.variance + right.variance, tau=tau, alpha=alpha)
        _, band, band_gap = _lift(left, right, k, alpha)
    except StatisticsError as error:
        return SeriesPoint(day, old.n, new.n, gap=error.slug)
    difference = right.value - left.value
    why: LiftGap | None = gap or band_gap
    return SeriesPoint(day, old.n, new.n, difference, lift, interval, band, why)


def _lift(old: ArmEstimate, new: ArmEstimate, k: float, alpha: float) -> Lift:
    return fieller(old, new, multiplier=k, level=1 - alpha)
