"""Fieller's interval of a quotient whose two parts hang together.

`frequentist.fieller` is the case of independent arms. Where both parts come from the same units
(revenue and what it cost), or share a covariate, their covariance belongs into the pivot.
"""

import math
from dataclasses import dataclass

from engine.stats.inference import Interval

__all__ = ["Parts", "fieller"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A base and a difference from it, as estimates that may hang together.

    Attributes:
        base: Estimate m0, above zero (control, cost).
        difference: Estimate d of what comes on top (treatment - control, revenue - cost).
        base_variance: Variance of m0.
        difference_variance: Variance of d.
        covariance: Of d with m0; -Var(m0) when d = m1 - m0 with an independent m1.
    """

    base: float
    difference: float
    base_variance: float
    difference_variance: float
    covariance: float


def fieller(parts: Parts, *, multiplier: float, level: float) -> Interval | None:
    """Compute the interval of d/m0, the lift of the base.

    The limits l are the roots of (d - l m0)² = k² Var(d - l m0). They exclude 0 exactly when
    d² > k² Var(d).

    Args:
        parts: The estimates, `base` above zero.
        multiplier: k, in standard errors.
        level: Coverage that k stands for; it is only passed on.

    Returns:
        None where the base is not told apart from zero: g = k² Var(m0)/m0² >= 1.

    Reference:
        Fieller (1954), JRSS B 16, 175-185.

    Example:
        >>> parts = Parts(10.0, 1.0, 0.25, 0.5, -0.25)
        >>> interval = fieller(parts, multiplier=1.96, level=0.95)
        >>> round(interval.low, 3), round(interval.high, 3)
        (-0.036, 0.257)
    """
    lift = parts.difference / parts.base
    scale = (multiplier / parts.base) ** 2
    g = scale * parts.base_variance
    if g >= 1:
        return None
    # Sum of what can be said about d - l m0 at the estimate, less the part that m0 already tells.
    around = parts.difference_variance - 2 * lift * parts.covariance + lift**2 * parts.base_variance
    shared = parts.base_variance * parts.difference_variance - parts.covariance**2
    half = math.sqrt(max(0.0, scale * (around - scale * shared)))
    low, high = ((lift - scale * parts.covariance + side * half) / (1 - g) for side in (-1, 1))
    return Interval(low, high, level)
