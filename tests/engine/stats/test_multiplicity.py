"""Corrections: the library's numbers, and the laws that make them corrections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from engine.errors import InvalidInput
from engine.stats.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=14)


@pytest.mark.parametrize(
    "p", [[0.01, 0.04, 0.03], [0.5], [0.0, 0.0, 1.0], [0.02] * 5, [1e-300, 0.9, 0.04, 0.011]]
)
def test_holm_and_bh__any_values__equal_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1].tolist(), rel=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(
        multipletests(p, method="fdr_bh")[1].tolist(), rel=1e-12
    )


@given(P_VALUES)
def test_corrections__any_values__never_below_raw_and_order_kept(p):
    strict, loose = holm(p), benjamini_hochberg(p)
    for raw, bh, adjusted in zip(p, loose, strict, strict=True):
        assert raw <= bh * (1 + 1e-12) <= adjusted * (1 + 1e-11) <= 1 + 1e-10
    order = sorted(range(len(p)), key=p.__getitem__)
    assert [strict[i] for i in order] == sorted(strict)


@given(P_VALUES, st.randoms())
def test_holm__reordered__each_keeps_its_value(p, chance):
    order = list(range(len(p)))
    chance.shuffle(order)
    shuffled = holm([p[i] for i in order])
    assert [shuffled[order.index(i)] for i in range(len(p))] == list(holm(p))


def test_corrections__nothing__nothing():
    assert holm([]) == benjamini_hochberg([]) == ()


@pytest.mark.parametrize("bad", [[1.1], [-0.1], [float("nan"), 0.5]])
def test_corrections__not_a_probability__refused(bad):
    for correction in (holm, benjamini_hochberg):
        with pytest.raises(InvalidInput):
            correction(bad)
