"""Few events: the intervals of the papers, and one story told by three numbers."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from engine.stats import small
from engine.stats.inference import ArmEstimate, LiftGap

Z = 1.959963984540054


def _share(hits, n):
    return ArmEstimate(n, hits / n, hits / n * (1 - hits / n) / n)


SHARES = st.integers(1, 4000).flatmap(
    lambda n: st.builds(_share, hits=st.integers(0, n), n=st.just(n))
)


@pytest.mark.parametrize(("hits", "n"), [(1, 100), (5, 100_000), (50, 100), (99, 100), (0, 10)])
def test_wilson__any_share__equals_statsmodels(hits, n):
    low, high = proportion_confint(hits, n, method="wilson")
    assert small.wilson(_share(hits, n), Z) == pytest.approx((low, high), rel=1e-10, abs=1e-15)


# Newcombe (1998), table II, method 10.
@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_difference__published_examples__newcombe(one, other, low, high):
    found = small.difference(_share(*other), _share(*one), z=Z, level=0.95)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(SHARES, SHARES)
def test_difference__any_counts__equals_statsmodels(old, new):
    assume(old.n > 1 and new.n > 1)
    found = small.difference(old, new, z=Z, level=0.95)
    hits = [round(arm.value * arm.n) for arm in (new, old)]
    low, high = confint_proportions_2indep(
        hits[0], new.n, hits[1], old.n, method="newcomb", compare="diff"
    )
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9, abs=1e-12)


@given(SHARES, SHARES, st.floats(0.5, 8))
def test_lift__any_counts__limits_are_where_newcombe_of_the_scaled_control_touches_zero(
    old, new, z
):
    assume(old.value > 0)
    _, found, gap = small.lift(old, new, z=z, level=0.95)
    assert gap is None
    (l0, u0), (l1, u1) = small.wilson(old, z), small.wilson(new, z)
    r = found.low + 1
    down = math.hypot(new.value - l1, r * (u0 - old.value))
    assert new.value - r * old.value == pytest.approx(down, rel=1e-7, abs=1e-12)
    r = found.high + 1
    up = math.hypot(u1 - new.value, r * (old.value - l0))
    assert r * old.value - new.value == pytest.approx(up, rel=1e-7, abs=1e-12)


@given(SHARES, SHARES, st.floats(0.5, 8))
def test_small__any_counts__difference_lift_and_p_tell_one_story(old, new, z):
    assume(old.value > 0)
    touches = small.statistic(old, new)
    assume(abs(abs(touches) - z) > 1e-8)
    difference = small.difference(old, new, z=z, level=0.95)
    _, lift, _ = small.lift(old, new, z=z, level=0.95)
    assert difference.excludes(0) == lift.excludes(0) == (abs(touches) > z)


@given(SHARES, SHARES)
def test_statistic__arms_swapped__only_the_sign_changes(old, new):
    assert small.statistic(old, new) == pytest.approx(-small.statistic(new, old), rel=1e-9)


def test_lift__control_without_events__no_lift():
    assert small.lift(_share(0, 100), _share(7, 100), z=Z, level=0.95) == (
        None,
        None,
        LiftGap.CONTROL_NOT_POSITIVE,
    )


@pytest.mark.parametrize(
    ("hits", "n", "few"),
    [(99, 1000, True), (100, 1000, False), (901, 1000, True), (100, 200, False)],
)
def test_is_small__hundred_of_each__the_border(hits, n, few):
    assert small.is_small(_share(500, 1000), _share(hits, n)) is few
