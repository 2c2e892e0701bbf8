"""Arms for tests: a few visitors with everything a shop can record."""

import numpy as np

from engine.stats.aggregates import Aggregates

CAP = 60_000


def units(*, n=400, seed=1, rate=0.1, buyers=0.1):
    rng = np.random.default_rng(seed)
    impressions = 1 + rng.geometric(0.2, n)
    clicks = rng.binomial(impressions, rate)
    orders = rng.binomial(2, buyers, n)
    carts = orders + rng.binomial(1, 0.2, n)
    viewables = rng.binomial(impressions, 0.7)
    revenue = orders * rng.integers(500, 90_000, n)
    columns = {
        "impressions": impressions,
        "viewables": viewables,
        "clicks": clicks,
        "carts": carts,
        "orders": orders,
        "converted": orders > 0,
        "revenue": revenue,
        "capped": np.minimum(revenue, CAP),
        "click_converted": (orders > 0) & (clicks > 0),
        "click_revenue": revenue * (clicks > 0),
        "viewed": viewables > 0,
        "clicked": clicks > 0,
        "carted": carts > 0,
        **_before(rng, impressions, rate, orders),
    }
    return [{name: int(columns[name][i]) for name in columns} for i in range(n)]


def _before(rng, impressions, rate, orders):
    seen = rng.poisson(impressions)
    bought = np.where(rng.random(len(seen)) < 0.5, orders, rng.binomial(2, 0.1, len(seen)))
    return {
        "pre_impressions": seen,
        "pre_clicks": rng.binomial(seen, rate),
        "pre_converted": bought > 0,
        "pre_revenue": bought * rng.integers(500, 90_000, len(seen)),
    }


def make_arm(**options) -> Aggregates:
    return Aggregates.of_units(units(**options))
