"""One treatment against control, at the look that its reading is at.

The unit of analysis is always the randomised unit. The test is two-sided and about the absolute
difference. One bound k from the reading serves the test, the interval of the difference and the
interval of the lift, so the three exclude "no difference" together or not at all.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import Undefined
from engine.stats import small
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, reduced, require
from engine.stats.inference import ArmEstimate, Comparison, Interval, Lift, LiftGap, Method
from engine.stats.metrics import Kind, Metric
from engine.stats.reading import ONCE, Reading
from engine.stats.tails import Tail, normal_two_sided, t_of_z, t_two_sided

__all__ = ["Outcome", "compare", "comparison", "fieller"]


def compare(
    metric: Metric,
    control: Aggregates,
    treatment: Aggregates,
    *,
    alpha: float = 0.05,
    reading: Reading = ONCE,
) -> Comparison:
    """Compare a treatment with control on one metric.

    Proportions: z with the unpooled variance; with fewer than 100 events or non-events in an arm
    Newcombe's interval, the lift from the same limits, and the p at which they touch zero. Means:
    Welch's t with Satterthwaite's degrees of freedom. Ratios: z with the delta method over units;
    where every unit owns one impression, a ratio is a proportion. p is always that of a single
    look; `passed` and the intervals heed the reading.

    Args:
        metric: What is measured.
        control: Aggregates of the control arm.
        treatment: Aggregates of the treatment arm.
        alpha: Two-sided error rate; intervals cover 1 - alpha, over all looks together.
        reading: How often the experiment is looked at, and where it stands.

    Raises:
        NotEnoughData: Fewer than 100 units or 5 events in an arm; `missing` says which.
        Undefined: Nothing varies in either arm, or a total was not recorded.
        InvalidInput: `alpha` is not between 0 and 1.

    Reference:
        Newcombe (1998), Statistics in Medicine 17, method 10; Donner, Zou (2012), SMMR 21; Welch
        (1947), Biometrika 34; Deng, Knoblich, Lu (KDD 2018), arXiv 1803.06336; Fieller (1954),
        JRSS B 16.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> old = Aggregates.of_converted(145_274, 17_489)
        >>> new = Aggregates.of_converted(145_310, 17_264)
        >>> result = compare(CATALOGUE["conversion_rate"], old, new)
        >>> round(result.difference * 100, 4), round(result.p, 5), round(result.statistic, 4)
        (-0.1578, 0.18988, -1.3109)
    """
    require(metric, control=control, treatment=treatment)
    metric = reduced(metric, control, treatment)
    old, new = estimate(metric, control), estimate(metric, treatment)
    if not old.variance + new.variance:
        raise Undefined(f"'{metric.key}' does not vary at all in either arm.")
    k = reading.bound(old.variance + new.variance, alpha)
    return comparison(metric, old, new, _TESTS[metric.kind](old, new, k, 1 - alpha), alpha)


def fieller(
    control: ArmEstimate, treatment: ArmEstimate, *, multiplier: float, level: float
) -> Lift:
    """Compute the lift, its Fieller interval, and why either is missing.

    The limits r - 1 are the roots of (m1 - r m0)² = k²(v1 + r² v0). With g = k² v0/m0² >= 1 control
    is not told apart from zero and the set of plausible lifts is unbounded.

    Args:
        control: Estimate m0 with variance v0.
        treatment: Estimate m1 with variance v1, independent of control.
        multiplier: k, from z, t or a sequential bound.
        level: Coverage that k stands for; it is only passed on.

    Reference:
        Fieller (1954), JRSS B 16, 175-185.

    Example:
        >>> old, new = ArmEstimate(1000, 10.0, 0.25), ArmEstimate(1000, 11.0, 0.25)
        >>> lift, interval, gap = fieller(old, new, multiplier=1.96, level=0.95)
        >>> round(lift, 3), round(interval.low, 3), round(interval.high, 3), gap
        (0.1, -0.036, 0.257, None)
    """
    if control.value <= 0:
        return None, None, LiftGap.CONTROL_NOT_POSITIVE
    ratio = treatment.value / control.value
    lift = (treatment.value - control.value) / control.value
    scale = (multiplier / control.value) ** 2
    g0, g1 = scale * control.variance, scale * treatment.variance
    if g0 >= 1:
        return lift, None, LiftGap.NOT_MEASURABLE_YET
    half = math.sqrt(g1 * (1 - g0) + ratio**2 * g0)
    # (ratio ± half)/(1 - g0) - 1, written around the lift so that tiny lifts keep their digits.
    low, high = ((lift + g0 + side * half) / (1 - g0) for side in (-1, 1))
    return lift, Interval(low, high, level), None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test contributes to a comparison.

    Attributes:
        method: Name of test and intervals.
        statistic: z or t.
        tail: Its two-sided p.
        bound: k of the reading on the scale of the statistic.
        df: Degrees of freedom of t; None for z.
        intervals: Of the difference and the lift, where they are not ± k and Fieller's.
    """

    method: Method
    statistic: float
    tail: Tail
    bound: float
    df: float | None = None
    intervals: tuple[Interval, Lift] | None = None


