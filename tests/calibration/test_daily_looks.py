"""Reading every day for sixty days: error, power, visitors who return; the full form."""

import numpy as np
import pytest

from engine.stats.reading import ONCE, Open
from engine.stats.sequential import bounds
from tests.engine.stats import looks, statements

pytestmark = pytest.mark.nightly
PATHS, CHUNK = 100_000, 10_000
BOTH = pytest.mark.parametrize(
    "reading", [statements.PLAN, statements.ENDLESS], ids=["plan", "open"]
)


def _mean(measure):
    return np.mean([measure(seed) for seed in range(PATHS // CHUNK)])


@BOTH
def test_compare__no_effect__at_most_five_percent(reading):
    found = _mean(lambda seed: statements.daily_false_alarms(reading, paths=CHUNK, seed=seed))
    assert found <= statements.allowed(PATHS)


def test_compare__no_effect_and_no_protection__every_third():
    found = _mean(lambda seed: statements.daily_false_alarms(ONCE, paths=CHUNK, seed=seed))
    assert found == pytest.approx(0.335, abs=0.01)


@pytest.mark.parametrize(
    ("reading", "least"),
    [(statements.PLAN, 0.75), (statements.ENDLESS, 0.50)],
    ids=["plan", "open"],
)
def test_compare__size_of_one_look__power(reading, least):
    assert _mean(lambda s: statements.daily_power(reading, paths=CHUNK, seed=s)) >= least


@BOTH
def test_inflation__inflated_size__eighty_percent(reading):
    factor = reading.inflation()
    found = _mean(lambda s: statements.daily_power(reading, paths=CHUNK, inflation=factor, seed=s))
    assert found == pytest.approx(0.80, abs=0.005)


def user_clock(totals):
    limits = bounds(looks.LOOKS)
    shares = looks.users_so_far(totals) * looks.LOOKS
    return np.array([limits[max(1, round(share)) - 1] for share in shares])


@pytest.mark.parametrize("cell", looks.CELLS)
def test_compare__visitors_who_return__calendar_and_variance_clocks_hold(cell):
    """Fixed populations are split again and again, so a cell carries noise of its ten of them."""
    readings = {"plan": statements.PLAN, "open": Open(0.002), "users": user_clock}
    rng = np.random.default_rng(5)
    found = looks.returning(rng, cell=cell, readings=readings, populations=10, runs=500)
    assert found["plan"] <= statements.allowed(5_000)
    assert found["open"] <= statements.allowed(5_000)
    if "week" in cell:
        assert found["users"] > 0.08  # the clock that counts users is wrong here


@pytest.mark.parametrize(
    ("kind", "runs"),
    [("many events", 400_000), ("few events", 400_000), ("mean", 40_000), ("ratio", 20_000)],
)
def test_compare__with_effect__intervals_cover_the_truth(kind, runs):
    found = statements.coverage(kind, runs=runs)
    assert all(0.945 <= share <= 0.955 for share in found.values()), found


def test_compare__ramp__within_days_five_percent_where_totals_err():
    within, pooled = statements.ramp_false_alarms(runs=4_000)
    assert within <= 0.055
    assert pooled > 0.5


def test_compare__few_events__lift_errs_as_often_to_both_sides():
    above, below = statements.lift_misses(runs=200_000)
    assert 0.02 <= min(above, below) <= max(above, below) <= 0.027
