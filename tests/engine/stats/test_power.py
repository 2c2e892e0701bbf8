"""Plans: worked examples, inverses, refusals."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput, NotEnoughData
from engine.stats import power
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import value
from engine.stats.metrics import metric
from engine.stats.reading import ONCE, Open, Planned
from tests.engine.stats.arms import make_arm


@pytest.mark.parametrize(
    ("baseline", "difference", "wanted", "units"),
    [
        (0.50, 0.25, 0.9, 77),  # R ?power.prop.test: n = 76.7
        (0.20, 0.05, 0.8, 1094),
        (0.05, 0.0025, 0.8, 122_124),
        (0.03, 0.003, 0.8, 53_211),
    ],
)
def test_sample_size_proportions__published_examples__rounded_up(
    baseline, difference, wanted, units
):
    assert power.sample_size_proportions(baseline, difference, power=wanted) == units


def test_sample_size_proportions__worked_examples__equal(shared_data):
    examples = json.loads((shared_data / "vectors" / "worked_examples_visible.json").read_text())
    for row in examples["sample_size_by_formula"]:
        found = power.sample_size_proportions(
            row["baseline"], row["mde_abs"], alpha=row["alpha_two_sided"], power=row["power"]
        )
        assert found == math.ceil(row["n_per_arm"]["R_power_prop_test_pooled_null"])


def test_sample_size_proportions__fall_instead_of_rise__mirror_image():
    falls = power.sample_size_proportions(0.25, -0.05)
    assert falls == power.sample_size_proportions(0.20, 0.05)


@given(st.floats(0.001, 0.6), st.integers(200, 10**7))
def test_mde_proportions__planned_with_it__needs_those_units(baseline, units):
    rise = power.mde_proportions(baseline, units)
    assert baseline + rise < 1
    assert power.sample_size_proportions(baseline, rise) == pytest.approx(units, abs=2)


@given(st.floats(0.01, 1e5), st.integers(10, 10**7))
def test_mde_means__planned_with_it__needs_those_units(sigma, units):
    difference = power.mde_means(sigma, units)
    assert power.sample_size_means(sigma, difference) == pytest.approx(units, abs=1)


def test_sample_size__clustered_clicks__design_effect_times_larger():
    rows = [{"impressions": 10, "clicks": 10}, *[{"impressions": 10, "clicks": 1}] * 9] * 50
    clustered = power.sample_size(metric("ctr"), Aggregates.of_units(rows), 0.01)
    naive = 2 * 0.19 * 0.81 * (1.959964 + 0.841621) ** 2 / 0.01**2 / 10
    assert clustered / naive > 4


def test_sample_size__proportion__from_its_baseline():
    arm = Aggregates.of_converted(1000, 200)
    assert power.sample_size(metric("conversion_rate"), arm, 0.05) == 1094


def test_unit_sigma__mean__standard_deviation():
    arm = make_arm()
    expected = math.sqrt(arm.variance("revenue"))
    assert power.unit_sigma(metric("revenue_per_visitor"), arm) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (power.sample_size_proportions, (0.0, 0.1)),
        (power.sample_size_proportions, (0.95, 0.1)),
        (power.sample_size_proportions, (0.5, 0.0)),
        (power.sample_size_proportions, (0.5, 1e-9)),
        (power.sample_size_means, (0.0, 0.1)),
        (power.sample_size_means, (1.0, 0.0)),
        (power.sample_size_means, (1.0, float("nan"))),
        (power.mde_means, (1.0, 0)),
        (power.mde_means, (0.0, 10)),
        (power.mde_proportions, (1.0, 100)),
        (power.mde_proportions, (0.5, 1)),
    ],
)
def test_plans__impossible_arguments__refused(call, arguments):
    with pytest.raises(InvalidInput):
        call(*arguments)


@pytest.mark.parametrize(("alpha", "wanted"), [(0, 0.8), (0.05, 1), (0.05, 0.04), (0.9, 0.8)])
def test_plans__impossible_rates__refused(alpha, wanted):
    with pytest.raises(InvalidInput):
        power.sample_size_means(1.0, 0.1, alpha=alpha, power=wanted)


def test_days_left__pace_of_today__rounded_up():
    assert power.days_left(1000, 400, 600) == 1
    assert power.days_left(1000, 400, 599) == 2
    assert power.days_left(1000, 1000, 0) == 0


def test_days_left__nobody_comes__not_a_number():
    with pytest.raises(NotEnoughData):
        power.days_left(1000, 400, 0)


@pytest.mark.parametrize("reading", [ONCE, Planned(14, 0), Planned(60, 0), Open(0.01)])
@pytest.mark.parametrize("key", ["ctr", "conversion_rate", "revenue_per_visitor"])
def test_sample_size__any_metric_and_reading__inverse_of_the_effect(key, reading):
    history, one = make_arm(n=3000), metric(key)
    effect = value(one, history) * 0.1
    units = power.sample_size(one, history, effect, reading=reading)
    assert power.mde(one, history, units, reading=reading) == pytest.approx(effect, rel=2e-3)


def test_sample_size__read_daily__inflated_by_the_reading():
    history, rate = Aggregates.of_converted(5000, 500), metric("conversion_rate")
    single = power.sample_size(rate, history, 0.01)
    plan, endless = Planned(60, 0), Open(0.01)
    assert power.sample_size(rate, history, 0.01, reading=plan) == math.ceil(
        single * plan.inflation()
    )
    assert 1.65 < power.sample_size(rate, history, 0.01, reading=endless) / single < 1.75


def test_mde__no_units__refused():
    with pytest.raises(InvalidInput):
        power.mde(metric("ctr"), make_arm(), 0)
