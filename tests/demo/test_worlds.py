import itertools

import pytest

from demo.worlds import CONTROL, HIGHEST_LIFT, KINDS, TREATMENT, World


def test_world__any_lift__ratio_of_click_rates_is_exactly_the_lift():
    for lift in (-0.5, 0.0, 0.2, 1.0):
        world = World(lift, seed=1)
        ratio = world.click_rate(TREATMENT) / world.click_rate(CONTROL) - 1
        assert ratio == pytest.approx(lift, abs=1e-12)


def test_world__highest_lift__no_propensity_above_one():
    factor = World(HIGHEST_LIFT, seed=1).factor(TREATMENT)
    assert max(kind.propensity for kind in KINDS) * factor <= 1 + 1e-12


def test_world__too_high_a_lift__refused():
    with pytest.raises(ValueError, match="lift"):
        World(HIGHEST_LIFT + 0.01, seed=1)


def test_world__same_seed__same_lives():
    lives = [list(itertools.islice(World(0.2, 7).lives("b"), 50)) for _ in range(2)]
    assert lives[0] == lives[1]


@pytest.mark.parametrize("variant", [CONTROL, TREATMENT])
def test_world__many_lives__click_rate_as_declared(variant):
    world = World(0.2, seed=3)
    lives = list(itertools.islice(world.lives(variant), 60_000))
    shown = sum(len(life.visits) for life in lives)
    clicked = sum(visit.click for life in lives for visit in life.visits)
    # Visits of one shopper belong together, so this bound is wider than the binomial one.
    assert clicked / shown == pytest.approx(world.click_rate(variant), rel=0.04)


def test_kinds__shares__add_to_one():
    assert sum(kind.share for kind in KINDS) == pytest.approx(1)
