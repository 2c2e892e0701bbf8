"""Comparisons: published figures, other libraries, laws, honesty about small counts."""

import dataclasses
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.proportion import test_proportions_2indep as wald_of_statsmodels

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare, fieller
from engine.stats.inference import ArmEstimate, LiftGap, Method
from engine.stats.metrics import CATALOGUE, metric
from engine.stats.reading import Once, Open, Planned
from tests.engine.stats.arms import make_arm

CR, CTR, RPV = metric("conversion_rate"), metric("ctr"), metric("revenue_per_visitor")
ESTIMATES = st.builds(
    ArmEstimate,
    n=st.just(1000),
    value=st.floats(1e-3, 1e6),
    variance=st.floats(1e-9, 1e9),
)


def _converted(*pairs):
    return [Aggregates.of_converted(n, converted) for n, converted in pairs]


def test_compare__udacity_landing_page__published_figures():
    found = compare(CR, *_converted((145_274, 17_489), (145_310, 17_264)))
    assert round(found.control.value * 100, 4) == 12.0386
    assert round(found.treatment.value * 100, 4) == 11.8808
    assert round(found.difference * 100, 4) == -0.1578
    assert round(found.interval.low * 100, 4) == -0.3938
    assert round(found.interval.high * 100, 4) == 0.0781
    assert round(found.statistic, 4) == -1.3109
    assert round(found.p, 5) == 0.18988
    assert found.method is Method.UNPOOLED_Z


def test_compare__cookie_cats_retention__published_figures():
    found = compare(CR, *_converted((44_700, 8_502), (45_489, 8_279)))
    assert round(found.difference * 100, 3) == -0.820
    assert (round(found.interval.low * 100, 3), round(found.interval.high * 100, 3)) == (
        -1.328,
        -0.312,
    )
    assert (round(found.statistic, 3), round(found.p, 5)) == (-3.164, 0.00156)


