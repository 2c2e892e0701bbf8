"""Is there any difference at all between k arms?"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, reduced, require
from engine.stats.metrics import Kind, Metric
from engine.stats.tails import chi_square as chi_square_tail

__all__ = ["Omnibus", "chi_square", "compare_all", "wald"]


@dataclass(frozen=True, slots=True)
class Omnibus:
    """One test over all arms.

    Attributes:
        statistic: Chi-square distributed when all arms are equal.
        df: Degrees of freedom, arms minus 1.
        p: Upper tail.
        log10_p: Its decimal logarithm.
    """

    statistic: float
    df: int
    p: float
    log10_p: float


def chi_square(trials: Sequence[int], successes: Sequence[int]) -> Omnibus:
    """Test equal rates in a table of arms by success and failure.

    Pearson's statistic without Yates's correction, so with two arms it is the square of the pooled
    z. Right where the trials are the units, or where nothing but totals is known; arms without
    trials are left out.

    Args:
        trials: Units, or impressions where the impression is the unit, per arm.
        successes: Converted units or clicks per arm, none larger than its trials.

    Raises:
        InvalidInput: Different lengths, or successes outside 0 … trials.
        NotEnoughData: Fewer than two arms with trials, or no success at all.
        Undefined: Not one failure.

    Reference:
        Pearson (1900); R `prop.test` gives the same.

    Example:
        >>> round(chi_square([86, 93, 136, 82], [83, 90, 129, 70]).p, 6)
        0.005585
    """
    if len(trials) != len(successes):
        raise InvalidInput("Trials and successes come in pairs.")
    arms = [(n, s) for n, s in zip(trials, successes, strict=True) if n or s]
    if any(not 0 <= s <= n for n, s in arms):
        raise InvalidInput("Successes lie between zero and the trials.")
    total, hits = sum(n for n, _ in arms), sum(s for _, s in arms)
    if len(arms) <= 1 or not hits:
        raise NotEnoughData("At least two arms and one success are needed.")
    if hits == total:
        raise Undefined("Every trial is a success in every arm: nothing varies.")
    # Both columns together: Σ (sN - nS)² / (n S (N - S)), in whole numbers up to the division.
    misses = total - hits
    statistic = sum((s * total - n * hits) ** 2 / (n * hits * misses) for n, s in arms)
    return _tail(statistic, len(arms))


def wald(metric: Metric, arms: Sequence[Aggregates]) -> Omnibus:
    """Test equal values of any metric in independent arms.

    W = Σ (m_i - m̄)²/v_i with m̄ weighted by 1/v_i; v_i is the variance over units (the delta method
    for ratios), so repeated impressions of one visitor are not taken as independent.

    Raises:
        NotEnoughData: Fewer than two arms, or too little in one of them.
        Undefined: An arm without any variance.

    Reference:
        Wald (1943); with independent arms the quadratic form of the k - 1 contrasts reduces to this
        sum (Cochran's Q, 1954).

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> arms = [Aggregates.of_impressions(1000, clicks) for clicks in (20, 30, 41)]
        >>> round(wald(CATALOGUE["ctr"], arms).p, 4)
        0.0214
    """
    if len(arms) <= 1:
        raise NotEnoughData("At least two arms are needed.")
    require(metric, **{str(place): arm for place, arm in enumerate(arms)})
    estimates = [estimate(metric, arm) for arm in arms]
    if not all(one.variance for one in estimates):
        raise Undefined(f"'{metric.key}' does not vary in one of the arms.")
    weights = [1 / one.variance for one in estimates]
    centre = sum(w * one.value for w, one in zip(weights, estimates, strict=True)) / sum(weights)
    spread = (w * (one.value - centre) ** 2 for w, one in zip(weights, estimates, strict=True))
    return _tail(sum(spread), len(arms))


def compare_all(metric: Metric, arms: Sequence[Aggregates]) -> Omnibus:
    """Test all arms on one metric: chi-square for what is a proportion, `wald` otherwise.

    Raises:
        NotEnoughData: See `chi_square` and `wald`.
        Undefined: See `chi_square` and `wald`.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> arms = [Aggregates.of_converted(1000, converted) for converted in (100, 130)]
        >>> compare_all(CATALOGUE["conversion_rate"], arms).df
        1
    """
    if reduced(metric, *arms).kind is not Kind.PROPORTION:
        return wald(metric, arms)
    return chi_square([arm.n for arm in arms], [arm.sum(metric.numerator) for arm in arms])


def _tail(statistic: float, arms: int) -> Omnibus:
    tail = chi_square_tail(statistic, arms - 1)
    return Omnibus(statistic, arms - 1, tail.p, tail.log10_p)
