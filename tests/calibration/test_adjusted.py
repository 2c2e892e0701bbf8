"""CUPED: 5 % means 5 %, and the interval narrows exactly as 1 - rho² says."""

import numpy as np
import pytest
from scipy import stats

from engine.stats.metrics import metric
from tests.engine.stats.adjusting import clicking_pairs, outcomes, spending_pairs

pytestmark = pytest.mark.nightly

RUNS = 20_000


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.5, 0.7, 0.9])
def test_compare__revenue__five_percent_and_one_minus_rho_squared(rho):
    rng = np.random.default_rng(int(100 * rho))
    pairs = spending_pairs(rng, runs=RUNS, n=500, rho=rho)
    p_values, ratio = outcomes(metric("revenue_per_visitor"), pairs)
    assert ratio == pytest.approx(1 - rho**2, abs=0.02)
    assert 0.045 <= np.mean(p_values < 0.05) <= 0.055
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


@pytest.mark.parametrize("icc", [0.05, 0.2])
def test_compare__click_rate__five_percent_and_one_minus_rho_squared(icc):
    rng = np.random.default_rng(int(100 * icc))
    p_values, ratios, expected = [], [], []
    for _ in range(20):
        pairs, one_less = clicking_pairs(rng, users=4000, runs=RUNS // 20, icc=icc)
        p, ratio = outcomes(metric("ctr"), pairs)
        p_values.append(p)
        ratios.append(ratio)
        expected.append(one_less)
    together = np.concatenate(p_values)
    assert np.mean(ratios) == pytest.approx(np.mean(expected), abs=0.02)
    assert 0.045 <= np.mean(together < 0.05) <= 0.055
