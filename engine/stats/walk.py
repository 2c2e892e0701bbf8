"""A random walk that has not left its bounds yet: the integral behind sequential bounds.

The score after look i is a sum of i independent standard normal steps, so z is the score over √i.
Its density inside all bounds so far is carried from look to look on Gauss-Legendre nodes; it is
even, so half of it is enough. A walk with drift needs no second integral: its density is this one
times a likelihood ratio.
"""

import math
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidInput

__all__ = ["CEILING", "Walk"]

CEILING: Final = 8.0
"""Largest bound: the normal has 1.2·10⁻¹⁵ outside, nothing to anybody's error rate."""
_PER_STEP: Final = 1.4
"""Nodes per standard deviation of one step; agrees with three times as many to 10⁻⁸."""
_LEAST: Final = 16
_Array: TypeAlias = NDArray[np.float64]


class Walk:
    """The score so far, inside its bounds.

    Example:
        >>> walk = Walk()
        >>> k = walk.bound(0.05)
        >>> walk.step(k)
        >>> round(k, 6), round(walk.inside(0.0), 6)
        (1.959964, 0.95)
    """

    def __init__(self) -> None:
        """Begin at zero, before the first look."""
        self._look = 0
        # A point mass at zero, of which each half carries one half.
        self._nodes: _Array = np.zeros(1)
        self._mass: _Array = np.full(1, 0.5)

    def bound(self, error: float) -> float:
        """Find the z whose crossing at the next look has this probability, at most `CEILING`.

        Raises:
            InvalidInput: More error than there are walks left.
        """
        from scipy.optimize import brentq

        if self._outside(CEILING) >= error:
            return CEILING
        if self._outside(0.0) <= error:
            raise InvalidInput("More error is spent than is left.", field="spending")
        return float(brentq(lambda z: self._outside(z) - error, 0.0, CEILING, xtol=1e-11))

    def step(self, bound: float) -> None:
        """Take the next look, and go on with the walks within `bound` standard errors."""
        self._look += 1
        limit = bound * math.sqrt(self._look)
        nodes, weights = _half_line(math.ceil((_LEAST + _PER_STEP * limit) / 8) * 8)
        there = limit * nodes
        density = _steps(there, self._nodes) @ self._mass
        self._nodes, self._mass = there, limit * weights * density

    def inside(self, drift: float) -> float:
        """Probability of never having crossed, if every step drifts by `drift`."""
        # exp(θs - iθ²/2) for s and -s, put together so that nothing overflows on the way.
        half = self._look * drift**2 / 2
        up = np.exp(drift * self._nodes - half) + np.exp(-drift * self._nodes - half)
        return float(up @ self._mass)

    def _outside(self, z: float) -> float:
        from scipy.special import ndtr

        limit = z * math.sqrt(self._look + 1)
        beyond = ndtr(self._nodes - limit) + ndtr(-self._nodes - limit)
        return 2 * float(beyond @ self._mass)


def _steps(there: _Array, here: _Array) -> _Array:
    """Density of one step to each node from each node and its mirror image."""
    column = there[:, None]
    both = np.exp(-0.5 * (column - here) ** 2) + np.exp(-0.5 * (column + here) ** 2)
    scaled: _Array = both / math.sqrt(2 * math.pi)
    return scaled


@lru_cache(maxsize=128)
def _half_line(count: int) -> tuple[_Array, _Array]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2