def test_compare__enough_events__wald_of_statsmodels():
    found = compare(CR, *_converted((1000, 100), (1100, 130)))
    test = wald_of_statsmodels(130, 1100, 100, 1000, method="wald", compare="diff")
    limits = confint_proportions_2indep(130, 1100, 100, 1000, method="wald", compare="diff")
    assert (found.statistic, found.p) == pytest.approx((test.statistic, test.pvalue), rel=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx(limits, rel=1e-12)
    assert found.method is Method.UNPOOLED_Z


def test_compare__few_events__newcombe_of_statsmodels():
    found = compare(CR, *_converted((1000, 99), (1100, 130)))
    limits = confint_proportions_2indep(130, 1100, 99, 1000, method="newcomb", compare="diff")
    assert (found.interval.low, found.interval.high) == pytest.approx(limits, rel=1e-10)
    assert found.method is Method.NEWCOMBE


def test_compare__means__equals_welch_of_scipy():
    old, new = make_arm(seed=1, n=300), make_arm(seed=2, n=500)
    found = compare(RPV, old, new)
    welch = stats.ttest_ind_from_stats(
        new.mean("revenue"), math.sqrt(new.variance("revenue")), new.n,
        old.mean("revenue"), math.sqrt(old.variance("revenue")), old.n, equal_var=False,
    )  # fmt: skip
    assert found.statistic == pytest.approx(float(welch.statistic), rel=1e-12)
    assert found.p == pytest.approx(float(welch.pvalue), rel=1e-9)
    assert found.method is Method.WELCH


def test_compare__totals_only__is_the_two_proportion_test():
    arms = Aggregates.of_impressions(3000, 60), Aggregates.of_impressions(3100, 90)
    found, same = compare(CTR, *arms), compare(CR, *_converted((3000, 60), (3100, 90)))
    assert (found.p, found.interval) == (same.p, same.interval)
    assert found.metric == "ctr"


def test_compare__visitors_with_many_impressions__delta_method():
    assert compare(CTR, make_arm(seed=1), make_arm(seed=2)).method is Method.DELTA


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_compare__arms_swapped__mirrored(one):
    old, new = make_arm(seed=3, n=900), make_arm(seed=4, n=700, rate=0.15)
    there, back = compare(one, old, new), compare(one, new, old)
    assert there.difference == -back.difference
    assert there.p == pytest.approx(back.p, rel=1e-12)
    assert there.interval.low == pytest.approx(-back.interval.high, rel=1e-9)
    assert there.statistic == pytest.approx(-back.statistic, rel=1e-12)


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
@pytest.mark.parametrize("seed", range(5))
def test_compare__any_arms__intervals_contain_their_estimates(one, seed):
    found = compare(one, make_arm(seed=seed, n=800), make_arm(seed=seed + 50, n=800, rate=0.12))
    assert found.interval.low < found.difference < found.interval.high
    assert found.lift_interval is not None
    assert found.lift_interval.low < found.lift < found.lift_interval.high


@pytest.mark.parametrize("key", ["ctr", "revenue_per_visitor", "orders_per_click"])
@given(seed=st.integers(0, 10_000), rate=st.floats(0.08, 0.14))
def test_compare__mean_or_ratio__lift_and_difference_tell_one_story(key, seed, rate):
    found = compare(
        metric(key), make_arm(seed=seed, n=250), make_arm(seed=seed + 1, n=250, rate=rate)
    )
    assume(found.lift_interval is not None)
    assume(abs(found.p - 0.05) > 1e-9)
    assert found.lift_interval.excludes(0) == found.interval.excludes(0) == found.passed
    assert found.passed == (found.p < 0.05) == (abs(found.statistic) > found.bound)


@given(ESTIMATES, ESTIMATES, st.floats(0.5, 6))
def test_fieller__any_estimates__excludes_zero_iff_the_test_rejects(old, new, k):
    z = (new.value - old.value) / math.sqrt(old.variance + new.variance)
    assume(abs(abs(z) - k) > 1e-6 * k)
    lift, interval, gap = fieller(old, new, multiplier=k, level=0.95)
    if gap is LiftGap.NOT_MEASURABLE_YET:
        assert k * math.sqrt(old.variance) >= old.value
        return
    assert interval.low <= lift <= interval.high
    assert interval.excludes(0) == (abs(z) > k)


@given(ESTIMATES, ESTIMATES, st.floats(1e-3, 1e3))
def test_fieller__other_currency__same_lift(old, new, factor):
    def scaled(arm):
        return ArmEstimate(arm.n, arm.value * factor, arm.variance * factor**2)

    one = fieller(old, new, multiplier=1.96, level=0.95)
    two = fieller(scaled(old), scaled(new), multiplier=1.96, level=0.95)
    assume(one[1] is not None and two[1] is not None and one[1].high < 1e6)
    assert two[1].low == pytest.approx(one[1].low, rel=1e-6, abs=1e-6)
    assert two[1].high == pytest.approx(one[1].high, rel=1e-6, abs=1e-6)


def test_fieller__limits__solve_the_pivot():
    old, new, k = ArmEstimate(100, 2.0, 0.04), ArmEstimate(100, 2.5, 0.09), 1.96
    _, interval, _ = fieller(old, new, multiplier=k, level=0.95)
    for r in (interval.low + 1, interval.high + 1):
        pivot = (new.value - r * old.value) ** 2
        assert pivot == pytest.approx(k**2 * (new.variance + r**2 * old.variance), rel=1e-12)


def test_fieller__control_near_zero__not_measurable_yet():
    old, new = ArmEstimate(100, 1.0, 0.3), ArmEstimate(100, 2.0, 0.3)
    lift, interval, gap = fieller(old, new, multiplier=1.96, level=0.95)
    assert (lift, interval, gap) == (1.0, None, LiftGap.NOT_MEASURABLE_YET)


def test_fieller__control_not_positive__no_lift_at_all():
    old, new = ArmEstimate(100, -1.0, 0.01), ArmEstimate(100, 2.0, 0.3)
    assert fieller(old, new, multiplier=1.96, level=0.95) == (
        None,
        None,
        LiftGap.CONTROL_NOT_POSITIVE,
    )


@pytest.mark.parametrize(
    ("control", "treatment", "lacks"),
    [
        ((99, 20), (200, 20), {("control", "units")}),
        ((200, 20), (200, 4), {("treatment", "converted")}),
        ((200, 20), (200, 196), {("treatment", "not_converted")}),
        ((200, 0), (200, 0), {("control", "converted"), ("treatment", "converted")}),
        ((0, 0), (200, 20), {("control", w) for w in ("units", "converted", "not_converted")}),
    ],
)
def test_compare__too_little__says_what_is_missing(control, treatment, lacks):
    with pytest.raises(NotEnoughData) as caught:
        compare(CR, *_converted(control, treatment))
    assert {(lack.arm, lack.what) for lack in caught.value.missing} == lacks


def test_compare__nothing_varies__undefined():
    arm = Aggregates.of_units([{"impressions": 10, "clicks": 1}] * 200)
    with pytest.raises(Undefined):
        compare(CTR, arm, arm)


def test_compare__identical_arms__p_is_one():
    found = compare(RPV, make_arm(), make_arm())
    assert (found.difference, found.p, found.log10_p) == (0.0, 1.0, 0.0)


def test_compare__broken_banner__logarithm_survives_underflow():
    found = compare(CR, *_converted((10_000_000, 1_000_000), (10_000_000, 2_000_000)))
    assert found.p == 0.0
    assert found.log10_p < -80_000
    assert math.isfinite(found.log10_p)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, float("nan")])
