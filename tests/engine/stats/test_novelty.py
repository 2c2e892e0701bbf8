"""An effect that wears off is warned of; one that stays mostly is not."""

import numpy as np
import pytest

from engine.errors import InvalidInput, NotEnoughData, Shortage
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.inference import Interval, LiftGap
from engine.stats.metrics import metric
from engine.stats.novelty import AgePoint, by_age, steady
from tests.engine.stats.returning import ages

CTR = metric("ctr")


def test_by_age__each_day__the_fixed_comparison_of_that_day():
    rng = np.random.default_rng(1)
    old, new = ages(rng, users=2000, lifts=[0.0] * 5), ages(rng, users=2000, lifts=[0.2] * 5)
    points = by_age(CTR, old, new)
    assert [p.since for p in points] == [0, 1, 2, 3, 4]
    for point in points:
        same = compare(CTR, old[point.since], new[point.since])
        assert point.lift == pytest.approx(same.lift)
        assert point.interval.low == pytest.approx(same.lift_interval.low)
        assert (point.n_control, point.n_treatment) == (same.control.n, same.treatment.n)


def test_by_age__day_of_one_arm_only_or_too_small__named():
    old = {0: Aggregates.of_impressions(1000, 100), 3: Aggregates.of_impressions(500, 3)}
    first, second = by_age(CTR, old, {0: Aggregates.of_impressions(1000, 120)})
    assert (first.gap, second.gap) == (None, "not-enough-data")
    assert second.lift is second.interval is None
    assert Shortage("treatment", "units", 0, 100) in second.missing
    assert Shortage("control", "clicks", 3, 5) in second.missing


def test_by_age__nobody__no_point():
    assert by_age(CTR, {}, {}) == ()


def test_by_age__control_in_noise__lift_without_interval():
    old = Aggregates.of_units([{"impressions": 1}] * 200 + [{"impressions": 50, "clicks": 50}])
    (point,) = by_age(CTR, {0: old}, {0: Aggregates.of_impressions(1000, 120)})
    assert point.lift is not None
    assert (point.interval, point.gap) == (None, LiftGap.NOT_MEASURABLE_YET)


def test_steady__effect_that_wears_off__warned():
    rng = np.random.default_rng(2)
    fading = [0.6, 0.5, 0.4, 0.2, 0.1, 0.0, 0.0, -0.1, -0.1]
    old, new = ages(rng, users=6000, lifts=[0.0] * 9), ages(rng, users=6000, lifts=fading)
    found = steady(by_age(CTR, old, new))
    assert not found.steady
    assert found.first > found.last
    assert found.z < -1.96


@pytest.mark.parametrize("stay", [0.75, 0.97])
def test_steady__effect_that_stays__warned_no_more_often_than_said(stay):
    rng = np.random.default_rng(3)
    crowd = {"users": 1500, "icc": 0.05, "per_day": 6.0, "stay": stay}
    warned = sum(
        not steady(by_age(CTR, *(ages(rng, lifts=[x] * 9, **crowd) for x in (0.0, 0.2)))).steady
        for _ in range(300)
    )
    assert warned / 300 <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5


def test_steady__opposite_thirds_that_both_exclude_zero__always_warned():
    days = [_day(i, lift) for i, lift in enumerate((0.021, 0.0, -0.021))]
    assert not steady(days).steady


def test_steady__fewer_than_three_days_with_a_lift__not_enough():
    days = [_day(0, 0.1), _day(1, 0.1), AgePoint(2, 9, 9, gap="not-enough-data")]
    with pytest.raises(NotEnoughData) as caught:
        steady(days)
    assert caught.value.missing == (Shortage("", "days", 2, 3),)


def _day(since, lift):
    return AgePoint(since, 900, 900, lift, Interval(lift - 0.02, lift + 0.02, 0.95))


def test_by_age__impossible_error_rate__refused():
    with pytest.raises(InvalidInput):
        by_age(CTR, {}, {}, alpha=1)
