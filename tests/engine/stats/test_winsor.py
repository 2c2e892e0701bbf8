"""The cap is a value that was really spent, at the rank that was said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.stats.winsor import MIN_TOTALS, cap


def test_cap__a_thousand_buyers__second_largest():
    assert cap([*range(1, 1001), *[0] * 5000]) == 999
    assert cap(np.arange(1, 1002)) == 1000  # ⌈999.999⌉


@pytest.mark.parametrize("totals", [[], [7] * 999, [0] * 5000, [-3] * 5000, [1] * 999 + [-1]])
def test_cap__fewer_than_a_thousand_buyers__none(totals):
    assert cap(totals) is None


@given(st.integers(0, 2**32), st.integers(MIN_TOTALS, 4000))
def test_cap__any_totals__inverted_cdf_of_numpy_and_one_of_them(seed, buyers):
    spent = np.random.default_rng(seed).integers(1, 10**9, buyers)
    found = cap(np.concatenate([spent, np.zeros(50, dtype=np.int64)]))
    assert found == np.quantile(spent, 0.999, method="inverted_cdf")
    assert found in spent
    assert np.mean(spent <= found) >= 0.999


@pytest.mark.parametrize("totals", [[0.5] * 2000, np.ones((1000, 2), dtype=int)])
def test_cap__fractions_or_a_table__refused(totals):
    with pytest.raises(InvalidInput):
        cap(totals)
