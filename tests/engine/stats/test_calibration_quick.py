"""A small version of `tests/calibration`, for every commit."""

import numpy as np
import pytest

from engine.stats.reading import ONCE, Open
from tests.engine.stats import looks, statements
from tests.engine.stats.clicks import false_alarms, population, splits


def test_compare__no_effect_clustered_clicks__delta_holds_where_impressions_fail():
    rng = np.random.default_rng(20)
    pairs = (pair for _ in range(4) for pair in splits(rng, population(rng, users=4000), runs=500))
    p_values, naive = false_alarms(pairs)
    delta = sum(p < 0.05 for p in p_values) / len(p_values)
    assert 0.035 < delta < 0.065  # three standard errors of 2,000 runs
    assert naive > 0.10


@pytest.mark.parametrize("reading", [statements.PLAN, statements.ENDLESS], ids=repr)
def test_compare__sixty_daily_looks_without_effect__at_most_five_percent(reading):
    found = statements.daily_false_alarms(reading, paths=6_000)
    assert found <= statements.allowed(6_000)


def test_compare__sixty_daily_looks_of_a_single_look__every_third_is_wrong():
    assert statements.daily_false_alarms(ONCE, paths=2_000) > 0.30


@pytest.mark.parametrize(
    ("reading", "least"),
    [(statements.PLAN, 0.75), (statements.ENDLESS, 0.50)],
    ids=["plan", "open"],
)
def test_compare__effect_planned_for_one_look__power_of_each_reading(reading, least):
    assert statements.daily_power(reading, paths=6_000) >= least


@pytest.mark.parametrize("reading", [statements.PLAN, statements.ENDLESS], ids=["plan", "open"])
def test_inflation__applied_to_the_size__eighty_percent_again(reading):
    found = statements.daily_power(reading, paths=4_000, inflation=reading.inflation())
    assert found == pytest.approx(0.80, abs=0.02)


@pytest.mark.parametrize("cell", looks.CELLS)
def test_compare__visitors_who_return__daily_looks_hold(cell):
    readings = {"plan": statements.PLAN, "open": Open(0.002), "once": ONCE}
    rng = np.random.default_rng(5)
    found = looks.returning(rng, cell=cell, readings=readings, populations=2, runs=200)
    assert max(found["plan"], found["open"]) <= statements.allowed(400)
    assert found["once"] > 0.20


@pytest.mark.parametrize("kind", ["many events", "few events", "mean"])
def test_compare__with_effect__intervals_cover_the_truth(kind):
    found = statements.coverage(kind, runs=20_000)
    assert all(0.945 <= share <= 0.955 for share in found.values()), found


def test_compare__ramp_without_effect__within_days_holds_where_totals_err():
    within, pooled = statements.ramp_false_alarms(runs=150)
    assert within <= statements.allowed(150)
    assert pooled > 0.5


def test_compare__few_events__lift_errs_as_often_to_both_sides():
    above, below = statements.lift_misses(runs=10_000)
    assert max(above, below) <= statements.allowed(10_000, rate=0.025)


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_cuped__no_effect__five_percent_and_the_saving_of_the_formula(rho):
    alarms, off = statements.adjusted_false_alarms(rho=rho, runs=1_000)
    assert alarms <= statements.allowed(1_000)
    assert off <= 0.02


def test_guardrail__worse_by_the_margin__called_safe_in_five_percent_and_beyond_it_never():
    assert statements.called_safe(fall=0.05, runs=1_000) <= statements.allowed(1_000)
    assert statements.called_safe(fall=0.15, runs=300) == 0


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1)])
def test_split__sixty_evenings_of_a_sound_split__hardly_ever_an_alarm(shares):
    found = statements.split_alarms(shares=shares, runs=300)
    assert found <= statements.allowed(300, rate=0.0125)


def test_race__lifts_as_the_prior_says__loss_comes_as_told():
    told, so = statements.regret(runs=400)
    assert told == pytest.approx(so, rel=0.15)


def test_shrink__lifts_that_passed_a_test__no_larger_than_they_are():
    assert statements.exaggeration(runs=20_000) == pytest.approx(1.0, abs=0.03)


def test_benjamini_hochberg__three_of_ten_real__one_find_in_twenty_is_none():
    assert statements.false_finds(runs=1_000) <= statements.allowed(1_000)
