"""Does an effect last? The lift by days since a unit's first exposure.

A new banner is looked at because it is new; an unfamiliar one is passed over at first. Either way
what is measured early is not what stays. Days are counted per unit, not on the calendar, so a
weekend cannot look like wear.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.errors import InvalidInput, NotEnoughData, Shortage, StatisticsError
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, require
from engine.stats.frequentist import fieller
from engine.stats.inference import Interval
from engine.stats.metrics import Metric
from engine.stats.tails import normal_quantile, normal_two_sided

__all__ = ["THIRDS", "TOGETHER", "AgePoint", "Steadiness", "by_age", "steady"]

THIRDS: Final = 3
TOGETHER: Final = 0.3
"""How far days of the same units are taken to hang together. With a click-rate ICC of .05 it is .34
at ten views a day and .17 at four; it cannot be read off sums per day."""
_BEYOND: Final = 0.05
"""p of "the last third is like the first" below which is warned."""

ByAge: TypeAlias = Mapping[int, Aggregates]


@dataclass(frozen=True, slots=True)
class AgePoint:
    """The lift on one day of the units' own count.

    Attributes:
        since: Whole days since the first exposure; 0 is the day itself.
        n_control: Units of control that were there on that day.
        n_treatment: The same of the treatment.
        lift: Treatment over control, minus 1; None while it does not exist, see `gap`.
        interval: Fieller interval of the lift.
        gap: Slug of the error, or the `LiftGap`, that explains what is missing.
        missing: What there is too little of, where that is the reason.
    """

    since: int
    n_control: int
    n_treatment: int
    lift: float | None = None
    interval: Interval | None = None
    gap: str | None = None
    missing: tuple[Shortage, ...] = ()


@dataclass(frozen=True, slots=True)
class Steadiness:
    """The first third of the days against the last.

    Attributes:
        first: Mean lift of the first third, weighted by precision.
        last: The same of the last third.
        z: Their difference, last minus first, in standard errors.
        p: Two-sided p of "no change".
        steady: Nothing speaks against an effect that lasts; False is a warning, not a verdict.
    """

    first: float
    last: float
    z: float
    p: float
    steady: bool


def by_age(
    metric: Metric, control: ByAge, treatment: ByAge, *, alpha: float = 0.05
) -> tuple[AgePoint, ...]:
    """Compare the arms on each day since first exposure.

    Args:
        metric: What is measured, mostly the click-through rate.
        control: Aggregates per day since first exposure, of the units that were there on that day
            and only of what they did on it. The same unit may be in several days, so they do not
            add.
        treatment: The same for the treatment.
        alpha: Intervals cover 1 - alpha, each on its own: this is a picture, not a verdict.

    Returns:
        One point per day on which either arm has units, youngest first; where there is too little,
        with a gap instead of a lift.

    Raises:
        InvalidInput: `alpha` is not between 0 and 1.

    Reference:
        Kohavi, Tang, Xu (2020), Trustworthy Online Controlled Experiments, chapter 3; Fieller
        (1954), JRSS B 16.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> old = {day: Aggregates.of_impressions(1000, 100) for day in (0, 1)}
        >>> new = {0: Aggregates.of_impressions(1000, 150), 1: Aggregates.of_impressions(50, 5)}
        >>> [(p.since, p.gap) for p in by_age(CATALOGUE["ctr"], old, new)]
        [(0, None), (1, 'not-enough-data')]
    """
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
    days = sorted(control.keys() | treatment.keys())
    nobody = Aggregates()
    return tuple(
        _point(metric, day, control.get(day, nobody), treatment.get(day, nobody), alpha)
        for day in days
    )


def steady(points: Sequence[AgePoint]) -> Steadiness:
    """Ask whether the last third of the days contradicts the first third.

    It does when the two mean lifts differ by more than 1.96 standard errors. (Two thirds of
    opposite sign that both exclude zero always do.) A day's standard error is half its interval
    over k. Much the same units stand behind the days of a third, so its d days are worth
    d/(1 + (d - 1) ρ) days of different units, with ρ = `TOGETHER`.

    Args:
        points: As `by_age` gives them, youngest first; those without an interval are passed over.

    Raises:
        NotEnoughData: Fewer than three days with an interval.

    Reference:
        Kish (1965), Survey Sampling, section 5.4 (design effect of clusters).

    Example:
        >>> days = [AgePoint(i, 900, 900, lift, Interval(lift - 0.02, lift + 0.02, 0.95))
        ...         for i, lift in enumerate((0.2, 0.1, 0.02))]
        >>> found = steady(days)
        >>> round(found.z, 1), found.steady
        (-12.5, False)
    """
    usable = [(p.lift, p.interval) for p in points if p.lift is not None and p.interval]
    if len(usable) < THIRDS:
        lack = Shortage("", "days", len(usable), THIRDS)
        raise NotEnoughData("Too few days with a lift.", field="days", missing=[lack])
    size = len(usable) // THIRDS
    first, first_variance = _mean(usable[:size])
    last, last_variance = _mean(usable[-size:])
    z = (last - first) / math.sqrt(first_variance + last_variance)
    p = normal_two_sided(z).p
    return Steadiness(first, last, z, p, steady=p >= _BEYOND)


def _point(
    metric: Metric, day: int, control: Aggregates, treatment: Aggregates, alpha: float
) -> AgePoint:
    n = control.n, treatment.n
    try:
        require(metric, control=control, treatment=treatment)
        old, new = estimate(metric, control), estimate(metric, treatment)
    except StatisticsError as error:
        missing = error.missing if isinstance(error, NotEnoughData) else ()
        return AgePoint(day, *n, gap=error.slug, missing=missing)
    lift, interval, gap = fieller(old, new, multiplier=normal_quantile(alpha), level=1 - alpha)
    return AgePoint(day, *n, lift, interval, gap)


def _mean(lifts: Sequence[tuple[float, Interval]]) -> tuple[float, float]:
    weights = [1 / _variance(interval) for _, interval in lifts]
    mean = math.fsum(w * lift for w, (lift, _) in zip(weights, lifts, strict=True))
    return mean / math.fsum(weights), (1 + (len(lifts) - 1) * TOGETHER) / math.fsum(weights)


def _variance(interval: Interval) -> float:
    return ((interval.high - interval.low) / (2 * normal_quantile(1 - interval.level))) ** 2
