"""Rare events: exact, and interval and p one test."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as poisson_of_statsmodels

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.exact import compare_rates

COUNTS = st.integers(0, 60)
EXPOSURES = st.integers(100, 100_000)


@given(st.integers(1, 60), st.integers(1, 60), EXPOSURES, EXPOSURES)
def test_compare_rates__any_counts__twice_the_smaller_exact_tail_of_statsmodels(a, b, m, n):
    tails = [
        poisson_of_statsmodels(b, n, a, m, method="exact-cond", alternative=side).pvalue
        for side in ("larger", "smaller")
    ]
    assert compare_rates((a, m), (b, n)).p == pytest.approx(min(1, 2 * min(tails)), rel=1e-8)


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES, st.sampled_from([0.2, 0.05, 0.001]))
def test_compare_rates__any_counts__interval_inverts_the_test(a, b, m, n, alpha):
    assume(a + b)
    found = compare_rates((a, m), (b, n), alpha=alpha)
    assume(abs(found.p - alpha) > 1e-9)
    assert found.interval.excludes(1.0) == (found.p < alpha)


def test_compare_rates__example_of_r__poisson_test():
    """R: poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)); its p adds likely tails."""
    found = compare_rates((21, 3011), (11, 800))
    assert found.ratio == pytest.approx(1.971488, abs=1e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.8584264, 4.2772659), 1e-5)
    binomial = stats.binomtest(11, 32, 800 / 3811, alternative="greater").pvalue
    assert found.p == pytest.approx(2 * binomial)


def test_compare_rates__no_event_in_one_arm__one_sided_limits():
    none_new, none_old = compare_rates((9, 1000), (0, 1000)), compare_rates((0, 1000), (9, 1000))
    assert (none_new.ratio, none_new.interval.low) == (0.0, 0.0)
    assert (none_old.ratio, none_old.interval.high) == (None, math.inf)
    assert none_new.p == none_old.p == pytest.approx(2 * 0.5**9)


def test_compare_rates__tail_below_what_a_float_holds__logarithm_stays():
    found = compare_rates((10, 1_000_000), (4000, 1_000_000))
    expected = stats.binom.logpmf(4000, 4010, 0.5) / math.log(10)
    assert found.p == 0.0
    assert found.log10_p == pytest.approx(expected, abs=0.5)


def test_compare_rates__nothing_happened__not_enough_data():
    with pytest.raises(NotEnoughData):
        compare_rates((0, 1000), (0, 1000))


@pytest.mark.parametrize(
    ("old", "new", "alpha"),
    [
        ((-1, 10), (1, 10), 0.05),
        ((1, 0), (1, 10), 0.05),
        ((1, 10), (1, math.inf), 0.05),
        ((1, 10), (1, 10), 1.0),
    ],
)
def test_compare_rates__nonsense__refused(old, new, alpha):
    with pytest.raises(InvalidInput):
        compare_rates(old, new, alpha=alpha)
