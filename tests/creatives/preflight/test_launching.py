"""Every rule changes what can be launched: broken it is refused, mended it starts."""

import pytest

from creatives import settling
from creatives.preflight import Severity, check, rules
from creatives.preflight.pages import TITLES
from experiments import launch, lifecycle
from experiments.models import Experiment, Status
from tests.creatives.preflight.states import DAY, STATES, a_stage, names
from tests.factories import NOW

pytestmark = pytest.mark.django_db
EACH = pytest.mark.parametrize("state", STATES, ids=names(STATES))
WARNINGS = [state for state in STATES if state.severity is Severity.WARNING]
# Notes keep nobody from anything.
NOTES = {"owner"}


def _refused(stage) -> list[launch.Problem]:
    experiment = Experiment.objects.get(pk=stage.experiment.pk)
    return list(launch.problems(experiment, now=NOW))


def _started(stage) -> bool:
    experiment = Experiment.objects.get(pk=stage.experiment.pk)
    lifecycle.start(experiment, actor=None, now=NOW)
    return Experiment.objects.get(pk=experiment.pk).status == Status.RUNNING


@EACH
def test_start__banner_breaks_a_rule__refused_with_its_sentence_and_remedy(state):
    stage = a_stage()
    state.broken(stage)
    stage.show()
    refused = _refused(stage)
    assert {problem.code for problem in refused} == {state.rule}
    assert all(problem.message and problem.remedy for problem in refused)
    with pytest.raises(launch.NotReady):
        _started(stage)


@EACH
def test_start__rule_is_kept_again__starts(state):
    stage = a_stage()
    state.broken(stage)
    state.mended(stage)
    stage.show()
    assert _started(stage)


@EACH
def test_start__rule_taken_out_of_the_registry__nothing_else_refuses(state, monkeypatch):
    left = {key: rule for key, rule in rules.RULES.items() if key != state.rule}
    monkeypatch.setattr("creatives.preflight.checking.RULES", left)
    stage = a_stage()
    state.broken(stage)
    stage.show()
    assert _started(stage)


@pytest.mark.parametrize("state", WARNINGS, ids=names(WARNINGS))
def test_start__warning_waived_in_writing__starts(state):
    stage = a_stage()
    state.broken(stage)
    stage.show()
    settling.waive(stage.version, {state.rule: "Agreed with Li."}, actor=None, now=NOW)
    assert _started(stage)


@EACH
def test_check__broken_rule__has_the_severity_it_is_said_to_have(state):
    stage = a_stage()
    state.broken(stage)
    end = NOW + 7 * DAY
    found = [one for one in check(stage.version, now=NOW, until=end) if one.is_open]
    assert {(one.rule, one.severity) for one in found} == {(state.rule, state.severity)}


def test_table__every_rule__is_in_it_and_has_a_name_for_people():
    assert {state.rule for state in STATES} | NOTES == set(rules.RULES)
    assert set(TITLES) == set(rules.RULES)
