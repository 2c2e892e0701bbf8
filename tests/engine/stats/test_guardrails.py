"""Guardrails: limit and test are one, harm is more than was agreed, control's noise counts."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.guardrails import Safety, check
from engine.stats.inference import LiftGap
from engine.stats.metrics import CATALOGUE, metric
from tests.engine.stats.arms import make_arm

CR, CTR, RPV = metric("conversion_rate"), metric("ctr"), metric("revenue_per_visitor")
COUNTS = st.tuples(st.integers(100, 50_000), st.floats(0.01, 0.99))


def _converted(*pairs):
    return [Aggregates.of_converted(n, converted) for n, converted in pairs]


@given(COUNTS, COUNTS, st.floats(0.005, 0.5), st.sampled_from([0.01, 0.05]))
def test_check__proportions__low_is_above_the_margin_exactly_when_p_is_small(a, b, margin, alpha):
    arms = _converted(*((n, min(max(round(n * p), 5), n - 5)) for n, p in (a, b)))
    found = check(CR, *arms, margin=margin, alpha=alpha)
    assume(abs(found.p - alpha) > 1e-7)
    assert (found.low > -margin) == (found.p < alpha) == (found.safety is Safety.SAFE)
    assert found.low < found.lift < found.high


@pytest.mark.parametrize("key", ["ctr", "revenue_per_visitor", "orders_per_click"])
@given(seed=st.integers(0, 5000), margin=st.floats(0.01, 0.4), rate=st.floats(0.06, 0.14))
def test_check__means_and_ratios__low_and_p_tell_one_story(key, seed, margin, rate):
    arms = make_arm(seed=seed, n=300), make_arm(seed=seed + 1, n=200, rate=rate)
    found = check(metric(key), *arms, margin=margin)
    assume(found.gap is None)
    assume(abs(found.p - 0.05) > 1e-9)
    assert (found.low > -margin) == (found.p < 0.05) == (found.safety is Safety.SAFE)
    assert found.low < found.lift < found.high


def test_check__proportions__limits_are_the_score_limits_of_statsmodels():
    found = check(CR, *_converted((4000, 120), (1000, 25)), margin=0.05)
    low, high = confint_proportions_2indep(
        25, 1000, 120, 4000, compare="ratio", method="score", alpha=0.1, correction=False
    )
    assert (found.low + 1, found.high + 1) == pytest.approx((low, high), rel=1e-5)


def test_check__revenue__ratio_of_means_with_the_controls_own_noise():
    old, new = make_arm(seed=1, n=900), make_arm(seed=2, n=900)
    found = check(RPV, old, new, margin=0.1)
    error = math.sqrt(new.variance("revenue") / new.n + 0.81 * old.variance("revenue") / old.n)
    z = (new.mean("revenue") - 0.9 * old.mean("revenue")) / error
    assert found.p == pytest.approx(stats.t.sf(z, 899), rel=1e-9)


@pytest.mark.parametrize(
    ("treatment", "safety"),
    [
        (100_000, Safety.SAFE),  # unchanged
        (98_000, Safety.SAFE),  # fell for certain, by 2 % of the agreed 5 %
        (95_100, Safety.UNCLEAR),  # fell for certain, perhaps by too much
        (94_900, Safety.HARMED),
        (80_000, Safety.HARMED),
    ],
)
def test_check__large_arms__harm_is_what_was_not_agreed(treatment, safety):
    arms = _converted((1_000_000, 100_000), (1_000_000, treatment))
    assert check(CR, *arms, margin=0.05).safety is safety


def test_check__small_arms_beyond_the_margin__unclear_until_the_fall_is_certain():
    found = check(CR, *_converted((1000, 100), (1000, 90)), margin=0.05)
    assert found.lift == pytest.approx(-0.1)
    assert found.safety is Safety.UNCLEAR


@pytest.mark.parametrize("one", CATALOGUE.values(), ids=lambda one: one.key)
def test_check__every_metric__wider_margin_is_easier(one):
    arms = make_arm(seed=3, n=900), make_arm(seed=4, n=900)
    p = [check(one, *arms, margin=margin).p for margin in (0.01, 0.05, 0.2)]
    assert p == sorted(p, reverse=True)


def test_check__control_lost_in_noise__named_not_guessed():
    rows = [{"revenue": 0, "converted": 1}] * 999 + [{"revenue": 10**9, "converted": 1}]
    arm = Aggregates.of_units(rows)
    found = check(RPV, arm, arm, margin=0.05)
    assert (found.safety, found.gap) == (Safety.UNCLEAR, LiftGap.NOT_MEASURABLE_YET)
    assert found.low is found.high is found.p is None


def test_check__control_without_revenue__named():
    rows = [{"revenue": 0, "converted": 1}] * 1000
    found = check(RPV, Aggregates.of_units(rows), make_arm(), margin=0.05)
    assert (found.lift, found.gap) == (None, LiftGap.CONTROL_NOT_POSITIVE)


def test_check__too_little_or_nothing_varies__named():
    with pytest.raises(NotEnoughData):
        check(CR, *_converted((1000, 100), (1000, 4)), margin=0.05)
    still = Aggregates.of_units([{"impressions": 10, "clicks": 1}] * 200)
    with pytest.raises(Undefined):
        check(CTR, still, still, margin=0.05)


@pytest.mark.parametrize(("margin", "alpha"), [(0, 0.05), (1, 0.05), (0.05, 0.5), (0.05, 0)])
def test_check__impossible_margin_or_level__refused(margin, alpha):
    with pytest.raises(InvalidInput):
        check(CR, *_converted((1000, 100), (1000, 100)), margin=margin, alpha=alpha)
