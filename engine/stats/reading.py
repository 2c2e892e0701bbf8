"""How an experiment is read: once, daily until a planned end, or daily without an end.

A reading turns the error rate in force into one bound k, in standard errors. The test passes when
the estimate is more than k away from zero, and every interval reaches k to both sides, so the two
cannot contradict each other.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

from engine.errors import InvalidInput
from engine.stats.sequential import bounds, crossing, drift, multiplier
from engine.stats.tails import normal_quantile

__all__ = ["ONCE", "OPEN_LOOKS", "Once", "Open", "Planned", "Reading"]

OPEN_LOOKS: Final = 60
"""Daily looks that the planned size of a run without an end is meant to be enough for."""


@dataclass(frozen=True, slots=True)
class Once:
    """One look at one time: what an imported, finished test allows.

    Example:
        >>> round(Once().bound(1.0, 0.05), 3)
        1.96
    """

    def bound(self, variance: float, alpha: float) -> float:
        """The normal quantile, whatever the variance.

        Args:
            variance: V, the variance of the difference of the estimates.
            alpha: Two-sided error rate.

        Raises:
            InvalidInput: `alpha` is not between 0 and 1.
        """
        del variance
        _check(alpha)
        return normal_quantile(alpha)

    def at(self, look: int) -> "Once":
        """The same at every look."""
        del look
        return self

    def inflation(self, *, alpha: float = 0.05, power: float = 0.8) -> float:
        """How many times the visitors of a single look are needed: once."""
        del alpha, power
        return 1.0


ONCE: Final = Once()


@dataclass(frozen=True, slots=True)
class Planned:
    """Daily looks until a planned end: group-sequential, O'Brien-Fleming type spending.

    Attributes:
        looks: Planned days, 1 to `engine.stats.sequential.MAX_LOOKS`.
        look: Whole days gone. 0 counts as 1, because the bound before the first look is not lower;
            beyond the end the last bound holds.

    Raises:
        InvalidInput: No look, or a negative one.

    Example:
        >>> plan = Planned(looks=14, look=7)
        >>> round(plan.bound(1.0, 0.05), 3), round(plan.at(14).bound(1.0, 0.05), 3)
        (3.006, 2.103)
    """

    looks: int
    look: int

    def __post_init__(self) -> None:
        if self.looks < 1 or self.look < 0:
            raise InvalidInput("A plan has at least one look, and none before 0.", field="looks")

    def bound(self, variance: float, alpha: float) -> float:
        """The group-sequential bound of this look, whatever the variance.

        Args:
            variance: V, the variance of the difference of the estimates.
            alpha: Two-sided error rate over all looks together.

        Raises:
            InvalidInput: `alpha` is not between 0 and 1, or too many looks.
        """
        del variance
        return bounds(self.looks, alpha)[min(max(self.look, 1), self.looks) - 1]

    def at(self, look: int) -> "Planned":
        """The same plan at another look."""
        return replace(self, look=look)

    def inflation(self, *, alpha: float = 0.05, power: float = 0.8) -> float:
        """How many times the visitors of a single look are needed for the same power at the end.

        Raises:
            InvalidInput: A rate outside its range.

        Example:
            >>> round(Planned(looks=14, look=0).inflation(), 3)
            1.042
        """
        return _planned_inflation(self.looks, alpha, power)


@dataclass(frozen=True, slots=True)
class Open:
    """Daily looks without an end: the asymptotic confidence sequence.

    Attributes:
        tau: Planned MDE in the metric's unit, frozen at the start, above 0.

    Raises:
        InvalidInput: A tau that is not above zero.

    Example:
        >>> round(Open(tau=3.0).bound(1.0, 0.05), 3)
        3.036
    """

    tau: float

    def __post_init__(self) -> None:
        if not 0 < self.tau < math.inf:
            raise InvalidInput("Tau, the planned smallest effect, is above zero.", field="tau")

    def bound(self, variance: float, alpha: float) -> float:
        """The multiplier of the sequence, from the variance so far.

        Args:
            variance: V, the variance of the difference of the estimates, above 0.
            alpha: Error rate over the whole, never-ending series of looks.

        Raises:
            InvalidInput: `alpha` is not between 0 and 1.
            Undefined: No variance.
        """
        return multiplier(variance, tau=self.tau, alpha=alpha)

    def at(self, look: int) -> "Open":
        """The same at every look: the clock is the variance."""
        del look
        return self

    def inflation(self, *, alpha: float = 0.05, power: float = 0.8) -> float:
        """How many times the visitors of a single look find an effect of size tau as surely.

        Within `OPEN_LOOKS` daily looks; tau itself cancels.

        Raises:
            InvalidInput: A rate outside its range.

        Example:
            >>> round(Open(tau=0.01).inflation(), 1)
            1.7
        """
        return _open_inflation(alpha, power)


Reading: TypeAlias = Once | Planned | Open
"""How an experiment is read: `.bound(variance, alpha)`, `.at(look)`, `.inflation()`."""


@lru_cache(maxsize=256)
def _planned_inflation(looks: int, alpha: float, power: float) -> float:
    fixed = _fixed_drift(alpha, power)
    return 1.0 if looks == 1 else (drift(bounds(looks, alpha), power) / fixed) ** 2


@lru_cache(maxsize=64)
def _open_inflation(alpha: float, power: float) -> float:
    from scipy.optimize import brentq

    fixed = _fixed_drift(alpha, power)

    def surplus(factor: float) -> float:
        # In units of tau: the variance that a single look needs is 1/fixed² at its end.
        last = 1 / (factor * fixed**2)
        shares = (look / OPEN_LOOKS for look in range(1, OPEN_LOOKS + 1))
        limits = [multiplier(last / share, tau=1.0, alpha=alpha) for share in shares]
        return crossing(limits, math.sqrt(factor) * fixed) - power

    return float(brentq(surplus, 0.5, 10.0, xtol=1e-6))


def _fixed_drift(alpha: float, power: float) -> float:
    _check(alpha)
    if not alpha < power < 1:
        raise InvalidInput("Power lies above the error rate and below 1.", field="power")
    return normal_quantile(alpha) + normal_quantile(2 * (1 - power))


def _check(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
