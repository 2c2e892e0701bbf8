"""How an experiment is read: which bound holds when, and what it costs."""

import pytest

from engine.errors import InvalidInput, Undefined
from engine.stats.reading import Once, Open, Planned
from engine.stats.sequential import bounds, multiplier
from engine.stats.tails import normal_quantile


def test_once__any_look__normal_quantile():
    assert Once().at(30).bound(0.0, 0.01) == normal_quantile(0.01)


def test_planned__each_look__its_own_bound():
    limits = bounds(14)
    assert [Planned(14, 0).at(look).bound(1.0, 0.05) for look in range(1, 15)] == list(limits)


def test_planned__before_the_first_day_and_after_the_last__nearest_bound():
    limits = bounds(14)
    assert Planned(14, 0).bound(1.0, 0.05) == limits[0]
    assert Planned(14, 40).bound(1.0, 0.05) == limits[-1]


def test_planned__share_of_the_error__holm_steps_have_higher_bounds():
    plan = Planned(14, 10)
    assert plan.bound(1.0, 0.05 / 3) > plan.bound(1.0, 0.05 / 2) > plan.bound(1.0, 0.05)


def test_open__any_look__multiplier_of_the_variance():
    assert Open(0.01).at(7).bound(1e-6, 0.05) == multiplier(1e-6, tau=0.01)


def test_open__nothing_varies__named():
    with pytest.raises(Undefined):
        Open(0.01).bound(0.0, 0.05)


@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan"), float("inf")])
def test_open__no_effect_to_look_for__refused(tau):
    with pytest.raises(InvalidInput):
        Open(tau)


@pytest.mark.parametrize(("looks", "look"), [(0, 0), (-1, 1), (14, -1)])
def test_planned__impossible_plan__refused(looks, look):
    with pytest.raises(InvalidInput):
        Planned(looks, look)


@pytest.mark.parametrize("reading", [Once(), Planned(14, 3)])
@pytest.mark.parametrize("alpha", [0.0, 1.0, float("nan")])
def test_bound__impossible_error_rate__refused(reading, alpha):
    with pytest.raises(InvalidInput):
        reading.bound(1.0, alpha)


@pytest.mark.parametrize(
    ("reading", "low", "high"),
    [
        (Once(), 1.0, 1.0),
        (Planned(1, 0), 1.0, 1.0),
        (Planned(5, 0), 1.02, 1.03),
        (Planned(60, 0), 1.05, 1.06),
        (Open(0.02), 1.65, 1.75),
    ],
)
def test_inflation__each_reading__what_simulation_found(reading, low, high):
    """1.05 and 1.70 are the sample factors of 600,000 simulated paths of sixty looks."""
    assert low <= reading.inflation() <= high


@pytest.mark.parametrize("power", [0.05, 1.0, 0.01])
@pytest.mark.parametrize("reading", [Planned(14, 0), Open(0.02)])
def test_inflation__power_not_above_the_error__refused(reading, power):
    with pytest.raises(InvalidInput):
        reading.inflation(power=power)
