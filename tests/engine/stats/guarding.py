"""Arms that are worse by exactly the margin of a guardrail."""

import numpy as np

from engine.stats.aggregates import Aggregates
from engine.stats.guardrails import Safety, check
from tests.engine.stats.clicks import aggregates_of, population

MARGIN = 0.05


def share_called(metric, pairs):
    """Say how often a guardrail is called safe, and how often harmed."""
    found = [check(metric, *pair, margin=MARGIN).safety for pair in pairs]
    return tuple(
        sum(one is safety for one in found) / len(found) for safety in (Safety.SAFE, Safety.HARMED)
    )


def shares_at_the_margin(rng, *, runs, share, sizes, fall=MARGIN):
    """Buyers per arm; a draw with fewer than the five that are asked for is drawn again."""
    old = _enough(rng, sizes[0], share, runs)
    new = _enough(rng, sizes[1], share * (1 - fall), runs)
    return [
        (Aggregates.of_converted(sizes[0], int(a)), Aggregates.of_converted(sizes[1], int(b)))
        for a, b in zip(old, new, strict=True)
    ]


def revenue_at_the_margin(rng, *, runs, users=3000, buyers=0.1):
    """A tenth buys for amounts that vary by a factor of ten; the treatment 5 % less."""
    return [
        [_shop(rng, users, buyers, factor) for factor in (1.0, 1 - MARGIN)] for _ in range(runs)
    ]


def clicks_at_the_margin(rng, *, runs, users=1500):
    """Visitors with habits; the treatment's click rate is 5 % lower."""
    return [
        [aggregates_of(population(rng, users=users, ctr=rate)) for rate in (0.05, 0.05 * 0.95)]
        for _ in range(runs)
    ]


def _enough(rng, n, share, runs):
    drawn = rng.binomial(n, share, runs)
    while (few := drawn < 5).any():
        drawn[few] = rng.binomial(n, share, few.sum())
    return drawn


def _shop(rng, users, buyers, factor):
    bought = rng.random(users) < buyers
    money = np.where(bought, np.rint(factor * 1000 * np.exp(rng.normal(1, 0.8, users))), 0)
    money = money.astype(np.int64)
    sums = {"revenue": int(money.sum()), "converted": int(bought.sum())}
    return Aggregates(users, sums, {("revenue", "revenue"): int((money * money).sum())})