def test_compare__impossible_error_rate__refused(alpha):
    with pytest.raises(InvalidInput):
        compare(CR, *_converted((1000, 100), (1000, 100)), alpha=alpha)


def test_compare__stricter_level__wider_interval():
    arms = _converted((1000, 100), (1000, 130))
    wide, narrow = compare(CR, *arms, alpha=0.01), compare(CR, *arms, alpha=0.1)
    assert wide.interval.low < narrow.interval.low < narrow.interval.high < wide.interval.high


COUNTS = st.tuples(st.integers(100, 3000), st.floats(0, 1)).map(
    lambda pair: (pair[0], 5 + round(pair[1] * (pair[0] - 10)))
)
READINGS = st.one_of(
    st.just(Once()),
    st.builds(Planned, looks=st.just(14), look=st.integers(0, 20)),
    st.builds(Open, tau=st.floats(0.003, 0.3)),
)


@given(COUNTS, COUNTS, READINGS, st.sampled_from([0.05, 0.0125]))
def test_compare__any_proportions_and_reading__one_story(old, new, reading, alpha):
    found = compare(CR, *_converted(old, new), alpha=alpha, reading=reading)
    assume(abs(abs(found.statistic) - found.bound) > 1e-9 * found.bound)
    assert found.passed == found.interval.excludes(0) == (abs(found.statistic) > found.bound)
    assert found.p == pytest.approx(math.erfc(abs(found.statistic) / math.sqrt(2)), rel=1e-9)
    if found.lift_interval is None:
        assert found.lift_gap is LiftGap.NOT_MEASURABLE_YET
    else:
        assert found.lift_interval.excludes(0) == found.passed
        assert found.lift_interval.low <= found.lift <= found.lift_interval.high


@pytest.mark.parametrize("key", ["ctr", "revenue_per_visitor", "carts_per_visitor"])
@given(seed=st.integers(0, 10_000), reading=READINGS)
def test_compare__any_reading__same_estimates_and_p_another_reach(key, seed, reading):
    arms = make_arm(seed=seed, n=250), make_arm(seed=seed + 1, n=250, rate=0.13)
    once, found = compare(metric(key), *arms), compare(metric(key), *arms, reading=reading)
    assert (found.p, found.difference, found.statistic) == (once.p, once.difference, once.statistic)
    assert found.bound >= once.bound
    assert found.passed == (abs(found.statistic) > found.bound)


def test_compare__mean_at_a_planned_look__t_with_the_tail_of_the_bound():
    found = compare(RPV, make_arm(seed=1), make_arm(seed=2), reading=Planned(14, 7))
    tail = 2 * stats.norm.sf(Planned(14, 7).bound(1.0, 0.05))
    assert found.bound == pytest.approx(stats.t.isf(tail / 2, found.df), rel=1e-9)


def test_comparison__result__frozen():
    found = compare(CR, *_converted((1000, 100), (1000, 130)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.p = 0.0
