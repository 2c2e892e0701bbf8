"""Switchback tests: everybody gets one variant for some hours, then it is drawn again.

What was randomised is the block of hours, so the block is the unit, however many visitors it has.
Each block's variant is drawn by itself; therefore the variance between the blocks of a variant is
right for the difference, also where neighbouring blocks are alike (rush hours, weekends): what
neighbours have in common is no part of which variant they got.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import InvalidInput, NotEnoughData, Shortage, Undefined
from engine.stats.aggregates import Aggregates, total
from engine.stats.frequentist import Outcome, comparison
from engine.stats.inference import ArmEstimate, Comparison, Method
from engine.stats.metrics import Metric
from engine.stats.reading import ONCE, Reading
from engine.stats.tails import t_of_z, t_two_sided

__all__ = ["MIN_BLOCKS", "MIN_EVENTS", "compare", "estimate"]

MIN_BLOCKS: Final = 10
"""Fewest blocks of each variant: below, a single odd block decides."""
MIN_EVENTS: Final = 20
"""Fewest events of each variant: blocks without any say nothing about how blocks differ."""


@dataclass(frozen=True, slots=True)
class _Totals:
    """Sums over the blocks of a variant of numerator y and denominator x, and of their products."""

    n: int
    y: int
    x: int
    yy: int
    xy: int
    xx: int


def estimate(metric: Metric, blocks: Sequence[Aggregates]) -> ArmEstimate:
    """Compute a metric over blocks: R = Σy/Σx with its variance over blocks.

    y is the numerator of a block, x its denominator (impressions) or its visitors. The variance is
    the delta method's, n Σ(y - Rx)² / ((n - 1)(Σx)²), over the n blocks.

    Args:
        metric: What is measured.
        blocks: The visitors of each block of one variant; blocks without visitors are left out.

    Raises:
        NotEnoughData: Fewer than two blocks, or nothing in the denominator.

    Reference:
        Cochran (1977), Sampling Techniques, 3rd ed., ch. 6; Deng, Knoblich, Lu (KDD 2018).

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> blocks = [Aggregates.of_converted(100, bought) for bought in (9, 11)]
        >>> found = estimate(CATALOGUE["conversion_rate"], blocks)
        >>> found.n, found.value, round(found.variance, 6)
        (2, 0.1, 0.0001)
    """
    t = _totals(metric, blocks)
    if t.n <= 1 or not t.x:
        raise NotEnoughData("At least two blocks with visitors are needed.", field="blocks")
    scatter = t.x**2 * t.yy - 2 * t.y * t.x * t.xy + t.y**2 * t.xx
    return ArmEstimate(t.n, t.y / t.x, t.n * scatter / ((t.n - 1) * t.x**4))


def compare(
    metric: Metric,
    control: Sequence[Aggregates],
    treatment: Sequence[Aggregates],
    *,
    alpha: float = 0.05,
    reading: Reading = ONCE,
) -> Comparison:
    """Compare the blocks of a treatment with those of the control.

    t of the difference with Satterthwaite's degrees of freedom over blocks; the interval of the
    lift is Fieller's with the same bound. `n` in the result counts blocks. Where the block before
    may still act on the first visitors of a block, give only those who came later.

    Args:
        metric: What is measured.
        control: The visitors of each block of the control.
        treatment: The same for the treatment.
        alpha: Two-sided error rate, over all looks together.
        reading: How often the test is looked at, and where it stands.

    Raises:
        NotEnoughData: Fewer than 10 blocks or 20 events of a variant; `missing` says which.
        Undefined: Nothing varies between the blocks of either variant.
        InvalidInput: `alpha` is not between 0 and 1.

    Reference:
        Bojinov, Simchi-Levi, Zhao (2023), Design and analysis of switchback experiments, Management
        Science 69; Neyman (1923) for the variance; Satterthwaite (1946).

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> old = [Aggregates.of_converted(100, 9 + n % 3) for n in range(12)]
        >>> new = [Aggregates.of_converted(100, 12 + n % 3) for n in range(12)]
        >>> found = compare(CATALOGUE["conversion_rate"], old, new)
        >>> round(found.difference, 3), round(found.df, 6), found.passed
        (0.03, 22.0, True)
    """
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
    _require(metric, control=control, treatment=treatment)
    old, new = estimate(metric, control), estimate(metric, treatment)
    variance = old.variance + new.variance
    if not variance:
        raise Undefined(f"'{metric.key}' is the same in every block.")
    t, df = (new.value - old.value) / math.sqrt(variance), _df(old, new)
    bound = t_of_z(reading.bound(variance, alpha), df)
    test = Outcome(Method.SWITCHBACK, t, t_two_sided(t, df), bound, df=df)
    return comparison(metric, old, new, test, alpha)


def _require(metric: Metric, **arms: Sequence[Aggregates]) -> None:
    missing = []
    for name, blocks in arms.items():
        events = total(blocks).sum(metric.counted_by)
        have = sum(1 for block in blocks if block.n)
        counts = [("blocks", have, MIN_BLOCKS), (metric.counted_by, events, MIN_EVENTS)]
        missing += [Shortage(name, what, n, need) for what, n, need in counts if n < need]
    if missing:
        said = "; ".join(f"{s.arm}: {s.have} of {s.need} {s.what}" for s in missing)
        raise NotEnoughData(f"Too little for '{metric.key}' ({said}).", missing=missing)


def _totals(metric: Metric, blocks: Sequence[Aggregates]) -> _Totals:
    pairs = [
        (
            block.sum(metric.numerator),
            block.sum(metric.denominator) if metric.denominator else block.n,
        )
        for block in blocks
        if block.n
    ]
    return _Totals(
        n=len(pairs),
        y=sum(y for y, _x in pairs),
        x=sum(x for _y, x in pairs),
        yy=sum(y * y for y, _x in pairs),
        xy=sum(x * y for y, x in pairs),
        xx=sum(x * x for _y, x in pairs),
    )


def _df(old: ArmEstimate, new: ArmEstimate) -> float:
    share = new.variance / (old.variance + new.variance)
    return 1 / (share**2 / (new.n - 1) + (1 - share) ** 2 / (old.n - 1))
