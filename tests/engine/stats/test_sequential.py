"""Bounds for many looks: published tables, spent error, the always-valid band."""

import math
import time
from itertools import pairwise

import numpy as np
import pytest

from engine.errors import InvalidInput, Undefined
from engine.stats.sequential import (
    bounds,
    confidence_sequence,
    crossing,
    multiplier,
    obrien_fleming,
    pocock,
    power_family,
    spent,
)
from engine.stats.tails import normal_quantile


@pytest.mark.parametrize("variance", [1e-8, 0.3, 40.0])
@pytest.mark.parametrize("tau", [1e-4, 1.0, 7.0])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_multiplier__any_scale__formula_of_the_paper_and_wider_than_fixed(variance, tau, alpha):
    ratio = variance / tau**2
    expected = math.sqrt((1 + ratio) * 2 * math.log(math.sqrt(1 + 1 / ratio) / alpha))
    assert multiplier(variance, tau=tau, alpha=alpha) == pytest.approx(expected, rel=1e-10)
    assert multiplier(variance, tau=tau, alpha=alpha) > normal_quantile(alpha)


def test_multiplier__other_unit__same_answer():
    assert multiplier(1e-6, tau=2e-3) == pytest.approx(multiplier(1.0, tau=2.0), rel=1e-12)


def test_confidence_sequence__sixty_daily_looks_without_effect__rarely_wrong():
    rng, looks, paths = np.random.default_rng(3), np.arange(1, 61), 4000
    means = rng.standard_normal((paths, 60)).cumsum(axis=1) / looks
    bounds = np.array([multiplier(1 / n, tau=0.36) * n**-0.5 for n in looks])
    naive = (np.abs(means) > 1.96 * looks**-0.5).any(axis=1).mean()
    assert (np.abs(means) > bounds).any(axis=1).mean() < 0.05
    assert naive > 0.30


def test_confidence_sequence__any_estimate__centred():
    band = confidence_sequence(3.0, 0.25, tau=1.0)
    assert band.high - 3.0 == pytest.approx(3.0 - band.low)
    assert band.level == 0.95


def test_multiplier__nothing_varies_or_no_plan__named():
    with pytest.raises(Undefined):
        multiplier(0.0, tau=1.0)
    for tau, alpha in ((0.0, 0.05), (1.0, 0.0), (1.0, 1.0)):
        with pytest.raises(InvalidInput):
            multiplier(1.0, tau=tau, alpha=alpha)


PUBLISHED = {
    # R ldbounds 2.0, bounds((1:5)/5, iuse = c(1, 1) and c(2, 2), alpha = c(.025, .025))
    obrien_fleming: (4.8769, 3.3569, 2.6803, 2.2898, 2.0310),
    pocock: (2.4380, 2.4268, 2.4101, 2.3966, 2.3859),
}


@pytest.mark.parametrize("spending", PUBLISHED)
def test_bounds__five_looks__published_tables(spending):
    assert bounds(5, 0.05, spending) == pytest.approx(PUBLISHED[spending], abs=2e-4)


@pytest.mark.parametrize(("looks", "constant"), [(2, 2.178), (5, 2.413), (10, 2.555), (20, 2.672)])
def test_crossing__constants_of_pocock__five_percent(looks, constant):
    """Jennison and Turnbull (2000), table 2.1."""
    assert crossing([constant] * looks, 0.0) == pytest.approx(0.05, abs=2e-4)


@pytest.mark.parametrize(("looks", "constant"), [(2, 1.977), (5, 2.040), (10, 2.087), (20, 2.126)])
def test_crossing__constants_of_obrien_fleming__five_percent(looks, constant):
    """Jennison and Turnbull (2000), table 2.3."""
    limits = [constant * math.sqrt(looks / look) for look in range(1, looks + 1)]
    assert crossing(limits, 0.0) == pytest.approx(0.05, abs=2e-4)


@pytest.mark.parametrize("looks", [1, 2, 14, 60, 400])
@pytest.mark.parametrize("alpha", [0.05, 0.0125, 0.001])
@pytest.mark.parametrize("spending", [obrien_fleming, pocock, power_family(3)])
def test_bounds__any_plan__spends_exactly_the_error(looks, alpha, spending):
    limits = bounds(looks, alpha, spending)
    assert crossing(limits, 0.0) == pytest.approx(alpha, abs=1e-7)
    assert all(math.isfinite(limit) and limit >= normal_quantile(alpha) for limit in limits[:-1])


def test_bounds__one_look__the_plain_test():
    assert bounds(1, 0.03) == pytest.approx((normal_quantile(0.03),), abs=1e-9)


@pytest.mark.parametrize("looks", [7, 60, 400])
def test_bounds__obrien_fleming__never_rise(looks):
    limits = bounds(looks)
    assert all(later <= earlier for earlier, later in pairwise(limits))
    assert limits[0] <= 8.0


def test_bounds__sixty_looks__well_below_a_fifth_of_a_second():
    bounds.cache_clear()
    began = time.perf_counter()
    bounds(60)
    assert time.perf_counter() - began < 0.2


@pytest.mark.parametrize(
    ("spending", "power"), [(obrien_fleming, 0.779), (power_family(3), 0.776), (pocock, 0.689)]
)
def test_crossing__effect_planned_for_one_look__power_of_simulation(spending, power):
    """600,000 simulated paths found 77.9, 77.6 and 68.9 %."""
    drift = normal_quantile(0.05) + normal_quantile(0.4)
    assert crossing(bounds(60, 0.05, spending), drift) == pytest.approx(power, abs=0.001)


def test_crossing__naive_bound__what_daily_looks_cost():
    found = [crossing([1.959964] * looks, 0.0) for looks in (2, 7, 14, 28, 60)]
    assert found == pytest.approx([0.083, 0.167, 0.219, 0.274, 0.335], abs=0.001)


def test_spent__whole_plan_and_beyond__the_error_rate():
    assert spent(0.0) == 0.0
    assert spent(1.0) == pytest.approx(0.05)
    assert spent(3.0) == spent(1.0)


@pytest.mark.parametrize(("looks", "alpha"), [(0, 0.05), (1001, 0.05), (5, 0.0), (5, 1.0)])
def test_bounds__impossible_plan__refused(looks, alpha):
    with pytest.raises(InvalidInput):
        bounds(looks, alpha)


def test_spent_and_crossing__nonsense__refused():
    for broken in (
        lambda: spent(-0.1),
        lambda: spent(float("nan")),
        lambda: power_family(0),
        lambda: crossing([], 0.0),
        lambda: bounds(3, 0.05, lambda share, alpha: 2 * share),
    ):
        with pytest.raises(InvalidInput):
            broken()
