"""Estimates against numpy and statsmodels on the same units."""

import dataclasses

import numpy as np
import pytest
import statsmodels.api as sm

from engine.errors import NotEnoughData, Undefined
from engine.stats import estimate as e
from engine.stats.aggregates import Aggregates
from engine.stats.metrics import CATALOGUE, Kind, metric
from tests.engine.stats.arms import make_arm, units


def _column(rows, name):
    return np.array([row[name] for row in rows], dtype=float)


def test_estimate__ratio__equals_linearised_variance():
    rows = units(n=500)
    y, x = _column(rows, "clicks"), _column(rows, "impressions")
    found = e.estimate(metric("ctr"), Aggregates.of_units(rows))
    ratio = y.sum() / x.sum()
    assert found.value == pytest.approx(ratio, rel=1e-14)
    expected = (y - ratio * x).var(ddof=1) / len(rows) / x.mean() ** 2
    assert found.variance == pytest.approx(expected, rel=1e-12)


def test_estimate__ratio__equals_cluster_robust_regression_on_impressions():
    rows = units(n=300)
    clicked = np.concatenate(
        [[1.0] * r["clicks"] + [0.0] * (r["impressions"] - r["clicks"]) for r in rows]
    )
    visitor = np.repeat(np.arange(len(rows)), [r["impressions"] for r in rows])
    fit = sm.OLS(clicked, np.ones(len(clicked))).fit(
        cov_type="cluster", cov_kwds={"groups": visitor, "use_correction": False}
    )
    found = e.estimate(metric("ctr"), Aggregates.of_units(rows))
    n = len(rows)
    assert found.variance * (n - 1) / n == pytest.approx(float(fit.bse[0]) ** 2, rel=1e-9)


def test_estimate__mean_and_proportion__textbook():
    rows = units()
    arm = Aggregates.of_units(rows)
    revenue, bought = _column(rows, "revenue"), _column(rows, "converted")
    mean = e.estimate(metric("revenue_per_visitor"), arm)
    share = e.estimate(metric("conversion_rate"), arm)
    assert mean.value == pytest.approx(revenue.mean(), rel=1e-14)
    assert mean.variance == pytest.approx(revenue.var(ddof=1) / len(rows), rel=1e-12)
    assert share.variance == pytest.approx(
        bought.mean() * (1 - bought.mean()) / len(rows), rel=1e-12
    )


def test_value__no_denominator_yet__not_enough():
    with pytest.raises(NotEnoughData) as caught:
        e.value(metric("orders_per_click"), Aggregates.of_units([{"impressions": 3}] * 200))
    assert caught.value.missing[0].what == "clicks"
    with pytest.raises(NotEnoughData):
        e.value(metric("conversion_rate"), Aggregates())


def test_value__proportion_of_a_count__undefined():
    twice = dataclasses.replace(metric("conversion_rate"), numerator="orders")
    with pytest.raises(Undefined):
        e.value(twice, Aggregates.of_units([{"orders": 2}, {"orders": 0}]))


def test_estimate__single_unit__not_enough():
    with pytest.raises(NotEnoughData):
        e.estimate(metric("ctr"), Aggregates.of_units([{"impressions": 3, "clicks": 1}]))


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_shortages__plenty__none(one):
    assert e.shortages(one, make_arm(n=1000)) == ()


def test_shortages__small_arm__each_lack_named():
    rows = [{"impressions": 1, "converted": 1}] * 3
    lacks = e.shortages(metric("conversion_rate"), Aggregates.of_units(rows), name="treatment")
    assert {(s.arm, s.what, s.have, s.need) for s in lacks} == {
        ("treatment", "units", 3, 100),
        ("treatment", "converted", 3, 5),
        ("treatment", "not_converted", 0, 5),
    }


def test_reduced__impression_is_the_unit__ratio_becomes_proportion():
    arm = Aggregates.of_impressions(1000, 20)
    found = e.reduced(metric("ctr"), arm, arm)
    assert (found.kind, found.numerator, found.denominator) == (Kind.PROPORTION, "clicks", None)


def test_reduced__visitors_with_many_impressions__stays_a_ratio():
    assert e.reduced(metric("ctr"), make_arm()) is metric("ctr")
    assert e.reduced(metric("ctr"), Aggregates.of_impressions(9, 1), make_arm()) is metric("ctr")


def test_design_effect__independent_impressions__one():
    assert e.design_effect(metric("ctr"), make_arm(n=20_000)) == pytest.approx(1, abs=0.05)


def test_design_effect__all_or_nothing_visitors__number_of_impressions():
    rows = [{"impressions": 10, "clicks": 10}, {"impressions": 10}] * 500
    assert e.design_effect(metric("ctr"), Aggregates.of_units(rows)) == pytest.approx(10, rel=0.01)


def test_design_effect__not_a_rate__undefined():
    for key in ("revenue_per_visitor", "average_order_value"):
        with pytest.raises(Undefined):
            e.design_effect(metric(key), make_arm())
