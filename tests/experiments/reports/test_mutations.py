"""Protections of a whole report replaced by what others do: then what they promise must fail."""

from dataclasses import replace

import numpy as np
import pytest

from engine.stats.aggregates import Aggregates
from engine.stats.reading import ONCE
from experiments.reports import comparing, health, verdict
from experiments.reports.findings import Role
from experiments.reports.looks import ALPHA
from experiments.reports.payload import State
from experiments.reports.verdict import Kind
from tests.engine.stats.statements import allowed
from tests.experiments.reports.states import a_design, a_report, an_arm

RUNS = 400
PLAN = a_design(6, origin="events", primary="conversion_rate")


def any_false_win():
    """Five treatments that change nothing, read once: how often at least one of them passes."""
    rng = np.random.default_rng(1)
    runs = (comparing.effects_of(PLAN, {}, _equals(rng), ONCE) for _ in range(RUNS))
    return sum(any(one.passed for one in effects) for effects in runs) / RUNS


def verdict_on_lost_visitors():
    """The treatment looks better because it loses visitors who do not click."""
    return verdict.decide(a_report(an_arm(18_400), an_arm(16_740, ctr=0.11), days=14))


def test_effects__five_equal_treatments__any_false_win_in_five_percent():
    assert any_false_win() <= allowed(RUNS)


def test_holm__each_treatment_read_alone__five_percent_fails(monkeypatch):
    def alone(design, metric, found, at):
        return [
            comparing._effect(metric, arm.id, at(arm, ALPHA), Role.PRIMARY)
            for arm in design.treatments
        ]

    monkeypatch.setattr(comparing, "_with_holm", alone)
    assert any_false_win() > 1.5 * allowed(RUNS)


def test_decide__treatment_loses_visitors__is_not_called_better():
    found = verdict_on_lost_visitors()
    assert (found.kind, found.failed) == (Kind.CHECK_DATA, ("split",))


@pytest.mark.parametrize("softened", [State.OK, State.WARNING])
def test_split__told_but_not_blocking__a_broken_treatment_is_used(monkeypatch, softened):
    whole = health.check_split
    monkeypatch.setattr(health, "check_split", lambda split: replace(whole(split), state=softened))
    assert verdict_on_lost_visitors().kind is Kind.USE


def _equals(rng):
    hits = rng.binomial(20_000, 0.05, len(PLAN.arms))
    return {
        arm.id: Aggregates.of_converted(20_000, int(n))
        for arm, n in zip(PLAN.arms, hits, strict=True)
    }
