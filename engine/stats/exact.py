"""Rates of rare events compared exactly, given how many there were in all.

Of two Poisson counts with known exposure, the treatment's share of all events is binomial, whatever
the common rate; so nothing about it has to be estimated and a handful of events is enough.
"""

import math
from dataclasses import dataclass
from typing import Final

from engine.errors import InvalidInput, NotEnoughData, Shortage
from engine.stats.inference import Interval

__all__ = ["RARE", "RateComparison", "compare_rates"]

RARE: Final = 5
"""Fewer events than this in an arm: `engine.stats.frequentist.compare` refuses, this does not."""
_UNDERFLOWS: Final = 1e-290
_TERMS: Final = 2000
"""Terms of a tail beyond which a binomial adds nothing to its first one."""


@dataclass(frozen=True, slots=True)
class RateComparison:
    """Rates of two arms.

    Attributes:
        ratio: Treatment's rate over control's; None where control has no event.
        interval: Of the ratio; the upper limit is infinite where control has no event.
        p: Two-sided, twice the smaller tail; below α exactly when the interval excludes 1.
        log10_p: Its decimal logarithm.
    """

    ratio: float | None
    interval: Interval
    p: float
    log10_p: float


def compare_rates(
    control: tuple[int, float], treatment: tuple[int, float], *, alpha: float = 0.05
) -> RateComparison:
    """Compare the rates of events in two arms by the exact conditional test.

    With m events in all and exposures e, treatment's count is binomial(m, e1/(e0 + e1)) if the
    rates are equal. p doubles the smaller tail; the interval of the ratio is Clopper-Pearson's of
    the binomial share, turned into a ratio, and inverts that test.

    Args:
        control: Events and exposure (units, impressions) of control.
        treatment: The same for the treatment.
        alpha: Two-sided error rate.

    Raises:
        NotEnoughData: Not a single event in either arm.
        InvalidInput: A negative count, no exposure, or `alpha` outside (0, 1).

    Reference:
        Przyborowski, Wilenski (1940), Biometrika 31; Clopper, Pearson (1934), Biometrika 26.

    Example:
        >>> found = compare_rates((2, 1000), (11, 1000))
        >>> round(found.ratio, 2), round(found.p, 4), round(found.interval.low, 2)
        (5.5, 0.0225, 1.2)
    """
    (events0, exposure0), (events1, exposure1) = control, treatment
    _check(events0, events1, exposure0, exposure1, alpha)
    share = exposure1 / (exposure0 + exposure1)
    log_p = min(0.0, math.log(2) + _log_smaller_tail(events1, events0, share))
    scale = exposure0 / exposure1
    low, high = _clopper_pearson(events1, events0, alpha)
    ratio = events1 / events0 * scale if events0 else None
    interval = Interval(_odds(low) * scale, _odds(high) * scale, 1 - alpha)
    return RateComparison(ratio, interval, math.exp(log_p), log_p / math.log(10))


def _check(events0: int, events1: int, exposure0: float, exposure1: float, alpha: float) -> None:
    if min(events0, events1) < 0:
        raise InvalidInput("Events are counted from zero.", field="events")
    if not (0 < exposure0 < math.inf and 0 < exposure1 < math.inf):
        raise InvalidInput("A rate needs something to happen to.", field="exposure")
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
    if not events0 + events1:
        lack = Shortage("", "events", 0, 1)
        raise NotEnoughData("There is no event in either arm yet.", missing=[lack])


def _clopper_pearson(hits: int, misses: int, alpha: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = float(betaincinv(hits, misses + 1, alpha / 2)) if hits else 0.0
    high = float(betaincinv(hits + 1, misses, 1 - alpha / 2)) if misses else 1.0
    return low, high


def _log_smaller_tail(hits: int, misses: int, share: float) -> float:
    return min(_log_at_least(hits, misses, share), _log_at_least(misses, hits, 1 - share))


def _log_at_least(hits: int, misses: int, share: float) -> float:
    """log P(at least so many hits); summed in logarithms where the direct one underflows."""
    import numpy as np
    from scipy.special import betainc, logsumexp
    from scipy.stats import binom

    direct = float(betainc(hits, misses + 1, share)) if hits else 1.0
    if direct > _UNDERFLOWS:
        return math.log(direct)
    terms = np.arange(hits, min(hits + misses, hits + _TERMS) + 1)
    return float(logsumexp(binom.logpmf(terms, hits + misses, share)))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf
