"""Comparisons within days: equal to the plain one where there is one, right where it is wrong."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats import frequentist, series, stratified
from engine.stats.aggregates import Aggregates, total
from engine.stats.inference import Method
from engine.stats.metrics import CATALOGUE, Kind, metric
from tests.engine.stats.arms import make_arm
from tests.engine.stats.clicks import CTR, ramp

START = dt.date(2026, 11, 1)
RATE = metric("conversion_rate")


def days(*arms: Aggregates) -> dict[dt.date, Aggregates]:
    return {START + dt.timedelta(place): arm for place, arm in enumerate(arms)}


def converted(*pairs: tuple[int, int]) -> dict[dt.date, Aggregates]:
    return days(*(Aggregates.of_converted(n, hits) for n, hits in pairs))


@pytest.mark.parametrize(
    "key", [m.key for m in CATALOGUE.values() if m.kind is not Kind.PROPORTION]
)
def test_compare__one_stratum__equals_the_plain_comparison(key):
    old, new = make_arm(n=900, seed=1), make_arm(n=800, seed=2, rate=0.12)
    plain = frequentist.compare(CATALOGUE[key], old, new)
    found = stratified.compare(CATALOGUE[key], days(old), days(new))
    assert found.method is Method.STRATIFIED
    for name in ("difference", "statistic", "df", "p", "lift", "standard_error"):
        assert getattr(found, name) == pytest.approx(getattr(plain, name)), name
    for name in ("interval", "lift_interval"):
        one, other = getattr(found, name), getattr(plain, name)
        assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_compare__two_days_of_shares__equal_the_sum_by_hand():
    old = converted((1000, 200), (500, 50))
    new = converted((500, 120), (1000, 150))
    found = stratified.compare(RATE, old, new)
    # Both days have 1,500 visitors: half of (24 % - 20 %) and half of (15 % - 10 %).
    variance = 0.25 * (0.2 * 0.8 / 1000 + 0.24 * 0.76 / 500 + 0.1 * 0.9 / 500 + 0.15 * 0.85 / 1000)
    assert found.difference == pytest.approx(0.045)
    assert found.standard_error == pytest.approx(math.sqrt(variance))
    assert found.statistic == pytest.approx(0.045 / math.sqrt(variance))
    assert (found.control.value, found.treatment.value) == pytest.approx((0.15, 0.195))
    assert found.lift == pytest.approx(0.3)
    reach = 1.959964 * math.sqrt(variance)
    assert found.interval.high == pytest.approx(0.045 + reach)
    assert found.lift_interval.excludes(0)


def test_compare__ramp_while_clicks_fall__is_right_where_totals_are_wrong():
    old, new = ramp(np.random.default_rng(4), runs=1)[0]
    plain = frequentist.compare(CTR, total(old.values()), total(new.values()))
    found = stratified.compare(CTR, old, new)
    assert plain.p < 1e-4
    assert found.p > 0.05
    assert not found.interval.excludes(0)


def test_compare__ramp_again_and_again__totals_nearly_always_wrong():
    pairs = ramp(np.random.default_rng(8), runs=40)
    assert sum(stratified.compare(CTR, *pair).p < 0.05 for pair in pairs) <= 6
    totals = [(total(old.values()), total(new.values())) for old, new in pairs]
    assert sum(frequentist.compare(CTR, *pair).p < 0.05 for pair in totals) >= 36


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400), st.booleans()), min_size=1, max_size=20
    )
)
def test_strata__any_days__drop_nobody_and_each_stands(sizes):
    old = {START + dt.timedelta(i): _some(n) for i, (n, _, _) in enumerate(sizes)}
    new = {START + dt.timedelta(i): _some(n) for i, (_, n, there) in enumerate(sizes) if there}
    found = stratified.strata(RATE, old, new)
    assert sum(part.control.n for part in found) == total(old.values()).n
    assert sum(part.treatment.n for part in found) == total(new.values()).n
    if len(found) > 1:
        assert all(min(part.control.n, part.treatment.n) >= 100 for part in found)


def _some(n: int) -> Aggregates:
    return Aggregates.of_converted(n, n // 3)


def test_strata__rare_events__take_as_many_days_as_twenty_of_them_need():
    arm = converted(*[(1000, 4)] * 12)
    assert [part.n for part in stratified.strata(RATE, arm, arm)] == [10_000, 14_000]


def test_strata__clicks_moved_between_arms__leave_the_borders_where_they_are():
    # A border that followed the events would favour the arm that is just ahead.
    one = converted((500, 90), (500, 10), (500, 50), (500, 50))
    other = converted((500, 10), (500, 90), (500, 50), (500, 50))
    assert [p.n for p in stratified.strata(RATE, one, other)] == [
        p.n for p in stratified.strata(RATE, other, one)
    ]


def test_strata__day_without_one_arm__joins_its_neighbour():
    old, new = converted((500, 50), (500, 50), (500, 50)), converted((500, 60))
    found = stratified.strata(RATE, old, new)
    assert [(part.control.n, part.treatment.n) for part in found] == [(1500, 500)]


def test_strata__empty_denominator_on_a_day__joins_its_neighbour():
    key = metric("average_order_value")
    full, none = make_arm(n=600, buyers=0.3), make_arm(n=600, buyers=0.0)
    found = stratified.strata(key, days(none, full), days(full, full))
    assert len(found) == 1


def test_compare__too_little__says_which_arm_lacks_what():
    with pytest.raises(NotEnoughData) as refused:
        stratified.compare(RATE, converted((40, 8), (40, 8)), converted((400, 80)))
    assert [(lack.arm, lack.have) for lack in refused.value.missing] == [("control", 80)]


def test_compare__no_units_at_all__not_enough():
    with pytest.raises(NotEnoughData):
        stratified.compare(RATE, {}, {})


def test_compare__nothing_varies__undefined():
    one = Aggregates.of_units([{"impressions": 2, "clicks": 1}] * 200)
    with pytest.raises(Undefined):
        stratified.compare(CTR, days(one), days(one))


def test_compare__total_not_recorded__undefined():
    with pytest.raises(Undefined):
        stratified.compare(CTR, converted((500, 50)), converted((500, 50)))


@pytest.mark.parametrize("alpha", [0, 1, -0.1])
def test_compare__impossible_error_rate__refused(alpha):
    with pytest.raises(InvalidInput):
        stratified.compare(RATE, converted((500, 50)), converted((500, 50)), alpha=alpha)


def test_series__stratified__ends_where_the_comparison_stands():
    old, new = ramp(np.random.default_rng(4), runs=1)[0]
    points = series.cumulative(CTR, old, new, tau=0.003, stratified=True)
    found = stratified.compare(CTR, old, new)
    assert points[-1].lift == pytest.approx(found.lift)
    assert points[-1].interval.low == pytest.approx(found.lift_interval.low)
    assert points[-1].n_treatment == found.treatment.n
    assert points[0].gap == "not-enough-data"
