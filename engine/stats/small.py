"""Two shares with few events: Newcombe's interval, the lift from the same limits, and their p.

Below 100 events or non-events in an arm the normal interval around a difference of shares is too
short on one side. Wilson's limits of each arm, put together (MOVER), are not. Difference, lift and
p come from the same four limits, so they touch zero at the same z and never contradict each other.
"""

import math
from typing import Final

from engine.stats.inference import ArmEstimate, Interval, Lift, LiftGap

__all__ = ["ENOUGH", "difference", "is_small", "lift", "statistic", "wilson"]

ENOUGH: Final = 100
"""Events, and non-events, in each arm from which the normal interval is as good."""


def is_small(*arms: ArmEstimate) -> bool:
    """Say whether any arm has fewer than `ENOUGH` events or non-events.

    Example:
        >>> is_small(ArmEstimate(1000, 0.2, 0.00016)), is_small(ArmEstimate(1000, 0.02, 0.0000196))
        (False, True)
    """
    events = ((round(arm.value * arm.n), arm.n) for arm in arms)
    return any(min(hits, n - hits) < ENOUGH for hits, n in events)


def wilson(arm: ArmEstimate, z: float) -> tuple[float, float]:
    """Compute Wilson's score limits of one share.

    Args:
        arm: A share; its variance is not used.
        z: Standard errors to either side.

    Reference:
        Wilson (1927), JASA 22.

    Example:
        >>> low, high = wilson(ArmEstimate(100, 0.1, 0.0009), 1.959964)
        >>> round(low, 4), round(high, 4)
        (0.0552, 0.1744)
    """
    per_unit = z * z / arm.n
    middle = arm.value + per_unit / 2
    half = math.sqrt(per_unit * (arm.value * (1 - arm.value) + per_unit / 4))
    # The other root by the product of both, so that a share near zero keeps its digits.
    high = (middle + half) / (1 + per_unit)
    low = arm.value**2 / (middle + half) if arm.value else 0.0
    return low, min(high, 1.0)


def difference(control: ArmEstimate, treatment: ArmEstimate, *, z: float, level: float) -> Interval:
    """Compute Newcombe's hybrid score interval of treatment minus control.

    d - √((p1 - l1)² + (u0 - p0)²) to d + √((u1 - p1)² + (p0 - l0)²), with Wilson's l and u.

    Args:
        control: Share p0.
        treatment: Share p1.
        z: Standard errors of the limits, from the normal or a sequential bound.
        level: Coverage that z stands for; it is only passed on.

    Reference:
        Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.

    Example:
        >>> old, new = ArmEstimate(100, 0.10, 0.0009), ArmEstimate(100, 0.20, 0.0016)
        >>> found = difference(old, new, z=1.959964, level=0.95)
        >>> round(found.low, 4), round(found.high, 4)
        (0.0001, 0.1995)
    """
    down, up = _reaches(control, treatment, z)
    middle = treatment.value - control.value
    return Interval(middle - down, middle + up, level)


def lift(control: ArmEstimate, treatment: ArmEstimate, *, z: float, level: float) -> Lift:
    """Compute the lift and its interval by MOVER from the same limits as `difference`.

    The limits are the ratios r, less 1, at which Newcombe's interval of p1 - r p0 touches zero; at
    r = 1 that is his interval of the difference.

    Args:
        control: Share p0.
        treatment: Share p1.
        z: Standard errors of the limits.
        level: Coverage that z stands for; it is only passed on.

    Reference:
        Donner, Zou (2012), Statistical Methods in Medical Research 21, 347-359.

    Example:
        >>> old, new = ArmEstimate(100, 0.10, 0.0009), ArmEstimate(100, 0.20, 0.0016)
        >>> value, found, _ = lift(old, new, z=1.959964, level=0.95)
        >>> round(value, 4), round(found.low, 4), round(found.high, 4)
        (1.0, 0.001, 2.9984)
    """
    if control.value <= 0:
        return None, None, LiftGap.CONTROL_NOT_POSITIVE
    (l0, u0), (l1, u1) = wilson(control, z), wilson(treatment, z)
    both = treatment.value * control.value
    low = _root(both, u0 * (2 * control.value - u0), l1 * (2 * treatment.value - l1))
    below = l0 * (2 * control.value - l0)
    above = u1 * (2 * treatment.value - u1)
    high = (both + math.sqrt(max(0.0, both**2 - below * above))) / below
    point = (treatment.value - control.value) / control.value
    return point, Interval(low - 1, high - 1, level), None


def statistic(control: ArmEstimate, treatment: ArmEstimate) -> float:
    """Find the z at which Newcombe's interval touches zero, with the sign of the difference.

    Its two-sided normal p inverts the interval: p < α exactly when the interval at α excludes zero.

    Example:
        >>> old, new = ArmEstimate(100, 0.10, 0.0009), ArmEstimate(100, 0.20, 0.0016)
        >>> round(statistic(old, new), 3), statistic(old, old)
        (1.963, 0.0)
    """
    from scipy.optimize import brentq

    distance = treatment.value - control.value
    if not distance:
        return 0.0
    side = 0 if distance > 0 else 1

    def surplus(z: float) -> float:
        return _reaches(control, treatment, z)[side] - abs(distance)

    high = 1.0
    while surplus(high) < 0:
        high *= 2
    return math.copysign(float(brentq(surplus, 0.0, high, xtol=1e-13, rtol=1e-14)), distance)


def _reaches(control: ArmEstimate, treatment: ArmEstimate, z: float) -> tuple[float, float]:
    (l0, u0), (l1, u1) = wilson(control, z), wilson(treatment, z)
    down = math.hypot(treatment.value - l1, u0 - control.value)
    return down, math.hypot(u1 - treatment.value, control.value - l0)


def _root(both: float, below: float, above: float) -> float:
    """The smaller root r of below r² - 2 both r + above, also where `below` is not positive."""
    return above / (both + math.sqrt(max(0.0, both**2 - below * above))) if above else 0.0
