"""Money: straight lines through what units did, checked against brute force and single units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.money import RoiGap, UnitCost, worth
from tests.engine.stats.arms import make_arm
from tests.engine.stats.pasts import of_columns

FREE = UnitCost()
PRICED = UnitCost(media_per_thousand=900, discount=0.1)
PLAN = {"once": 0, "visitors_per_week": 10_000.0, "weeks": 4, "treated_share": 0.5}


def _shop(rng, *, n=4000, share=0.1, seen=4.0):
    impressions = rng.geometric(1 / seen, n)
    bought = rng.random(n) < share * np.minimum(2.0, impressions / seen)
    revenue = np.where(bought, rng.integers(1000, 9000, n), 0)
    return {"impressions": impressions, "revenue": revenue, "converted": bought.astype(int)}


def _worth(old, new, costs=(FREE, PRICED), **plan):
    arms = (of_columns(one) if isinstance(one, dict) else one for one in (old, new))
    return worth(*arms, costs_control=costs[0], costs_treatment=costs[1], **{**PLAN, **plan})


def _per_unit(columns, prices):
    cost = columns["impressions"] * prices.media_per_thousand / 1000
    return columns["revenue"], cost + prices.discount * columns["revenue"]


def test_worth__units_one_by_one__same_gain_cost_and_net():
    rng = np.random.default_rng(1)
    arms = _shop(rng), _shop(rng, share=0.13, n=3000)
    costs = UnitCost(media_per_thousand=400), PRICED
    found = _worth(*arms, costs)
    (r0, c0), (r1, c1) = (_per_unit(arm, price) for arm, price in zip(arms, costs, strict=True))
    for now, then, value, span in (
        (r1, r0, found.gain, found.gain_interval),
        (c1, c0, found.cost, found.cost_interval),
        (r1 - c1, r0 - c0, found.net, found.net_interval),
    ):
        error = (np.var(now, ddof=1) / len(now) + np.var(then, ddof=1) / len(then)) ** 0.5
        assert value == pytest.approx(1e4 * (now.mean() - then.mean()), rel=1e-9)
        assert span.high - span.low == pytest.approx(2e4 * 1.959964 * error, rel=1e-6)
    assert found.net == pytest.approx(found.gain - found.cost)


def test_worth__return__covered_as_often_as_said():
    rng = np.random.default_rng(2)
    truth = _truth(once=20_000)
    covered, runs = 0, 1500
    for _ in range(runs):
        found = _worth(_shop(rng, n=1500), _shop(rng, n=1500, share=0.2), once=20_000)
        covered += found.roi_interval is not None and not found.roi_interval.excludes(truth)
    assert 0.93 <= covered / runs <= 0.97


def _truth(*, once):
    """The return of the test above, from four million visitors."""
    rng = np.random.default_rng(99)
    (r0, _), (r1, c1) = (
        _per_unit(_shop(rng, n=4_000_000, share=share), price)
        for share, price in ((0.1, FREE), (0.2, PRICED))
    )
    revenue, cost = (r1.mean() - r0.mean()) * 4e4, c1.mean() * 4e4 + once
    return (revenue - cost) / cost


def test_worth__only_a_creative_once__return_is_the_gain_over_it():
    old, new = make_arm(seed=1, n=2000), make_arm(seed=2, n=2000, buyers=0.15)
    found = _worth(old, new, (FREE, FREE), once=1_000_000)
    assert (found.cost, found.cost_interval.low, found.cost_interval.high) == (0, 0, 0)
    assert found.roi == pytest.approx(4 * found.gain / 1_000_000 - 1)
    assert found.roi_interval.low == pytest.approx(4 * found.gain_interval.low / 1_000_000 - 1)
    assert found.roi_interval.high == pytest.approx(4 * found.gain_interval.high / 1_000_000 - 1)


def test_worth__nothing_more_is_spent__return_is_named_not_infinite():
    arms = make_arm(seed=1, n=2000), make_arm(seed=2, n=2000)
    for costs, once in (((FREE, FREE), 0), ((PRICED, FREE), 0), ((FREE, FREE), -500)):
        found = _worth(*arms, costs, once=once)
        assert (found.roi, found.roi_interval) == (None, None)
        assert found.roi_gap is RoiGap.NO_EXTRA_COST
    assert _worth(*arms, (PRICED, FREE)).cost < 0


def test_worth__extra_cost_lost_in_noise__return_without_interval():
    rng = np.random.default_rng(3)
    found = _worth(_shop(rng), _shop(rng, share=0.102), (PRICED, PRICED), once=1)
    assert found.roi_gap in (RoiGap.COST_NOT_MEASURABLE_YET, RoiGap.NO_EXTRA_COST)
    assert found.roi_interval is None


@given(seed=st.integers(0, 1000), share=st.floats(0.06, 0.2), k=st.floats(1.5, 4))
def test_worth__any_bound__return_is_sure_exactly_when_net_is(seed, share, k):
    rng = np.random.default_rng(seed)
    bound = {"bound": lambda variance, alpha: k}
    found = _worth(_shop(rng, n=900), _shop(rng, n=900, share=share), **bound)
    if found.roi_interval is not None:
        assert found.roi_interval.excludes(0) == found.net_interval.excludes(0)


@given(seed=st.integers(0, 200))
def test_worth__everybody_treated__waiting_costs_nothing(seed):
    rng = np.random.default_rng(seed)
    arms = _shop(rng, n=900), _shop(rng, n=900)
    half, all_in = _worth(*arms), _worth(*arms, treated_share=1.0)
    assert half.waiting >= 0 == all_in.waiting


def test_worth__waiting__mean_of_what_could_be_won_under_the_belief():
    """Revenue only: the lift is N(0, 10 %) before, and the data draws it."""
    rng = np.random.default_rng(4)
    arms = _shop(rng), _shop(rng, share=0.11)
    found = _worth(*arms, (FREE, FREE))
    (r0, _), (r1, _) = (_per_unit(arm, FREE) for arm in arms)
    variance = np.var(r1, ddof=1) / len(r1) + np.var(r0, ddof=1) / len(r0)
    gain, base = r1.mean() - r0.mean(), r0.mean()
    lifts = rng.normal(0, 0.1, 1_000_000)
    weight = np.exp(-((gain - lifts * base) ** 2) / (2 * variance))
    mine = np.average(np.maximum(lifts * base, 0), weights=weight) * 1e4 * 0.5
    assert found.waiting == pytest.approx(mine, rel=0.03)


def test_worth__hopeless_treatment__waiting_costs_next_to_nothing_and_is_not_negative():
    rng = np.random.default_rng(5)
    found = _worth(_shop(rng, n=50_000), _shop(rng, n=50_000, share=0.05))
    assert 0 <= found.waiting < 1e-3


def test_worth__too_little_or_nothing_recorded__named():
    with pytest.raises(NotEnoughData):
        _worth(make_arm(n=90), make_arm(n=900))
    with pytest.raises(Undefined):
        _worth(Aggregates.of_converted(1000, 100), Aggregates.of_converted(1000, 100))
    with pytest.raises(Undefined):
        _worth(*[Aggregates.of_units([{"revenue": 5, "converted": 1}] * 200)] * 2)


@pytest.mark.parametrize(
    "wrong",
    [{"weeks": 0}, {"visitors_per_week": 0}, {"treated_share": 1.1}, {"alpha": 0}],
)
def test_worth__impossible_plan__refused(wrong):
    with pytest.raises(InvalidInput):
        _worth(make_arm(), make_arm(), **wrong)


@pytest.mark.parametrize("prices", [{"media_per_thousand": -1}, {"discount": 1.5}])
def test_unit_cost__impossible_price__refused(prices):
    with pytest.raises(InvalidInput):
        UnitCost(**prices)
