"""A/A rehearsal: the team's own units, split by chance again and again, with nothing to be found.

A method that is honest on textbook data may not be on a shop's own. Re-randomising past units shows
how often it would have called a difference that cannot be there: 5 % if it is honest. Beside it
stands the usual mistake, taking impressions as independent.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import InvalidInput, NotEnoughData, Shortage, Undefined
from engine.stats.estimate import MIN_EVENTS, MIN_UNITS
from engine.stats.inference import Interval
from engine.stats.tails import normal_quantile

__all__ = ["BINS", "Rehearsal", "rehearse"]

BINS: Final = 20
"""Bars of the histogram of p-values, each as high as the others when the method is honest."""
_CELLS: Final = 4_000_000
"""Units times runs that are split at once; 32 MB."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a method does where there is nothing to find.

    Attributes:
        runs: Splits that were tried.
        alpha: Rate of false alarms that was promised.
        false_alarms: Runs with p below alpha.
        interval: 95 % Clopper-Pearson interval of their share.
        p_values: Runs per twentieth of p, from 0 to 1.
        ks_p: Kolmogorov-Smirnov test of evenly spread p-values.
        naive_false_alarms: Runs in which a test that takes impressions as independent rejects; None
            where there are no impressions.
    """

    runs: int
    alpha: float
    false_alarms: int
    interval: Interval
    p_values: tuple[int, ...]
    ks_p: float
    naive_false_alarms: int | None

    @property
    def rate(self) -> float:
        """Share of runs with a false alarm."""
        return self.false_alarms / self.runs


def rehearse(
    y: ArrayLike,
    x: ArrayLike | None = None,
    *,
    runs: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> Rehearsal:
    """Split the same units in two by a fair coin, `runs` times, and test each split.

    Every unit falls to either side with probability one half, as it would when assigned. The test
    is that of the difference of Σy/Σx by the delta method over units (or of the means of y, with
    x = 1), two-sided z. All splits are products of a table of coins with the sums of the units.

    Args:
        y: Total of the numerator per unit, shape (units,).
        x: Total of the denominator per unit; None for a mean.
        runs: Number of splits.
        rng: Source of chance; the same seed gives the same rehearsal.
        alpha: Promised rate of false alarms.

    Raises:
        InvalidInput: Different lengths, negative numbers, no runs, or alpha not between 0 and 1.
        NotEnoughData: Fewer than 200 units, or fewer than 10 of them with anything in y.
        Undefined: Nothing varies.

    Reference:
        Deng, Knoblich, Lu (KDD 2018), arXiv 1803.06336; Kohavi, Tang, Xu (2020), Trustworthy
        Online Controlled Experiments, chapter 19 (A/A tests); Clopper, Pearson (1934).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> found = rehearse(rng.poisson(3.0, 2000), runs=1000, rng=rng)
        >>> 0.03 < found.rate < 0.07, sum(found.p_values), found.naive_false_alarms
        (True, 1000, None)
    """
    if runs < 1 or not 0 < alpha < 1:
        raise InvalidInput("A rehearsal needs runs, and an alpha between 0 and 1.", field="runs")
    units = _units(y, x)
    z, naive = _statistics(units, runs, rng)
    return _summary(z, naive if x is not None and _is_rate(units) else None, alpha)


def _units(y: ArrayLike, x: ArrayLike | None) -> Table:
    above = np.asarray(y, dtype=np.float64)
    below = np.ones_like(above) if x is None else np.asarray(x, dtype=np.float64)
    if above.ndim != 1 or above.shape != below.shape:
        raise InvalidInput("One numerator and one denominator per unit.", field="x")
    if not np.isfinite(above).all() or not (np.isfinite(below) & (below >= 0)).all():
        raise InvalidInput("Totals of units are finite, denominators not negative.", field="y")
    _require(above, below)
    if not (above * below.sum() - below * above.sum()).any():
        raise Undefined("Nothing varies between the units.", field="y")
    return np.stack([above, below], axis=1)


def _require(above: Table, below: Table) -> None:
    units, events = int(np.count_nonzero(below)), int(np.count_nonzero(above))
    counts = (("units", units, 2 * MIN_UNITS), ("events", events, 2 * MIN_EVENTS))
    missing = [Shortage("", what, have, need) for what, have, need in counts if have < need]
    if missing:
        raise NotEnoughData("Too few units to rehearse with.", missing=missing)


def _statistics(units: Table, runs: int, rng: np.random.Generator) -> tuple[Table, Table]:
    # Less the common ratio, so that squares of large totals do not cancel; differences stay.
    above, below = units.T
    ratio = above.sum() / below.sum()
    rest = above - ratio * below
    one = np.ones_like(rest)
    sums = np.stack([one, rest, below, rest * rest, rest * below, below * below], axis=1)
    found = [
        _of_splits(coins @ sums, sums.sum(axis=0), ratio) for coins in _coins(len(rest), runs, rng)
    ]
    z, naive = (np.concatenate(part) for part in zip(*found, strict=True))
    return z, naive


def _coins(units: int, runs: int, rng: np.random.Generator) -> Iterator[Table]:
    at_once = max(1, _CELLS // units)
    for start in range(0, runs, at_once):
        shape = min(at_once, runs - start), units
        bits = np.frombuffer(rng.bytes(-(-math.prod(shape) // 8)), dtype=np.uint8)
        yield np.unpackbits(bits, count=math.prod(shape)).reshape(shape).astype(np.float64)


def _of_splits(heads: Table, every: Table, ratio: float) -> tuple[Table, Table]:
    (one, first), (other, second) = (_ratio(side) for side in (heads, every - heads))
    z = (one - other) / np.sqrt(first + second)
    share = 1 / heads[:, 2] + 1 / (every - heads)[:, 2]
    with np.errstate(invalid="ignore", divide="ignore"):  # no rate: nobody reads it
        naive = (one - other) / np.sqrt(ratio * (1 - ratio) * share)
    return z, naive


def _ratio(side: Table) -> tuple[Table, Table]:
    n, y, x, yy, xy, xx = side.T
    ratio = y / x
    return ratio, n * (yy - 2 * ratio * xy + ratio**2 * xx) / ((n - 1) * x**2)


def _is_rate(units: Table) -> bool:
    above, below = units.T
    return bool((above >= 0).all() and (above <= below).all())


def _summary(z: Table, naive: Table | None, alpha: float) -> Rehearsal:
    from scipy.special import ndtr
    from scipy.stats import kstest

    p = 2 * ndtr(-np.abs(z))
    alarms = int((p < alpha).sum())
    bound = normal_quantile(alpha)
    return Rehearsal(
        runs=len(p),
        alpha=alpha,
        false_alarms=alarms,
        interval=_clopper_pearson(alarms, len(p)),
        p_values=tuple(np.histogram(p, bins=BINS, range=(0, 1))[0].tolist()),
        ks_p=float(kstest(p, "uniform").pvalue),
        naive_false_alarms=None if naive is None else int((np.abs(naive) > bound).sum()),
    )


def _clopper_pearson(hits: int, runs: int) -> Interval:
    from scipy.special import betaincinv

    low = float(betaincinv(hits, runs - hits + 1, 0.025)) if hits else 0.0
    high = float(betaincinv(hits + 1, runs - hits, 0.975)) if hits < runs else 1.0
    return Interval(low, high, 0.95)
