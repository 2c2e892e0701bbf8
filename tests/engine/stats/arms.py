"""Arms for tests: a few visitors with everything a shop can record."""

import numpy as np

from engine.stats.aggregates import Aggregates


def units(*, n=400, seed=1, rate=0.1, buyers=0.1):
    rng = np.random.default_rng(seed)
    impressions = 1 + rng.geometric(0.2, n)
    clicks = rng.binomial(impressions, rate)
    orders = rng.binomial(2, buyers, n)
    columns = {
        "impressions": impressions,
        "viewables": rng.binomial(impressions, 0.7),
        "clicks": clicks,
        "carts": orders + rng.binomial(1, 0.2, n),
        "orders": orders,
        "converted": (orders > 0).astype(int),
        "revenue": orders * rng.integers(500, 90_000, n),
    }
    return [{name: int(columns[name][i]) for name in columns} for i in range(n)]


def make_arm(**options) -> Aggregates:
    return Aggregates.of_units(units(**options))
