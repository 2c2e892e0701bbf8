"""Visitors who come back: what they see and click on each day after their first."""

import numpy as np

from engine.stats.aggregates import Aggregates
from tests.engine.stats.clicks import aggregates_of


def ages(rng, *, users, lifts, ctr=0.05, icc=0.03, per_day=4.0, stay=0.85) -> dict[int, Aggregates]:
    """Sum up one arm per day since first exposure; each visitor keeps a click rate of their own.

    Fewer and fewer of the same visitors are there; the click rate of day d is raised by lifts[d].
    """
    strength = (1 - icc) / icc
    rate = rng.beta(ctr * strength, (1 - ctr) * strength, users)
    last = rng.geometric(1 - stay, users)
    found = {}
    for day, lift in enumerate(lifts):
        there = rate[last > day]
        seen = rng.geometric(1 / per_day, len(there))
        clicks = rng.binomial(seen, np.minimum(1.0, there * (1 + lift)))
        found[day] = aggregates_of(np.stack([np.ones_like(seen), seen, clicks], axis=1))
    return found
