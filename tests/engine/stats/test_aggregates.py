"""Aggregates are exact and add."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import MOMENTS, PAIRS, TOTALS, Aggregates, total

UNIT = st.fixed_dictionaries(
    {name: st.integers(0, 10**9 if name == "revenue" else 40) for name in TOTALS}
)
UNITS = st.lists(UNIT, max_size=12)


def test_pairs__contract_of_the_roll_up__order_and_length():
    assert MOMENTS == 64
    assert PAIRS[:3] == (("one", "one"), ("one", "impressions"), ("one", "viewables"))
    assert PAIRS[35] == ("revenue", "revenue")
    assert PAIRS[-1] == ("pre_revenue", "pre_revenue")


@given(UNITS, UNITS, UNITS)
def test_add__any_units__associative_commutative_and_equal_to_recount(one, two, three):
    a, b, c = (Aggregates.of_units(units) for units in (one, two, three))
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert total([a, b, c]).moments() == Aggregates.of_units(one + two + three).moments()


@given(UNITS)
def test_moments__written_and_read__unchanged(units):
    arm = Aggregates.of_units(units)
    assert Aggregates.from_moments(arm.moments()) == arm
    assert Aggregates.from_moments([Decimal(m) for m in arm.moments()]) == arm


def test_add__empty__changes_nothing():
    arm = Aggregates.of_converted(10, 2)
    assert arm + Aggregates() == arm == Aggregates() + arm
    assert total([]) == Aggregates()


def test_add__different_totals__refused():
    with pytest.raises(InvalidInput):
        Aggregates.of_converted(10, 2) + Aggregates.of_impressions(10, 2)


@given(st.lists(UNIT, min_size=2, max_size=12))
def test_covariance__any_units__exact_to_the_last_bit(units):
    arm, n = Aggregates.of_units(units), len(units)
    means = {name: Fraction(sum(u[name] for u in units), n) for name in ("revenue", "clicks")}
    scatter = sum(
        (u["revenue"] - means["revenue"]) * (u["clicks"] - means["clicks"]) for u in units
    )
    assert arm.covariance("revenue", "clicks") == float(scatter / (n - 1))
    assert arm.mean("revenue") == float(means["revenue"])


def test_variance__mean_far_above_spread__no_digit_lost():
    arm = Aggregates.of_units([{"revenue": 10**17 + i} for i in range(5)])
    assert arm.variance("revenue") == 2.5


@pytest.mark.parametrize("moments", [[1] * 36, [0.5] * 64])
def test_from_moments__wrong_shape_or_fractions__refused(moments):
    with pytest.raises(InvalidInput):
        Aggregates.from_moments(moments)


def test_sum__total_not_recorded__named_not_zero():
    arm = Aggregates.of_converted(10, 2)
    with pytest.raises(Undefined) as caught:
        arm.sum("clicks")
    assert caught.value.field == "clicks"
    with pytest.raises(Undefined):
        arm.product("clicks", "converted")


def test_statistics__no_unit_or_only_one__not_enough():
    with pytest.raises(NotEnoughData):
        Aggregates().mean("clicks")
    with pytest.raises(NotEnoughData):
        Aggregates.of_units([{"clicks": 1}]).variance("clicks")


@pytest.mark.parametrize(("whole", "part"), [(1, 2), (5, -1)])
def test_constructors__impossible_counts__refused(whole, part):
    with pytest.raises(InvalidInput):
        Aggregates.of_converted(whole, part)
    with pytest.raises(InvalidInput):
        Aggregates.of_impressions(whole, part)


def test_of_units__unknown_total__refused():
    with pytest.raises(InvalidInput):
        Aggregates.of_units([{"klicks": 1}])
