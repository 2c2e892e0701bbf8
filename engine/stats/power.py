"""Planning: how many units, how small an effect, how many days.

Two-sided tests, equal arms. What a single look needs is multiplied by the inflation of the reading
(`engine.stats.reading`), because a test that may be read daily needs more. The arithmetic of a
single look is statsmodels'; Cohen's h is not used, because it comes out 1 % short at the conversion
rates of banners.
"""

import math
from typing import Final

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate
from engine.stats.metrics import Kind, Metric
from engine.stats.reading import ONCE, Reading
from engine.stats.tails import normal_quantile

__all__ = [
    "MAX_UNITS",
    "days_left",
    "mde",
    "mde_means",
    "mde_proportions",
    "sample_size",
    "sample_size_means",
    "sample_size_proportions",
    "unit_sigma",
]

MAX_UNITS: Final = 10**12
"""More than all people a hundred times over: such a plan is a slip of the pen."""


def sample_size_proportions(
    baseline: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Units per arm to find an absolute difference of two shares.

    n = (z_a √(2 p̄ q̄) + z_b √(p0 q0 + p1 q1))² / δ², rounded up.

    Args:
        baseline: Share in control, in (0, 1).
        difference: Absolute difference (0.005 is half a point), not 0; may be negative.
        alpha: Two-sided error rate.
        power: Probability of finding it.

    Raises:
        InvalidInput: An argument outside its range, or a plan beyond `MAX_UNITS`.

    Reference:
        Fleiss, Levin, Paik (2003), section 4.2, as R `power.prop.test`. Evan Miller's calculator
        uses another convention and gives 1,030 where this gives 1,094.

    Example:
        >>> sample_size_proportions(0.20, 0.05)
        1094
    """
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    _check_rates(alpha, power)
    if not 0 < baseline < 1 or not 0 < baseline + difference < 1:
        raise InvalidInput("Both shares lie between 0 and 100 %.", field="baseline")
    _check_effect(difference)
    units = samplesize_proportions_2indep_onetail(difference, baseline, power, alpha=alpha)
    return _whole(float(units))


def sample_size_means(
    sigma: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Units per arm to find an absolute difference of two means or ratios.

    n = 2 σ² (z_a + z_b)² / δ², rounded up. For a ratio σ is `unit_sigma`; taking impressions as
    independent instead plans a test with 62 % power where 80 % was meant.

    Args:
        sigma: Standard deviation of one unit, above 0.
        difference: Absolute difference in the same unit, not 0; may be negative.
        alpha: Two-sided error rate.
        power: Probability of finding it.

    Raises:
        InvalidInput: An argument outside its range, or a plan beyond `MAX_UNITS`.

    Reference:
        Deng, Knoblich, Lu (KDD 2018), section 3.

    Example:
        >>> sample_size_means(1.0, 0.1)
        1570
    """
    from statsmodels.stats.power import normal_sample_size_one_tail

    _check_rates(alpha, power)
    _check_effect(difference)
    if not sigma > 0:
        raise InvalidInput("A standard deviation is above zero.", field="sigma")
    spread = math.sqrt(2) * sigma
    units = normal_sample_size_one_tail(abs(difference), power, alpha / 2, std_null=spread)
    return _whole(float(units))


def sample_size(
    metric: Metric,
    control: Aggregates,
    difference: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    reading: Reading = ONCE,
) -> int:
    """Units per arm for a metric, from what its control arm has shown so far.

    Args:
        metric: What is measured.
        control: Aggregates to take the baseline and the spread from.
        difference: Absolute difference in the metric's unit, not 0.
        alpha: Two-sided error rate.
        power: Probability of finding it.
        reading: How it will be read.

    Raises:
        NotEnoughData: Too little to know the spread.
        InvalidInput: An argument outside its range, or nothing varies.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> sample_size(CATALOGUE["ctr"], Aggregates.of_impressions(100_000, 20_000), 0.05)
        1005
    """
    if metric.kind is Kind.PROPORTION:
        baseline = estimate(metric, control).value
        single = sample_size_proportions(baseline, difference, alpha=alpha, power=power)
    else:
        sigma = unit_sigma(metric, control)
        single = sample_size_means(sigma, difference, alpha=alpha, power=power)
    return _whole(single * reading.inflation(alpha=alpha, power=power))


def mde(
    metric: Metric,
    control: Aggregates,
    units: int,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    reading: Reading = ONCE,
) -> float:
    """Smallest absolute difference that `units` per arm detect, from what control has shown.

    Args:
        metric: What is measured.
        control: Aggregates to take the baseline and the spread from.
        units: Units per arm.
        alpha: Two-sided error rate.
        power: Probability of finding it.
        reading: How it will be read.

    Raises:
        NotEnoughData: Too little to know the spread.
        InvalidInput: An argument outside its range, or no rise below 100 % can be detected.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> history = Aggregates.of_converted(5000, 1000)
        >>> round(mde(CATALOGUE["conversion_rate"], history, 1094), 4)
        0.05
    """
    _check_units(units)
    worth = max(1, int(units / reading.inflation(alpha=alpha, power=power)))
    if metric.kind is Kind.PROPORTION:
        baseline = estimate(metric, control).value
        return mde_proportions(baseline, worth, alpha=alpha, power=power)
    return mde_means(unit_sigma(metric, control), worth, alpha=alpha, power=power)


def unit_sigma(metric: Metric, arm: Aggregates) -> float:
    """Standard deviation of one unit: the σ whose σ²/n is the variance of the estimate.

    Raises:
        NotEnoughData: See `estimate`.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> unit_sigma(CATALOGUE["conversion_rate"], Aggregates.of_converted(400, 200))
        0.5
    """
    return math.sqrt(estimate(metric, arm).variance * arm.n)


def mde_means(sigma: float, units: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Find the smallest absolute difference that `units` per arm detect, for means and ratios.

    Raises:
        InvalidInput: An argument outside its range.

    Example:
        >>> round(mde_means(1.0, 1570), 4)
        0.1
    """
    _check_rates(alpha, power)
    _check_units(units)
    if not sigma > 0:
        raise InvalidInput("A standard deviation is above zero.", field="sigma")
    return sigma * math.sqrt(2 / units) * (normal_quantile(alpha) + _z_of_power(power))


def mde_proportions(
    baseline: float, units: int, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Find the smallest rise of a share that `units` per arm detect; inverts the sample size.

    Raises:
        InvalidInput: An argument outside its range, or no rise below 100 % can be detected.

    Example:
        >>> round(mde_proportions(0.20, 1094), 4)
        0.05
    """
    from scipy.optimize import brentq
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

    _check_rates(alpha, power)
    _check_units(units)
    if not 0 < baseline < 1:
        raise InvalidInput("The share lies between 0 and 100 %.", field="baseline")

    def surplus(rise: float) -> float:
        needed = samplesize_proportions_2indep_onetail(rise, baseline, power, alpha=alpha)
        return math.log(float(needed) / units)

    low, high = (1 - baseline) * 1e-9, (1 - baseline) * (1 - 1e-12)
    if surplus(high) > 0:
        raise InvalidInput("So few units detect no rise at all.", field="units")
    return float(brentq(surplus, low, high, xtol=1e-15, rtol=1e-12))


def days_left(needed: int, have: int, per_day: float) -> int:
    """Count the days until an arm has the units it needs, at today's pace, rounded up.

    Args:
        needed: Units per arm that the plan asks for.
        have: Units in the smallest arm now.
        per_day: New units a day in that arm.

    Raises:
        NotEnoughData: Nobody comes, so no number of days is enough.

    Example:
        >>> days_left(1000, 400, 90.0), days_left(1000, 1200, 0)
        (7, 0)
    """
    if have >= needed:
        return 0
    if not per_day > 0:
        raise NotEnoughData("Nobody comes, so no number of days is enough.", field="per_day")
    return math.ceil((needed - have) / per_day)


def _z_of_power(power: float) -> float:
    # The z with `power` below it; the identity holds on both sides of one half.
    return normal_quantile(2 * (1 - power))


def _check_rates(alpha: float, power: float) -> None:
    if not 0 < alpha < power < 1:
        raise InvalidInput("Power lies above the error rate, both between 0 and 1.", field="power")


def _check_effect(difference: float) -> None:
    if not difference or not math.isfinite(difference):
        raise InvalidInput("A difference to look for is not zero.", field="difference")


def _check_units(units: int) -> None:
    if units < 1:
        raise InvalidInput("At least one unit per arm.", field="units")


def _whole(units: float) -> int:
    if not units <= MAX_UNITS:
        raise InvalidInput("No site has that many visitors.", field="difference")
    return max(2, math.ceil(units))
