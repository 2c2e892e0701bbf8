"""Beliefs: closed forms, brute force, conjugacy, the winner's curse and its cure."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from engine.errors import InvalidInput, Undefined
from engine.stats.bayes import expected_gain, lift_variance, race, shrink
from engine.stats.inference import ArmEstimate

ARMS = st.builds(
    ArmEstimate, n=st.just(1000), value=st.floats(0.7, 1.4), variance=st.floats(1e-5, 1e-2)
)
FIELDS = [
    ((1.0, 1e-4), [(1.03, 1e-4), (1.01, 1e-4), (0.99, 1e-4), (1.02, 1e-4)]),
    ((1.0, 1e-2), [(1.03, 1e-4), (1.01, 1e-3)]),  # a small control: lifts hang together
    ((1.0, 1e-6), [(1.001, 1e-3), (0.98, 1e-5), (1.02, 1e-4)]),
    ((0.02, 4e-8), [(0.021, 1e-8), (0.0205, 9e-8)]),
    ((1.0, 0.0), [(1.01, 1e-4), (1.02, 1e-4)]),
]


def _arms(control, treatments):
    old, *new = (ArmEstimate(1000, value, variance) for value, variance in (control, *treatments))
    return old, new


def _posterior(old, new, prior_sd=0.1):
    """Textbook matrices: precision of the prior plus that of the estimates."""
    ratio = np.array([arm.value / old.value for arm in new])
    noise = np.diag([arm.variance for arm in new]) + old.variance * np.outer(ratio, ratio)
    precision = np.linalg.inv(noise / old.value**2)
    covariance = np.linalg.inv(precision + np.eye(len(new)) / prior_sd**2)
    return covariance @ precision @ (ratio - 1), covariance


@pytest.mark.parametrize(("control", "treatments"), FIELDS)
def test_race__any_field__posterior_of_the_textbook(control, treatments):
    old, new = _arms(control, treatments)
    mean, covariance = _posterior(old, new)
    found = race(old, new)[1:]
    assert [one.lift for one in found] == pytest.approx(mean, rel=1e-8)
    sd = np.sqrt(np.diag(covariance))
    assert [one.interval.high for one in found] == pytest.approx(mean + 1.959964 * sd, rel=1e-6)
    assert [one.better for one in found] == pytest.approx(stats.norm.cdf(mean / sd), rel=1e-8)


@pytest.mark.parametrize(("control", "treatments"), FIELDS)
def test_race__any_field__chances_and_losses_of_a_million_draws(control, treatments):
    old, new = _arms(control, treatments)
    draws = np.random.default_rng(1).multivariate_normal(*_posterior(old, new), size=1_000_000)
    lifts = np.column_stack([np.zeros(len(draws)), draws])
    lost = lifts.max(axis=1, keepdims=True) - lifts
    found = race(old, new)
    chances = np.bincount(lifts.argmax(axis=1), minlength=len(found)) / len(draws)
    assert [one.best for one in found] == pytest.approx(chances, abs=2.5e-3)
    for one, mine, error in zip(found, lost.mean(axis=0), lost.std(axis=0) / 1000, strict=True):
        assert abs(one.loss - mine) <= 5 * error + 1e-12


@settings(deadline=None, max_examples=40)
@given(ARMS, st.lists(ARMS, min_size=1, max_size=5))
def test_race__any_arms__chances_sum_to_one_and_losses_differ_by_the_lifts(control, treatments):
    found = race(control, treatments)
    assert sum(one.best for one in found) == pytest.approx(1, abs=1e-9)
    # E[best of all] is one number: loss + lift is the same for every arm.
    best = [one.loss + one.lift for one in found]
    assert best == pytest.approx([best[0]] * len(best), abs=1e-10)
    assert all(one.loss >= 0 and 0 <= one.best <= 1 for one in found)


def test_race__one_treatment__closed_form():
    old, new = ArmEstimate(1000, 1.0, 1e-4), ArmEstimate(1000, 1.03, 2e-4)
    control, treatment = race(old, [new])
    mean, sd = shrink(0.03, lift_variance(old, new))
    assert treatment.lift == pytest.approx(mean, rel=1e-12)
    assert treatment.best == pytest.approx(stats.norm.cdf(mean / sd), abs=1e-12)
    assert treatment.better == pytest.approx(treatment.best, abs=1e-12)
    assert (control.better, control.best) == (None, pytest.approx(1 - treatment.best, abs=1e-12))
    assert control.loss == pytest.approx(expected_gain(mean, sd), abs=1e-12)
    assert treatment.loss == pytest.approx(expected_gain(-mean, sd), abs=1e-12)


def test_race__clear_winner__tiny_loss_keeps_its_digits():
    old, new = ArmEstimate(10**6, 1.0, 1e-4), ArmEstimate(10**6, 1.10, 1e-4)
    _, found = race(old, [new])
    sd = found.interval.high / 1.959964 - found.lift / 1.959964
    exact, _ = integrate.quad(
        lambda s: stats.norm.sf(found.lift / sd + s), 0, 10, epsabs=0, epsrel=1e-10
    )
    assert 0 < found.loss < 1e-10
    assert found.loss == pytest.approx(sd * exact, rel=1e-4)


def test_race__many_alike__even_chances():
    arm = ArmEstimate(1000, 1.0, 1e-4)
    found = race(ArmEstimate(1000, 1.0, 1e-12), [arm] * 4)
    assert len({round(one.best, 12) for one in found[1:]}) == 1
    assert found[0].best == pytest.approx(1 / 16, abs=1e-5)  # all four below an exact zero


@given(st.floats(-0.5, 0.5), st.floats(1e-8, 1))
def test_shrink__any_lift__between_nothing_and_the_raw_one(lift, variance):
    found = shrink(lift, variance)
    assert abs(found.lift) <= abs(lift)
    assert found.lift * lift >= 0
    assert found.sd <= min(math.sqrt(variance), 0.1)


@pytest.mark.parametrize(("power", "exaggeration"), [(0.8, 1.12), (0.5, 1.41), (0.2, 2.26)])
def test_winners_curse__known_power__published_exaggeration(power, exaggeration):
    true = stats.norm.ppf(0.975) + stats.norm.ppf(power)
    z = true + np.random.default_rng(7).normal(size=2_000_000)
    assert np.mean(z[z > 1.959964]) / true == pytest.approx(exaggeration, abs=0.01)


def test_shrink__effects_from_the_prior__winners_are_right_on_average():
    rng, noise = np.random.default_rng(8), 0.06
    true = rng.normal(0, 0.1, 400_000)
    raw = true + noise * rng.normal(size=len(true))
    won = raw > 1.959964 * noise
    shrunk = np.array([shrink(1.0, noise**2).lift]) * raw[won]
    assert np.mean(raw[won]) / np.mean(true[won]) > 1.3
    assert np.mean(shrunk) / np.mean(true[won]) == pytest.approx(1, abs=0.01)
    sd = shrink(0.0, noise**2).sd
    assert np.mean(np.abs(shrunk - true[won]) < 1.959964 * sd) == pytest.approx(0.95, abs=0.005)


@given(st.floats(-30, 5), st.floats(1e-3, 10))
def test_expected_gain__any_normal__positive_and_as_integrated(mean, sd):
    mean *= sd
    exact, _ = integrate.quad(
        lambda s: stats.norm.sf(-mean / sd + s), 0, 40, epsabs=0, epsrel=1e-10, limit=200
    )
    assert expected_gain(mean, sd) == pytest.approx(sd * exact, rel=1e-6)


def test_race__control_not_above_zero_or_still_arm__undefined():
    arm = ArmEstimate(1000, 1.0, 1e-4)
    for control in (ArmEstimate(1000, 0.0, 1e-4), ArmEstimate(1000, -1.0, 1e-4)):
        with pytest.raises(Undefined):
            race(control, [arm])
        with pytest.raises(Undefined):
            lift_variance(control, arm)
    with pytest.raises(Undefined):
        race(arm, [ArmEstimate(1000, 1.0, 0.0)])


@pytest.mark.parametrize(
    ("treatments", "options"),
    [(0, {}), (1, {"prior_sd": 0}), (1, {"level": 1}), (1, {"prior_sd": float("nan")})],
)
def test_race__nobody_or_impossible_prior__refused(treatments, options):
    arm = ArmEstimate(1000, 1.0, 1e-4)
    with pytest.raises(InvalidInput):
        race(arm, [arm] * treatments, **options)


@pytest.mark.parametrize(("variance", "prior_sd"), [(-1, 0.1), (1, 0), (float("nan"), 0.1)])
def test_shrink__impossible_spread__refused(variance, prior_sd):
    with pytest.raises(InvalidInput):
        shrink(0.1, variance, prior_sd=prior_sd)
