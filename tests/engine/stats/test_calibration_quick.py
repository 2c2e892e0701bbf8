"""A small version of `tests/calibration`, for every commit."""

import numpy as np

from tests.engine.stats.clicks import false_alarms, population, splits


def test_compare__no_effect_clustered_clicks__delta_holds_where_impressions_fail():
    rng = np.random.default_rng(20)
    pairs = (pair for _ in range(4) for pair in splits(rng, population(rng, users=4000), runs=500))
    p_values, naive = false_alarms(pairs)
    delta = sum(p < 0.05 for p in p_values) / len(p_values)
    assert 0.035 < delta < 0.065  # three standard errors of 2,000 runs
    assert naive > 0.10
