"""An experiment over time: what the report would have said on the evening of each day.

Fed by aggregates per day of first exposure, so no event is read again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from engine.errors import StatisticsError
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, require
from engine.stats.frequentist import Lift, fieller
from engine.stats.inference import ArmEstimate, Interval, LiftGap
from engine.stats.metrics import Metric
from engine.stats.sequential import multiplier
from engine.stats.tails import normal_quantile

__all__ = ["SeriesPoint", "cumulative"]


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
    control: Mapping[date, Aggregates],
    treatment: Mapping[date, Aggregates],
    *,
    tau: float,
    alpha: float = 0.05,
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
    pairs = zip(days, _running(control, days), _running(treatment, days), strict=True)
    return tuple(_point(metric, day, old, new, tau=tau, alpha=alpha) for day, old, new in pairs)


def _running(arm: Mapping[date, Aggregates], days: list[date]) -> Iterator[Aggregates]:
    return accumulate(arm.get(day, Aggregates()) for day in days)


def _point(
    metric: Metric, day: date, old: Aggregates, new: Aggregates, *, tau: float, alpha: float
) -> SeriesPoint:
    try:
        require(metric, control=old, treatment=new)
        left, right = estimate(metric, old), estimate(metric, new)
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
