"""Looking every day without paying for it: group-sequential bounds and the confidence sequence.

Both are k in standard errors. A planned run has a last day, so its error can be spent look by look
on the calendar clock; users who come back do no harm there. A run without an end uses the (V, τ²)
form, whose clock is the variance of the estimate.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from engine.errors import InvalidInput, Undefined
from engine.stats.inference import Interval
from engine.stats.tails import normal_quantile
from engine.stats.walk import CEILING, Walk

__all__ = [
    "MAX_LOOKS",
    "Spending",
    "bounds",
    "confidence_sequence",
    "crossing",
    "drift",
    "multiplier",
    "obrien_fleming",
    "pocock",
    "power_family",
    "spent",
]

Spending: TypeAlias = Callable[[float, float], float]
"""Error that may be spent until a share of the plan: (share, alpha) to error."""

MAX_LOOKS: Final = 1000
"""A plan of more looks is a slip of the pen; each costs a numerical integral."""


def obrien_fleming(share: float, alpha: float) -> float:
    """Spend hardly anything early: 2 (2 - 2Φ(z / √t)), z with α/4 above it; each side half of it.

    Example:
        >>> f"{obrien_fleming(0.5, 0.05):.6f}", f"{obrien_fleming(1.0, 0.05):.6f}"
        ('0.003051', '0.050000')
    """
    from scipy.special import ndtr

    return 4 * float(ndtr(-normal_quantile(alpha / 2) / math.sqrt(share)))


def pocock(share: float, alpha: float) -> float:
    """Spend evenly, for bounds that hardly change: α log(1 + (e - 1) t).

    Example:
        >>> round(pocock(0.5, 0.05), 5)
        0.03101
    """
    return alpha * math.log1p((math.e - 1) * share)


@lru_cache(maxsize=16)
def power_family(rho: float) -> Spending:
    """Spend α tᵖ; the same function for the same power, so that bounds are found in their cache.

    Raises:
        InvalidInput: A power that is not above zero.

    Example:
        >>> round(power_family(3)(0.5, 0.05), 5)
        0.00625
    """
    if not rho > 0:
        raise InvalidInput("The power of a spending function is above zero.", field="rho")
    return lambda share, alpha: alpha * share**rho


def spent(share: float, *, alpha: float = 0.05, spending: Spending = obrien_fleming) -> float:
    """Error spent, both sides together, when a share of the plan has passed.

    Args:
        share: Whole days gone over planned days; beyond 1 it counts as 1.
        alpha: Two-sided error rate of the whole plan.
        spending: How it is spent.

    Raises:
        InvalidInput: A negative share, or `alpha` outside (0, 1).

    Example:
        >>> spent(0.0), round(spent(1.0), 12)
        (0.0, 0.05)
    """
    if not share >= 0 or not 0 < alpha < 1:
        raise InvalidInput("A share is not negative and alpha between 0 and 1.", field="share")
    return spending(min(share, 1.0), alpha) if share else 0.0


@lru_cache(maxsize=512)
def bounds(
    looks: int, alpha: float = 0.05, spending: Spending = obrien_fleming
) -> tuple[float, ...]:
    """Compute the two-sided group-sequential bounds of equally spaced looks.

    Look i is at t = i / looks. Its bound is the z whose crossing, not having crossed before, has
    the probability spent between the two looks; found by recursive numerical integration. Bounds
    stop at 8 standard errors, where less than 2·10⁻¹⁵ is spent.

    Args:
        looks: Number of looks, 1 to `MAX_LOOKS`.
        alpha: Two-sided error rate over all looks together.
        spending: How it is spent.

    Raises:
        InvalidInput: An argument outside its range.

    Reference:
        Lan, DeMets (1983), Biometrika 70; Armitage, McPherson, Rowe (1969), JRSS A 132; Jennison,
        Turnbull (2000), chapters 7 and 19. Same numbers as R `ldbounds` and `gsDesign::sfLDOF`.

    Example:
        >>> [round(k, 3) for k in bounds(5)]
        [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    if not 1 <= looks <= MAX_LOOKS or not 0 < alpha < 1:
        raise InvalidInput(f"There are 1 to {MAX_LOOKS} looks; alpha is a rate.", field="looks")
    walk, found, before = Walk(), [], 0.0
    for look in range(1, looks + 1):
        until = spent(look / looks, alpha=alpha, spending=spending)
        found.append(walk.bound(until - before))
        walk.step(found[-1])
        before = until
    return tuple(found)


def crossing(limits: Sequence[float], expected: float) -> float:
    """Compute the probability of passing a bound at any of the looks.

    Args:
        limits: Bounds of equally spaced looks, in standard errors of each look.
        expected: z of the last look on average (effect over its standard error); 0: false alarms.

    Raises:
        InvalidInput: No look at all.

    Reference:
        Jennison, Turnbull (2000), chapter 19.

    Example:
        >>> round(crossing(bounds(5), 0.0), 6), round(crossing([1.959964] * 5, 0.0), 3)
        (0.05, 0.142)
    """
    return 1 - _walked(limits).inside(expected / math.sqrt(len(limits)))


def drift(limits: Sequence[float], power: float) -> float:
    """Find the expected z of the last look with which a bound is passed with this probability.

    Args:
        limits: Bounds of equally spaced looks.
        power: Above the probability without an effect, below 1.

    Raises:
        InvalidInput: No look, or a power that no effect or only an infinite one has.

    Example:
        >>> round(drift(bounds(1), 0.8), 4), round(drift(bounds(5), 0.8), 4)
        (2.8016, 2.836)
    """
    from scipy.optimize import brentq

    walk, looks = _walked(limits), len(limits)

    def surplus(expected: float) -> float:
        return 1 - walk.inside(expected / math.sqrt(looks)) - power

    if not surplus(0.0) < 0 or not power < 1:
        raise InvalidInput("Power lies above the error rate and below 1.", field="power")
    high = 1.0
    while surplus(high) < 0:
        high *= 2
    return float(brentq(surplus, 0.0, high, xtol=1e-10))


def _walked(limits: Sequence[float]) -> Walk:
    if not limits:
        raise InvalidInput("There is at least one look.", field="limits")
    walk = Walk()
    for limit in limits:
        walk.step(min(limit, CEILING))
    return walk


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