def _proportions(old: ArmEstimate, new: ArmEstimate, k: float, level: float) -> Outcome:
    if not small.is_small(old, new):
        z = _standardised(old, new)
        return Outcome(Method.UNPOOLED_Z, z, normal_two_sided(z), k)
    z = small.statistic(old, new)
    difference = small.difference(old, new, z=k, level=level)
    lift = small.lift(old, new, z=k, level=level)
    return Outcome(Method.NEWCOMBE, z, normal_two_sided(z), k, intervals=(difference, lift))


def _means(old: ArmEstimate, new: ArmEstimate, k: float, level: float) -> Outcome:
    del level
    df, t = _satterthwaite(old, new), _standardised(old, new)
    return Outcome(Method.WELCH, t, t_two_sided(t, df), t_of_z(k, df), df=df)


def _ratios(old: ArmEstimate, new: ArmEstimate, k: float, level: float) -> Outcome:
    del level
    z = _standardised(old, new)
    return Outcome(Method.DELTA, z, normal_two_sided(z), k)


_TESTS: Final[Mapping[Kind, Callable[[ArmEstimate, ArmEstimate, float, float], Outcome]]] = {
    Kind.PROPORTION: _proportions,
    Kind.MEAN: _means,
    Kind.RATIO: _ratios,
}


def comparison(
    metric: Metric, old: ArmEstimate, new: ArmEstimate, test: Outcome, alpha: float
) -> Comparison:
    """Put estimates and test together, with intervals of the difference and of the lift."""
    interval, (lift, lift_interval, gap) = test.intervals or _around(old, new, test.bound, alpha)
    return Comparison(
        metric=metric.key,
        method=test.method,
        control=old,
        treatment=new,
        difference=new.value - old.value,
        interval=interval,
        lift=lift,
        lift_interval=lift_interval,
        lift_gap=gap,
        statistic=test.statistic,
        df=test.df,
        p=test.tail.p,
        log10_p=test.tail.log10_p,
        standard_error=math.sqrt(old.variance + new.variance),
        alpha=alpha,
        bound=test.bound,
    )


def _around(old: ArmEstimate, new: ArmEstimate, k: float, alpha: float) -> tuple[Interval, Lift]:
    difference, reach = new.value - old.value, k * math.sqrt(old.variance + new.variance)
    interval = Interval(difference - reach, difference + reach, 1 - alpha)
    return interval, fieller(old, new, multiplier=k, level=1 - alpha)


def _standardised(old: ArmEstimate, new: ArmEstimate) -> float:
    return (new.value - old.value) / math.sqrt(old.variance + new.variance)


def _satterthwaite(old: ArmEstimate, new: ArmEstimate) -> float:
    # As shares of the sum, so that tiny variances do not underflow when squared.
    share = new.variance / (old.variance + new.variance)
    return 1 / (share**2 / (new.n - 1) + (1 - share) ** 2 / (old.n - 1))
