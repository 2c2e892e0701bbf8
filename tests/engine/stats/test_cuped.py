"""CUPED: equal to regression, right about how much it helps, one pivot, refuses without a past."""

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats import frequentist
from engine.stats.aggregates import Aggregates
from engine.stats.cuped import compare
from engine.stats.metrics import metric
from tests.engine.stats.arms import make_arm, units
from tests.engine.stats.pasts import click_aggregates, clicking, spending

CR, CTR, RPV = metric("conversion_rate"), metric("ctr"), metric("revenue_per_visitor")
GOLDEN = Path(__file__).parents[2] / "golden" / "cuped.json"
WITH_PAST = [CR, CTR, RPV, metric("revenue_per_visitor_capped")]


def test_compare__equal_arms__coefficient_of_regression_on_arm_and_past():
    old, new = units(seed=1, n=2000), units(seed=2, n=2000)
    y, x = (np.array([u[k] for u in old + new], float) for k in ("revenue", "pre_revenue"))
    table = np.column_stack([np.ones(4000), np.repeat([0, 1], 2000), x - x.mean()])
    fit = sm.OLS(y, table).fit(cov_type="HC2")
    found = compare(RPV, Aggregates.of_units(old), Aggregates.of_units(new))
    assert found.difference == pytest.approx(fit.params[1], rel=1e-9)
    assert found.theta == pytest.approx(fit.params[2], rel=1e-9)
    assert found.standard_error == pytest.approx(fit.bse[1], rel=0.01)
    assert found.control.value == pytest.approx(fit.params[0], rel=1e-9)


@pytest.mark.parametrize("one", WITH_PAST, ids=lambda one: one.key)
def test_compare__units_one_by_one__the_same_sums(one):
    rows = [units(seed=1, n=2600), units(seed=2, n=1400)]
    influence = [[_influence(arm, pair) for pair in _pairs(one)] for arm in rows]
    (y0, x0), (y1, x1) = influence
    both = sum(np.cov(y, x) / len(y) for y, x in influence)
    theta = both[0, 1] / both[1, 1]
    found = compare(one, *map(Aggregates.of_units, rows))
    assert found.theta == pytest.approx(theta, rel=1e-9)
    assert found.difference == pytest.approx(
        y1.mean() - y0.mean() - theta * (x1.mean() - x0.mean()), rel=1e-9
    )
    spread = sum(np.var(y - theta * x, ddof=1) / len(y) for y, x in influence)
    assert found.standard_error**2 == pytest.approx(spread, rel=1e-9)
    assert found.variance_ratio == pytest.approx(
        spread / sum(np.var(y, ddof=1) / len(y) for y, _ in influence), rel=1e-9
    )


@pytest.mark.parametrize("one", WITH_PAST, ids=lambda one: one.key)
def test_compare__any_metric__never_wider_than_the_plain_one(one):
    arms = make_arm(seed=3, n=1900), make_arm(seed=4, n=1700)
    found, plain = compare(one, *arms), frequentist.compare(one, *arms)
    assert 0 < found.variance_ratio <= 1
    assert found.standard_error <= plain.standard_error * 1.001
    assert found.interval.low < found.difference < found.interval.high
    assert found.lift_interval.low < found.lift < found.lift_interval.high
    assert found.difference == pytest.approx(
        found.treatment.value - found.control.value, rel=1e-9, abs=1e-12
    )


@given(seed=st.integers(0, 10_000), gain=st.floats(0, 0.4), k=st.floats(1.5, 4))
def test_compare__any_bound__interval_lift_and_test_are_one(seed, gain, k):
    rng = np.random.default_rng(seed)
    money = [spending(rng, n=300, rho=0.6), spending(rng, n=200, rho=0.3, gain=gain)]
    clicks = [click_aggregates(clicking(rng, n=n, icc=0.1, ctr=0.1)) for n in (900, 800)]
    for one, arms in ((RPV, money), (CTR, clicks)):
        found = compare(one, *arms, bound=lambda variance, alpha: k)
        assume(abs(abs(found.statistic) - k) > 1e-9)
        assert found.bound == k
        assert found.interval.excludes(0) == found.passed
        assert found.lift_interval is None or found.lift_interval.excludes(0) == found.passed


