"""`engine.stats.small` over arrays: shares with few events, many at once. Shapes are (m,)."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.stats.small import ENOUGH

__all__ = ["is_small", "limits", "statistic"]

_Array: TypeAlias = NDArray[np.float64]
_MOST_STEPS: Final = 100
_CLOSE: Final = 1e-8
"""The last relative step of a search whose error is squared by every step."""
_AT_ONCE: Final = 4_096
"""Pairs whose search stays in the processor's cache; also, one hard pair holds up no others."""


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
    z = np.empty_like(distance)
    for start in range(0, distance.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        z[part] = _newton(big_n[part], big[part], small_n[part], less[part], target[part])
    return np.where(distance == 0, 0.0, np.copysign(z, distance))


def _newton(big_n: _Array, big: _Array, small_n: _Array, less: _Array, target: _Array) -> _Array:
    """The z at which the two reaches, put together, are as long as the target.

    A Wilson limit x away from its share, w = z², solves n x² = w (p ∓ x)(1 - p ± x). Differentiated
    that gives dx/dw = x² / 2wh with `h` of `_reach`, hence the step. It is never more than a factor
    of two, so that a bad start cannot throw it off.
    """
    lower, higher = big * (1 - big), less * (1 - less)
    lean_lower, lean_higher = 2 * big - 1, 1 - 2 * less
    z = target / np.sqrt((lower + 1 / big_n) / big_n + (higher + 1 / small_n) / small_n)
    for _ in range(_MOST_STEPS):
        down, h_down = _reach(big_n, lower, lean_lower, z)
        up, h_up = _reach(small_n, higher, lean_higher, z)
        down_squared, up_squared = down * down, up * up
        length = np.sqrt(down_squared + up_squared)
        slope = down_squared * down / h_down + up_squared * up / h_up
        step = (target - length) * length / slope
        z *= np.minimum(np.maximum(1 + step, 0.5), 2.0)
        if not (np.abs(step) > _CLOSE).any():
            break
    return z


def _reach(n: _Array, spread: _Array, lean: _Array, z: _Array) -> tuple[_Array, _Array]:
    """How far a Wilson limit is from its share, and half its interval times 1 + z²/n."""
    half = z * z / (2 * n)
    h = np.sqrt(half * (2 * spread + half))
    return (half * lean + h) / (1 + 2 * half), h


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
