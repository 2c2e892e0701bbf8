"""An experiment over time: what the report would have said on the evening of each day.

Fed by aggregates per day of first exposure, so no event is read again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TypeAlias

from engine.errors import StatisticsError
from engine.stats import small
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, require
from engine.stats.frequentist import fieller
from engine.stats.inference import ArmEstimate, Interval, Lift
from engine.stats.metrics import Kind, Metric
from engine.stats.reading import ONCE, Open, Reading
from engine.stats.stratified import estimates as stratified_estimates

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
        band: Interval of the lift at the bound of that day's look: may be looked at every day.
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
    reading: Reading | None = None,
    first_day: date | None = None,
    tau: float | None = None,
    alpha: float = 0.05,
    stratified: bool = False,
) -> tuple[SeriesPoint, ...]:
    """Compare the arms as of the end of each day.

    The band of a day has the bound of that day's look: a repeated confidence interval of a plan, a
    confidence sequence of a run without end. Intervals are those of `frequentist.compare` except
    that means use z for t, so a whole series costs a few milliseconds.

    Args:
        metric: What is measured.
        control: Aggregates per day of first exposure; days may be missing.
        treatment: The same for the treatment.
        reading: How it is read; its own look does not matter. None stands for `Open(tau)`, or for
            a single look where there is no `tau` either.
        first_day: Day whose evening is the first look of a plan; None takes the first with units.
        tau: Planned MDE in the metric's unit, where no reading is given.
        alpha: Error rate of interval and band.
        stratified: Compare within days (`engine.stats.stratified`), for shares that change.

    Returns:
        One point per day on which either arm has units, oldest first.

    Raises:
        InvalidInput: `tau` or `alpha` outside its range.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> from engine.stats.reading import Planned
        >>> days = [date(2026, 11, 1), date(2026, 11, 2)]
        >>> old = {day: Aggregates.of_converted(1000, 100) for day in days}
        >>> new = {day: Aggregates.of_converted(1000, 120) for day in days}
        >>> points = cumulative(CATALOGUE["conversion_rate"], old, new, reading=Planned(2, 0))
        >>> [point.n_control for point in points]
        [1000, 2000]
    """
    days = sorted(control.keys() | treatment.keys())
    plan = reading or (ONCE if tau is None else Open(tau))
    pairs = zip(days, _until(control, days), _until(treatment, days), strict=True)
    look = _Look(metric, _within_days if stratified else _of_totals, alpha)
    start = first_day or (days[0] if days else None)
    return tuple(
        _point(look, plan.at(max((day - start).days + 1, 0)) if start else plan, day, old, new)
        for day, old, new in pairs
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What is the same on every day."""

    metric: Metric
    estimates: _Estimates
    alpha: float


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
    look: _Look, reading: Reading, day: date, control: _SoFar, treatment: _SoFar
) -> SeriesPoint:
    old, new = control.total, treatment.total
    try:
        left, right = look.estimates(look.metric, control, treatment)
        variance = left.variance + right.variance
        ks = (one.bound(variance, look.alpha) for one in (ONCE, reading))
        (lift, interval, gap), (_, band, band_gap) = (_lift(look, left, right, k) for k in ks)
    except StatisticsError as error:
        return SeriesPoint(day, old.n, new.n, gap=error.slug)
    difference = right.value - left.value
    return SeriesPoint(day, old.n, new.n, difference, lift, interval, band, gap or band_gap)


def _lift(look: _Look, old: ArmEstimate, new: ArmEstimate, k: float) -> Lift:
    level = 1 - look.alpha
    shares = look.metric.kind is Kind.PROPORTION and look.estimates is _of_totals
    if shares and small.is_small(old, new):
        return small.lift(old, new, z=k, level=level)
    return fieller(old, new, multiplier=k, level=level)