@given(st.integers(0, 10_000))
def test_compare__arms_swapped__mirrored(seed):
    rng = np.random.default_rng(seed)
    arms = [click_aggregates(clicking(rng, n=n, icc=0.1)) for n in (900, 1300)]
    there, back = compare(CTR, *arms), compare(CTR, *reversed(arms))
    assert there.difference == pytest.approx(-back.difference, rel=1e-12)
    assert there.p == pytest.approx(back.p, rel=1e-12)
    assert there.control.variance == pytest.approx(back.treatment.variance, rel=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_compare__revenue_that_hangs_on_the_past__one_minus_rho_squared(rho):
    rng = np.random.default_rng(int(rho * 10))
    ratios = [
        compare(RPV, spending(rng, n=4000, rho=rho), spending(rng, n=4000, rho=rho)).variance_ratio
        for _ in range(20)
    ]
    assert np.mean(ratios) == pytest.approx(1 - rho**2, abs=0.02)


def test_compare__clicks_of_people_with_habits__one_minus_rho_squared_of_the_influences():
    rng = np.random.default_rng(5)
    rows = [clicking(rng, n=20_000, icc=0.2) for _ in range(2)]
    y, x = (np.concatenate([_influence_of(r, *pair) for r in rows]) for pair in ((0, 1), (2, 3)))
    found = compare(CTR, *map(click_aggregates, rows))
    assert found.variance_ratio == pytest.approx(1 - np.corrcoef(y, x)[0, 1] ** 2, abs=0.02)
    assert found.variance_ratio < 0.8


@pytest.mark.parametrize("case", json.loads(GOLDEN.read_text()), ids=lambda case: case["metric"])
def test_compare__same_units__as_tea_tasting(case):
    found = compare(metric(case["metric"]), *(_sums(case[arm]) for arm in ("control", "treatment")))
    near = {"abs": 0.03 * found.standard_error}
    assert found.difference == pytest.approx(case["difference"], **near)
    assert found.interval.low == pytest.approx(case["low"], **near)
    assert found.interval.high == pytest.approx(case["high"], **near)
    assert found.control.value == pytest.approx(case["control_value"], **near)
    assert found.p == pytest.approx(case["p"], abs=0.02)


def _sums(arm):
    products = {(one, other): value for one, other, value in arm["products"]}
    return Aggregates(arm["n"], arm["sums"], products)


def test_compare__no_past_kept_or_recorded__undefined():
    for key in ("carts_per_visitor", "viewable_ctr"):
        with pytest.raises(Undefined):
            compare(metric(key), make_arm(), make_arm(seed=2))
    with pytest.raises(Undefined):
        compare(CR, *[Aggregates.of_converted(1000, 100)] * 2)


def test_compare__few_or_all_the_same_past__not_enough():
    with pytest.raises(NotEnoughData):
        compare(RPV, make_arm(n=150), make_arm(n=150, seed=2))
    rows = [{**row, "pre_revenue": 500} for row in units(n=500)]
    with pytest.raises(NotEnoughData):
        compare(RPV, *[Aggregates.of_units(rows)] * 2)


def test_compare__past_tells_everything__undefined():
    rows = [{**row, "pre_revenue": row["revenue"]} for row in units(n=2000)]
    with pytest.raises(Undefined):
        compare(RPV, *[Aggregates.of_units(rows)] * 2)


@pytest.mark.parametrize("alpha", [0, 1])
def test_compare__impossible_error_rate__refused(alpha):
    with pytest.raises(InvalidInput):
        compare(RPV, make_arm(), make_arm(), alpha=alpha)


def _pairs(one):
    return (one.numerator, one.denominator), one.pre


def _influence(rows, pair):
    above, below = (
        np.array([row[name] for row in rows], float) if name else np.ones(len(rows))
        for name in pair
    )
    return _quotient_influence(above, below)


def _influence_of(table, above, below):
    return _quotient_influence(table[:, above].astype(float), table[:, below].astype(float))


def _quotient_influence(above, below):
    ratio = above.sum() / below.sum()
    return ratio + (above - ratio * below) / below.mean()
