"""The interval of one share that was counted."""

import math

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.tails import normal_quantile


def wilson(successes: int, trials: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's score interval of a share.

    It is never empty and never leaves 0 … 1, whatever the counts, so it is fit for a handful of
    trials as well (Wilson 1927, JASA 22:209-212; Brown, Cai and DasGupta 2001, Statistical Science
    16:101-133). The limits are those p at which the score test of the share just rejects.

    Args:
        successes: How many of the trials succeeded; at least 0, at most `trials`.
        trials: How many there were; at least 1.
        alpha: One minus the coverage, strictly between 0 and 1.

    Returns:
        The lower and the upper limit, as shares.

    Raises:
        NotEnoughData: There was no trial.
        InvalidInput: More successes than trials, a negative count, or no such coverage.

    >>> low, high = wilson(3, 10)
    >>> f"{low:.4f} {high:.4f}"
    '0.1078 0.6032'
    """
    if trials == 0:
        raise NotEnoughData("A share of nothing has no interval.")
    if not 0 <= successes <= trials or not 0 < alpha < 1:
        raise InvalidInput("Need 0 <= successes <= trials and 0 < alpha < 1.")
    z2 = normal_quantile(alpha) ** 2
    share = successes / trials
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * trials)) / trials) / (1 + z2 / trials)
    return max(0.0, middle - half), min(1.0, middle + half)
