"""The arithmetic of `frequentist.compare` over arrays: many comparisons, one call.

For simulations, rehearsals and curves. Floats throughout: where a mean is far larger than its
spread (prices of one product), `engine.stats.estimate` keeps digits that a float sum of squares
has lost. Nothing is refused here: what is not defined comes out as nan, and `require` is the
caller's to ask.
"""

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import InvalidInput
from engine.stats import vector_small
from engine.stats.reading import ONCE, Open, Reading

__all__ = [
    "Arms",
    "Array",
    "Comparisons",
    "compare",
    "means",
    "multipliers",
    "proportions",
    "ratios",
]

Array: TypeAlias = NDArray[np.float64]
_QUIET: Final = np.errstate(divide="ignore", invalid="ignore")
"""What is not defined is nan, and no warning besides."""


@dataclass(frozen=True, slots=True)
class Arms:
    """A metric in m arms; every array has shape (m,).

    Attributes:
        n: Units.
        value: Point estimates.
        variance: Variances of the estimates.
        degrees: n - 1 where means are compared by Welch's t; None for z.
        shares: Whether the values are shares of units, so that few events need care.
    """

    n: Array
    value: Array
    variance: Array
    degrees: Array | None = None
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Comparisons:
    """m comparisons; the names are those of `engine.stats.inference.Comparison`. Shape (m,).

    `lift` is nan where control is not above zero, its limits also while they are unbounded. For
    means `log10_p` is minus infinity where p is too small for a float.
    """

    difference: Array
    low: Array
    high: Array
    lift: Array
    lift_low: Array
    lift_high: Array
    statistic: Array
    p: Array
    log10_p: Array
    standard_error: Array
    bound: Array
    passed: NDArray[np.bool_]


@_QUIET
def proportions(n: ArrayLike, hits: ArrayLike) -> Arms:
    """Shares of units: p, p(1 - p)/n.

    Example:
        >>> proportions([200], [50]).variance.tolist()
        [0.0009375]
    """
    units, count = _floats(n), _floats(hits)
    share = count / units
    return Arms(units, share, share * (1 - share) / units, shares=True)


@_QUIET
def means(n: ArrayLike, sums: ArrayLike, squares: ArrayLike) -> Arms:
    """Means per unit: ȳ, s²/n, from n, Σy and Σy².

    Example:
        >>> arm = means([4], [10], [30])
        >>> arm.value.tolist(), round(float(arm.variance[0]), 6)
        ([2.5], 0.416667)
    """
    units, total = _floats(n), _floats(sums)
    mean = total / units
    spread = (_floats(squares) - total * mean) / (units - 1)
    return Arms(units, mean, spread / units, degrees=units - 1)


@_QUIET
def ratios(
    n: ArrayLike, y: ArrayLike, x: ArrayLike, *, yy: ArrayLike, xy: ArrayLike, xx: ArrayLike
) -> Arms:
    """Ratios R = Σy/Σx with n Σ(y - Rx)² / ((n - 1)(Σx)²), the delta method over units.

    Reference:
        Deng, Knoblich, Lu (KDD 2018), arXiv 1803.06336, section 2.

    Example:
        >>> arm = ratios([1000], [20], [1000], yy=[20], xy=[20], xx=[1000])
        >>> arm.value.tolist(), f"{arm.variance[0]:.4e}"
        ([0.02], '1.9620e-05')
    """
    units, below = _floats(n), _floats(x)
    ratio = _floats(y) / below
    scatter = _floats(yy) - ratio * (2 * _floats(xy) - ratio * _floats(xx))
    return Arms(units, ratio, units / (units - 1) * scatter / below**2)


def multipliers(variance: ArrayLike, *, tau: ArrayLike, alpha: float = 0.05) -> Array:
    """`engine.stats.sequential.multiplier` over arrays.

    Raises:
        InvalidInput: `alpha` is not between 0 and 1, or a tau not above zero.

    Example:
        >>> multipliers([1.0, 1.0], tau=3.0).round(3).tolist()
        [3.036, 3.036]
    """
    if not 0 < alpha < 1 or not (_floats(tau) > 0).all():
        raise InvalidInput("Tau is above zero and alpha between 0 and 1.", field="tau")
    odds = _floats(tau) ** 2 / _floats(variance)
    found: Array = np.sqrt((1 + 1 / odds) * (np.log1p(odds) - 2 * math.log(alpha)))
    return found


