"""A/A tests of visitors with a past."""

import numpy as np

from engine.stats.cuped import compare
from tests.engine.stats.pasts import click_aggregates, clicking, spending


def spending_pairs(rng, *, runs, n, rho):
    """Arms whose revenue hangs on the past with correlation rho, without any effect."""
    return [[spending(rng, n=n, rho=rho) for _ in range(2)] for _ in range(runs)]


def clicking_pairs(rng, *, users, runs, icc):
    """Split the same visitors again and again; also 1 - rho² of their influences on the rate."""
    people = clicking(rng, n=users, icc=icc)
    y, x = (_influence(people[:, i], people[:, i + 1]) for i in (0, 2))
    pairs = []
    for _ in range(runs):
        heads = rng.random(users) < 0.5
        pairs.append([click_aggregates(people[side]) for side in (heads, ~heads)])
    return pairs, 1 - np.corrcoef(y, x)[0, 1] ** 2


def outcomes(metric, pairs):
    """All p-values, and the mean ratio of the variances."""
    found = [compare(metric, *pair) for pair in pairs]
    return np.array([one.p for one in found]), np.mean([one.variance_ratio for one in found])


def _influence(above, below):
    return above - above.sum() / below.sum() * below
