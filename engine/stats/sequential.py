"""Looking every day without paying for it: the asymptotic confidence sequence.

In the (V, τ²) form the clock is the variance of the estimate, not the number of users, so users who
come back do no harm.
"""

import math

from engine.errors import InvalidInput, Undefined
from engine.stats.inference import Interval

__all__ = ["confidence_sequence", "multiplier"]


def multiplier(variance: float, *, tau: float, alpha: float = 0.05) -> float:
    """Compute k such that estimate ± k √V covers the truth at all looks together.

    k = √((1 + V/τ²) · 2 log(√(1 + τ²/V)/α)).

    Args:
        variance: V, the variance of the estimate now, above 0.
        tau: Size of effect the sequence is tightest for: the planned MDE in the metric's unit,
            frozen at launch.
        alpha: Error rate over the whole, never-ending series of looks.

    Raises:
        InvalidInput: `tau` or `alpha` outside its range.
        Undefined: No variance.

    Reference:
        Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, arXiv 2103.06476, theorem 2.2; Robbins (1970);
        Howard, Ramdas, McAuliffe, Sekhon, arXiv 1810.08240, equation 3.4.

    Example:
        >>> round(multiplier(1.0, tau=3.0), 3)
        3.036
    """
    if not tau > 0 or not 0 < alpha < 1:
        raise InvalidInput("Tau is above zero and alpha between 0 and 1.", field="tau")
    if not variance > 0:
        raise Undefined("Nothing varies, so there is nothing to bound.")
    odds = (tau / math.sqrt(variance)) ** 2
    return math.sqrt((1 + 1 / odds) * (math.log1p(odds) - 2 * math.log(alpha)))


def confidence_sequence(
    estimate: float, variance: float, *, tau: float, alpha: float = 0.05
) -> Interval:
    """Compute the always-valid interval of an estimate at this look.

    It is the current one: intervals of earlier looks are not intersected into it, because the
    population changes from week to week.

    Raises:
        InvalidInput: See `multiplier`.
        Undefined: See `multiplier`.

    Example:
        >>> band = confidence_sequence(0.0, 1.0, tau=3.0)
        >>> round(band.low, 3), round(band.high, 3)
        (-3.036, 3.036)
    """
    reach = multiplier(variance, tau=tau, alpha=alpha) * math.sqrt(variance)
    return Interval(estimate - reach, estimate + reach, 1 - alpha)