@_QUIET
def compare(
    control: Arms, treatment: Arms, *, alpha: float = 0.05, reading: Reading | Array = ONCE
) -> Comparisons:
    """Compare m treatments with m controls, as `frequentist.compare` compares one.

    Args:
        control: From `proportions`, `means` or `ratios`.
        treatment: From the same function.
        alpha: Two-sided error rate over all looks together.
        reading: How all of them are read, or an array of bounds in standard errors, one for each
            (the looks of a plan).

    Raises:
        InvalidInput: See `engine.stats.reading`.

    Example:
        >>> found = compare(proportions([145_274], [17_489]), proportions([145_310], [17_264]))
        >>> round(float(found.statistic[0]), 4), round(float(found.p[0]), 5), bool(found.passed[0])
        (-1.3109, 0.18988, False)
    """
    variance = control.variance + treatment.variance
    k = _bounds(reading, variance, alpha)
    found = _of_estimates(control, treatment, variance, k)
    return _with_few_events(found, control, treatment, k) if control.shares else found


def _of_estimates(old: Arms, new: Arms, variance: Array, k: Array) -> Comparisons:
    error = np.sqrt(variance)
    difference = new.value - old.value
    statistic = difference / error
    p, log10_p, bound = _tails(old, new, variance, statistic, k)
    lift, lift_low, lift_high = _fieller(old, new, difference, bound)
    low, high = difference - bound * error, difference + bound * error
    return Comparisons(
        difference, low, high, lift, lift_low, lift_high, statistic, p, log10_p, error, bound,
        (low > 0) | (high < 0),
    )  # fmt: skip


def _bounds(reading: Reading | Array, variance: Array, alpha: float) -> Array:
    if isinstance(reading, np.ndarray):
        return np.broadcast_to(reading, variance.shape)
    if isinstance(reading, Open):
        return multipliers(variance, tau=reading.tau, alpha=alpha)
    return np.full(variance.shape, reading.bound(1.0, alpha))


def _tails(
    old: Arms, new: Arms, variance: Array, statistic: Array, k: Array
) -> tuple[Array, Array, Array]:
    if old.degrees is None or new.degrees is None:
        return (*_normal(statistic), k)
    share = new.variance / variance
    df = 1 / (share**2 / new.degrees + (1 - share) ** 2 / old.degrees)
    return (*_student(statistic, df), _t_of_z(k, df))


def _normal(z: Array) -> tuple[Array, Array]:
    from scipy.special import log_ndtr

    log_p = np.minimum(log_ndtr(-np.abs(z)) + math.log(2), 0.0)
    return np.exp(log_p), log_p / math.log(10)


def _student(t: Array, df: Array) -> tuple[Array, Array]:
    from scipy.special import stdtr

    p = np.minimum(2 * stdtr(df, -np.abs(t)), 1.0)
    return p, np.log10(p)


def _t_of_z(k: Array, df: Array) -> Array:
    """As `tails.t_of_z`, by its expansion where that is exact to all digits shown."""
    from scipy.special import ndtr, stdtrit

    z = np.minimum(k, 8.0)
    t = _expanded(z, df)
    few = df < _EXPANDED_FROM
    if few.any():
        t[few] = -stdtrit(df[few], ndtr(-z[few]))
    found: Array = t * (k / z)
    return found


_EXPANDED_FROM: Final = 5_000


def _expanded(z: Array, df: Array) -> Array:
    # Abramowitz, Stegun 26.7.5; the next term is below 1e-10 at z = 8 and 5,000 degrees.
    square = z * z
    first = z * (square + 1) / 4
    second = z * (square * (5 * square + 16) + 3) / 96
    third = z * (square * (square * (3 * square + 19) + 17) - 15) / 384
    found: Array = z + (first + (second + third / df) / df) / df
    return found


def _fieller(old: Arms, new: Arms, difference: Array, k: Array) -> tuple[Array, Array, Array]:
    value = np.where(old.value > 0, old.value, np.nan)
    lift = difference / value
    scale = (k / value) ** 2
    g0, g1 = scale * old.variance, scale * new.variance
    rest = np.where(g0 < 1, 1 - g0, np.nan)
    half = np.sqrt(g1 * rest + (1 + lift) ** 2 * g0)
    return lift, (lift + g0 - half) / rest, (lift + g0 + half) / rest


def _with_few_events(found: Comparisons, old: Arms, new: Arms, k: Array) -> Comparisons:
    few = vector_small.is_small(old.n, old.value) | vector_small.is_small(new.n, new.value)
    if not few.any():
        return found
    arms = (old.n[few], old.value[few], new.n[few], new.value[few])
    statistic = vector_small.statistic(*arms)
    p, log10_p = _normal(statistic)
    low, high, lift_low, lift_high = vector_small.limits(*arms, k[few])
    for array, part in (
        (found.statistic, statistic), (found.p, p), (found.log10_p, log10_p), (found.low, low),
        (found.high, high), (found.lift_low, lift_low), (found.lift_high, lift_high),
        (found.passed, (low > 0) | (high < 0)),
    ):  # fmt: skip
        array[few] = part
    return found


def _floats(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)
