"""The always-valid band."""

import math

import numpy as np
import pytest

from engine.errors import InvalidInput, Undefined
from engine.stats.sequential import confidence_sequence, multiplier
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
