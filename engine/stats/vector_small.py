"""`engine.stats.small` over arrays: shares with few events, many at once. Shapes are (m,)."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.stats.small import ENOUGH

__all__ = ["is_small", "limits", "statistic"]

_Array: TypeAlias = NDArray[np.float64]
_MOST_STEPS: Final = 100
_CLOSE: Final = 1e-13


def is_small(n: _Array, share: _Array) -> NDArray[np.bool_]:
    """Fewer than `engine.stats.small.ENOUGH` events or non-events."""
    hits = np.rint(n * share)
    few: NDArray[np.bool_] = np.minimum(hits, n - hits) < ENOUGH
    return few


def limits(
    n0: _Array, p0: _Array, n1: _Array, p1: _Array, z: _Array
) -> tuple[_Array, _Array, _Array, _Array]:
    """Limits of the difference (Newcombe) and of the lift (MOVER), from Wilson's limits at z.

    Example:
        >>> n, z = np.array([100.0]), np.array([1.959964])
        >>> found = limits(n, np.array([0.1]), n, np.array([0.2]), z)
        >>> [round(float(one[0]), 4) for one in found]
        [0.0001, 0.1995, 0.001, 2.9984]
    """
    l0, u0 = _wilson(n0, p0, z)
    l1, u1 = _wilson(n1, p1, z)
    middle, both = p1 - p0, p1 * p0
    low = middle - np.hypot(p1 - l1, u0 - p0)
    high = middle + np.hypot(u1 - p1, p0 - l0)
    above = l1 * (2 * p1 - l1)
    ratio_low = above / (both + _root(both, u0 * (2 * p0 - u0), above))
    below = np.where(p0 > 0, l0 * (2 * p0 - l0), np.nan)
    ratio_high = (both + _root(both, below, u1 * (2 * p1 - u1))) / below
    return low, high, np.where(above > 0, ratio_low, 0.0) - 1 + 0 * below, ratio_high - 1


def statistic(n0: _Array, p0: _Array, n1: _Array, p1: _Array) -> _Array:
    """The z at which Newcombe's interval touches zero, with the difference's sign.

    Example:
        >>> n = np.array([100.0])
        >>> round(float(statistic(n, np.array([0.1]), n, np.array([0.2]))[0]), 3)
        1.963
    """
    distance = p1 - p0
    # Upwards and downwards are the same question with the arms' places changed.
    up = distance >= 0
    big_n, big = np.where(up, n1, n0), np.where(up, p1, p0)
    small_n, less = np.where(up, n0, n1), np.where(up, p0, p1)
    # Where nothing differs the answer is known; any other target keeps the search short.
    target = np.where(distance == 0, 1e-3, np.abs(distance))

    def surplus(z: _Array) -> _Array:
        found: _Array = _reach(big_n, big, small_n, less, z) - target
        return found

    z = _false_position(surplus, np.zeros_like(distance), np.ones_like(distance))
    return np.where(distance == 0, 0.0, np.copysign(z, distance))


def _false_position(surplus: Callable[[_Array], _Array], low: _Array, high: _Array) -> _Array:
    """Roots of rising functions that are not above zero at `low`, by the Illinois method."""
    under, over = surplus(low), surplus(high)
    while (short := over < 0).any():
        low, under = np.where(short, high, low), np.where(short, over, under)
        high = np.where(short, 2 * high, high)
        over = surplus(high)
    middle, before = high, np.zeros_like(low)
    for _ in range(_MOST_STEPS):
        rise = np.where(over > under, over - under, 1.0)
        last, middle = middle, high - over * (high - low) / rise
        there = surplus(middle)
        up, side = there >= 0, np.sign(there)
        # An end that stays twice pulls half as much, so that the bracket closes from both sides.
        pull = np.where(side == before, 0.5, 1.0)
        under, over = np.where(up, under * pull, there), np.where(up, there, over * pull)
        low, high, before = np.where(up, low, middle), np.where(up, middle, high), side
        if (np.abs(middle - last) <= _CLOSE * high).all():
            break
    return middle


def _reach(big_n: _Array, big: _Array, small_n: _Array, less: _Array, z: _Array) -> _Array:
    found: _Array = np.hypot(big - _wilson(big_n, big, z)[0], _wilson(small_n, less, z)[1] - less)
    return found


def _wilson(n: _Array, share: _Array, z: _Array) -> tuple[_Array, _Array]:
    per_unit = z * z / n
    middle = share + per_unit / 2
    half = np.sqrt(per_unit * (share * (1 - share) + per_unit / 4))
    top = middle + half
    low = share**2 / np.where(top > 0, top, 1.0)
    return low, np.minimum(top / (1 + per_unit), 1.0)


def _root(both: _Array, below: _Array, above: _Array) -> _Array:
    found: _Array = np.sqrt(np.maximum(both**2 - below * above, 0.0))
    return found
