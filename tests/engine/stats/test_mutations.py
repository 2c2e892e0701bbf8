"""Each protection replaced by what others do: then the statement that guards it must fail.

The statements are those of `test_calibration_quick`, under the names given in each test.
"""

import math

from engine.stats import (
    bayes,
    cuped,
    estimate,
    frequentist,
    guardrails,
    multiplicity,
    srm,
    stratified,
    vector,
)
from engine.stats.guardrails import Safety
from engine.stats.inference import ArmEstimate, Interval
from engine.stats.reading import Planned
from engine.stats.tails import normal_quantile
from tests.engine.stats import statements

FLAT = 10.0
"""A prior under which a banner may as well multiply sales by ten."""


def test_planned_bound__replaced_by_1_96__sixty_daily_looks_fails(monkeypatch):
    monkeypatch.setattr(Planned, "bound", lambda self, variance, alpha: normal_quantile(alpha))
    found = statements.daily_false_alarms(statements.PLAN, paths=2_000)
    assert found > 3 * statements.allowed(2_000)


def test_confidence_sequence__replaced_by_1_96__sixty_daily_looks_fails(monkeypatch):
    def naive(variance, *, tau, alpha=0.05):
        return 0 * variance + normal_quantile(alpha)

    monkeypatch.setattr(vector, "multipliers", naive)
    found = statements.daily_false_alarms(statements.ENDLESS, paths=2_000)
    assert found > 3 * statements.allowed(2_000)


def test_fieller__replaced_by_the_delta_method__lift_errs_to_one_side(monkeypatch):
    monkeypatch.setattr(frequentist, "fieller", _delta_lift)
    above, below = statements.lift_misses(runs=10_000)
    assert max(above, below) > statements.allowed(10_000, rate=0.025)
    assert below > 2 * above


def test_fieller__replaced_by_the_delta_method__contradicts_the_test():
    """The shape of a published example: absolute p .025, lift p above .05."""
    old = ArmEstimate(1000, 1.0, 0.09)
    new = ArmEstimate(1000, 1.95, 0.09)
    difference, k = 0.95, 1.959964
    passed = difference > k * math.sqrt(0.18)
    _, right, _ = frequentist.fieller(old, new, multiplier=k, level=0.95)
    _, wrong, _ = _delta_lift(old, new, multiplier=k, level=0.95)
    assert right.excludes(0) == passed
    assert wrong.excludes(0) != passed


def test_delta_method__covariance_term_dropped__five_percent_fails(monkeypatch):
    monkeypatch.setattr(estimate, "_delta", _without_covariance)
    delta, _ = statements.clustered_false_alarms(runs=500, populations=2)
    assert not 0.035 < delta < 0.065


def test_delta_method__as_it_is__five_percent_on_the_same_visitors():
    delta, naive = statements.clustered_false_alarms(runs=500, populations=2)
    assert 0.03 < delta < 0.07
    assert naive > 0.10


def test_stratified__days_put_together__ramp_fails(monkeypatch):
    def pooled(metric, control, treatment):
        parts = (stratified.total(arm.values()) for arm in (control, treatment))
        return (stratified.Stratum(*parts),)

    monkeypatch.setattr(stratified, "strata", pooled)
    within, _ = statements.ramp_false_alarms(runs=30)
    assert within > 0.5


def test_cuped__past_subtracted_whole__five_percent_fails(monkeypatch):
    best = cuped._taken_out
    monkeypatch.setattr(cuped, "_taken_out", lambda *arms: (1.0, *best(*arms)[1:]))
    found, _ = statements.adjusted_false_alarms(rho=0.0, runs=1_000)
    assert found > 1.5 * statements.allowed(1_000)


def test_cuped__covariance_with_the_past_dropped__saving_of_the_formula_fails(monkeypatch):
    whole = cuped._covariance
    monkeypatch.setattr(
        cuped, "_covariance", lambda arm, one, other: whole(arm, one, other) * (one == other)
    )
    _, off = statements.adjusted_false_alarms(rho=0.7, runs=50)
    assert off > 0.4


def test_guardrail__not_proven_worse_taken_for_safe__margin_fails(monkeypatch):
    def unless_fallen(lift, limits, margin, alpha):
        return Safety.HARMED if limits.high < 0 else Safety.SAFE

    monkeypatch.setattr(guardrails, "_safety", unless_fallen)
    assert statements.called_safe(fall=0.05, runs=1_000) > 0.5


def test_guardrail__two_sided_test__far_worse_is_called_safe(monkeypatch):
    monkeypatch.setattr(guardrails, "_upper", lambda two_sided, statistic: two_sided)
    assert statements.called_safe(fall=0.15, runs=300) > 0.2


def test_split__alarm_at_five_percent__sixty_evenings_fails(monkeypatch):
    monkeypatch.setattr(srm, "ALARM", 0.05)
    assert statements.split_alarms(shares=(0.5, 0.5), runs=300) > 0.2


def test_split__shares_as_set_replaced_by_equal_ones__sound_split_fails(monkeypatch):
    monkeypatch.setattr(srm, "_shares", lambda counts, expected: [1 / len(counts)] * len(counts))
    assert statements.split_alarms(shares=(0.9, 0.1), runs=20) == 1


def test_race__prior_without_information__loss_as_told_fails(monkeypatch):
    monkeypatch.setitem(bayes.race.__kwdefaults__, "prior_sd", FLAT)
    told, so = statements.regret(runs=400)
    assert told > 1.5 * so


def test_shrink__prior_without_information__winners_curse_is_back(monkeypatch):
    monkeypatch.setitem(bayes.shrink.__kwdefaults__, "prior_sd", FLAT)
    assert statements.exaggeration(runs=20_000) > 1.5


def test_benjamini_hochberg__dropped__one_find_in_twenty_fails(monkeypatch):
    monkeypatch.setattr(multiplicity, "benjamini_hochberg", tuple)
    assert statements.false_finds(runs=1_000) > 1.2 * statements.allowed(1_000)


def _delta_lift(control, treatment, *, multiplier, level):
    ratio = treatment.value / control.value
    error = math.sqrt(treatment.variance + ratio**2 * control.variance) / control.value
    reach = multiplier * error
    return ratio - 1, Interval(ratio - 1 - reach, ratio - 1 + reach, level), None


def _without_covariance(arm, y, x):
    above, below = arm.sum(y), arm.sum(x)
    scatter = below**2 * arm.product(y, y) + above**2 * arm.product(x, x)
    return arm.n * scatter / ((arm.n - 1) * below**4)
