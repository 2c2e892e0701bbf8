"""A small version of `tests/calibration`, for every commit."""

import numpy as np

from engine.stats.metrics import metric
from engine.stats.rehearsal import rehearse
from tests.engine.stats.adjusting import clicking_pairs, outcomes, spending_pairs
from tests.engine.stats.clicks import false_alarms, population, splits
from tests.engine.stats.guarding import revenue_at_the_margin, share_called, shares_at_the_margin
from tests.engine.stats.racing import races
from tests.engine.stats.splitting import daily_alarms

RPV = metric("revenue_per_visitor")


def test_compare__no_effect_clustered_clicks__delta_holds_where_impressions_fail():
    rng = np.random.default_rng(20)
    pairs = (pair for _ in range(4) for pair in splits(rng, population(rng, users=4000), runs=500))
    p_values, naive = false_alarms(pairs)
    delta = sum(p < 0.05 for p in p_values) / len(p_values)
    assert 0.035 < delta < 0.065  # three standard errors of 2,000 runs
    assert naive > 0.10


def test_rehearse__four_thousand_splits__delta_honest_where_impressions_fail():
    rng = np.random.default_rng(21)
    people = population(rng, users=5000)
    found = rehearse(people[:, 2], people[:, 1], runs=4000, rng=rng)
    assert 0.04 < found.rate < 0.06
    assert found.ks_p > 0.01
    assert found.naive_false_alarms / found.runs > 0.10


def test_cuped__no_effect__five_percent_and_one_minus_rho_squared():
    rng = np.random.default_rng(22)
    p_values, ratio = outcomes(RPV, spending_pairs(rng, runs=3000, n=300, rho=0.7))
    assert 0.038 < np.mean(p_values < 0.05) < 0.062
    assert abs(ratio - 0.51) < 0.02
    pairs, expected = clicking_pairs(rng, users=3000, runs=2000, icc=0.1)
    p_values, ratio = outcomes(metric("ctr"), pairs)
    assert 0.035 < np.mean(p_values < 0.05) < 0.065
    assert abs(ratio - expected) < 0.02


def test_guardrails__worse_by_the_margin__called_safe_in_five_percent():
    rng, limit = np.random.default_rng(23), 0.05 + 3 * (0.05 * 0.95 / 3000) ** 0.5
    pairs = shares_at_the_margin(rng, runs=3000, share=0.05, sizes=(3000, 3000))
    assert share_called(metric("conversion_rate"), pairs)[0] <= limit
    assert share_called(RPV, revenue_at_the_margin(rng, runs=3000, users=2000))[0] <= limit


def test_race__effects_from_the_prior__chances_come_true():
    found = races(np.random.default_rng(24), runs=200, treatments=2)
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 1.01)):
        said = (found.chance >= low) & (found.chance < high)
        error = 4 * (0.25 / said.sum()) ** 0.5
        assert abs(found.was_best[said].mean() - found.chance[said].mean()) < error
    assert abs(found.covered.mean() - 0.95) < 0.03


def test_split_check__sixty_days_without_mismatch__hardly_an_alarm():
    alarms = daily_alarms(np.random.default_rng(25), runs=600, shares=(0.5, 0.5), days=60)
    assert alarms <= 0.015 + 3 * (0.015 * 0.985 / 600) ** 0.5
