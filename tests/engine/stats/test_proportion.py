"""Wilson's interval against statsmodels and at its borders."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.proportion import wilson


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (3, 10), (5, 5), (45, 120), (98, 2_000)])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_wilson__any_counts__as_statsmodels_has_it(successes, trials, alpha):
    expected = proportion_confint(successes, trials, alpha=alpha, method="wilson")
    assert wilson(successes, trials, alpha=alpha) == pytest.approx(expected, abs=1e-12)


def test_wilson__no_trial__is_not_enough_data():
    with pytest.raises(NotEnoughData):
        wilson(0, 0)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3)])
def test_wilson__impossible_counts__refused(successes, trials):
    with pytest.raises(InvalidInput):
        wilson(successes, trials)
