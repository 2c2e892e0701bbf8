"""All arms at once."""

import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats import omnibus
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric
from tests.engine.stats.arms import make_arm


def test_chi_square__smokers_of_r__published_p():
    found = omnibus.chi_square([86, 93, 136, 82], [83, 90, 129, 70])
    assert round(found.p, 6) == 0.005585
    assert found.df == 3


@pytest.mark.parametrize("hits", [(20, 30, 25), (1, 400, 3), (5, 5, 5)])
def test_chi_square__any_table__equals_scipy(hits):
    trials = (1000, 1200, 900)
    table = [hits, [n - s for n, s in zip(trials, hits, strict=True)]]
    reference = stats.chi2_contingency(table, correction=False)
    found = omnibus.chi_square(trials, hits)
    assert found.statistic == pytest.approx(reference.statistic, rel=1e-12, abs=1e-12)
    assert found.p == pytest.approx(reference.pvalue, rel=1e-10)


def test_chi_square__arm_without_trials__left_out():
    assert omnibus.chi_square([100, 0, 100], [10, 0, 20]).df == 1


def test_compare_all__two_arms_of_totals__is_the_pooled_z_squared():
    arms = [Aggregates.of_impressions(3000, 60), Aggregates.of_impressions(3100, 90)]
    z, p = proportions_ztest([60, 90], [3000, 3100])
    found = omnibus.compare_all(metric("ctr"), arms)
    assert (found.statistic, found.p) == pytest.approx((z**2, p), rel=1e-9)


def test_compare_all__two_arms_of_visitors__is_the_delta_test_squared():
    arms = [make_arm(seed=1), make_arm(seed=2, rate=0.15)]
    found = omnibus.compare_all(metric("ctr"), arms)
    assert found.statistic == pytest.approx(compare(metric("ctr"), *arms).statistic ** 2, rel=1e-10)


def test_compare_all__converted_visitors__chi_square():
    arms = [Aggregates.of_converted(1000, c) for c in (100, 130, 90)]
    found = omnibus.compare_all(metric("conversion_rate"), arms)
    assert found == omnibus.chi_square([1000] * 3, [100, 130, 90])


def test_wald__arms_reordered__same_answer():
    arms = [make_arm(seed=s, n=500) for s in range(4)]
    one, two = (omnibus.wald(metric("ctr"), order) for order in (arms, arms[::-1]))
    assert one.statistic == pytest.approx(two.statistic, rel=1e-9)
    assert one.df == 3


def test_omnibus__nothing_to_compare__named():
    with pytest.raises(NotEnoughData):
        omnibus.chi_square([100], [10])
    with pytest.raises(NotEnoughData):
        omnibus.chi_square([100, 100], [0, 0])
    with pytest.raises(Undefined):
        omnibus.chi_square([100, 100], [100, 100])
    with pytest.raises(InvalidInput):
        omnibus.chi_square([100, 100], [101, 1])
    with pytest.raises(InvalidInput):
        omnibus.chi_square([100, 100], [1])
    with pytest.raises(NotEnoughData):
        omnibus.wald(metric("ctr"), [make_arm()])
    constant = Aggregates.of_units([{"impressions": 10, "clicks": 1}] * 200)
    with pytest.raises(Undefined):
        omnibus.wald(metric("ctr"), [make_arm(), constant])
