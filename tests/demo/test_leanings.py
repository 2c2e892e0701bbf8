import pytest

from demo.leanings import HIGHEST_RATE, Leaning, LeaningWorld, bandit_world
from demo.loop_worlds import INDIFFERENT, KITCHEN, NEITHER, OWN, SHARES, SHOES, personal_world

RATES = {"a": 0.04, "b": 0.1, "c": 0.16}


def test_bandit_world__pooled_rates__are_exactly_the_declared_ones():
    world = bandit_world(RATES, seed=1)
    assert {name: world.rate(name) for name in world.variants} == pytest.approx(RATES, abs=1e-12)
    assert world.even == pytest.approx(0.1)


def test_bandit_world__too_high_a_rate__refused():
    with pytest.raises(ValueError, match="pooled rate"):
        bandit_world({"a": HIGHEST_RATE + 0.01}, seed=1)


def test_bandit_world__many_visits__clicks_as_declared():
    (calls,) = bandit_world(RATES, seed=4).rounds(60_000, 1)
    clicked = sum(call.luck < call.leaning.rates["c"] for call in calls)
    # Visits of one shopper belong together, so this bound is wider than the binomial one.
    assert clicked / len(calls) == pytest.approx(RATES["c"], rel=0.04)


def test_rounds__same_seed__same_visits_and_none_lost():
    rounds = [list(bandit_world(RATES, seed=7).rounds(1_003, 12)) for _ in range(2)]
    assert rounds[0] == rounds[1]
    assert [call.number for calls in rounds[0] for call in calls] == list(range(1_003))
    assert {len(calls) for calls in rounds[0]} == {83, 84}


def test_rounds__shopper_comes_back__is_of_the_same_kind():
    (calls,) = bandit_world(RATES, seed=7).rounds(500, 1)
    assert len({(call.shopper, call.leaning.key) for call in calls}) == len(
        {call.shopper for call in calls}
    )
    assert len({call.shopper for call in calls}) < 320


def test_chosen__own_banner_for_each_kind__worth_of_the_table():
    world = personal_world(
        ["plain", "boots", "pots"], {SHOES: ["boots"], KITCHEN: ["pots"]}, seed=1
    )
    assert world.chosen({}) == pytest.approx(world.even)
    neither = SHARES[NEITHER] * INDIFFERENT
    best = world.chosen({SHOES: {"boots": 1}, KITCHEN: {"pots": 2}})
    assert best == pytest.approx((SHARES[SHOES] + SHARES[KITCHEN]) * OWN + neither)


@pytest.mark.parametrize(
    ("leanings", "problem"),
    [
        ([Leaning("a", 1.0, {"x": 1.5})], "between 0 and 1"),
        ([Leaning("a", 0.5, {"x": 0.5})], "add to one"),
        ([Leaning("a", 0.5, {"x": 0.5}), Leaning("b", 0.5, {"y": 0.5})], "same variants"),
        ([Leaning("a", 1.0, {})], "same variants"),
    ],
)
def test_world__table_that_cannot_be__refused(leanings, problem):
    with pytest.raises(ValueError, match=problem):
        LeaningWorld(tuple(leanings), seed=1)
