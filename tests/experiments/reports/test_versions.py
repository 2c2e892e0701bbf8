"""Versions of a report: one a day, one at another verdict, one when late events change an end."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.errors import NotEnoughData, NotFound
from events.models import Aggregate
from experiments import lifecycle
from experiments.models import Experiment, Report, ReportVersion
from experiments.reports import analysis, bundle, kept_inputs, refresh, versions
from tests.experiments.reports.inputs import some_inputs
from tests.experiments.reports.states import DAY, an_arm
from tests.experiments.reports.test_page import an_experiment_with
from tests.factories import NOW, a_user, an_experiment
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
WEAK = (an_arm(5_000), an_arm(5_050, ctr=0.101))


@pytest.fixture
def running() -> Experiment:
    experiment = an_experiment(status="running", at=NOW - 3 * DAY)
    experiment.site.timezone = "UTC"
    return experiment


def inputs_for(experiment, *arms, now=NOW, **changes):
    found = some_inputs(*(arms or WEAK), days=3)
    design = replace(
        found.design,
        phase=experiment.phase,
        started_at=NOW - 3 * DAY,
        **changes,
    )
    return replace(found, design=design, as_of=now)


def kept(experiment, *arms, now=NOW, before=None, **changes):
    inputs = inputs_for(experiment, *arms, now=now, **changes)
    return versions.keep(experiment, analysis.analyse(inputs), inputs, before=before, now=now)


def test_keep__first_verdict__kept_with_everything_a_bundle_needs(running):
    version = kept(running)
    assert (version.number, version.cause, version.verdict) == (1, "verdict", "collecting")
    assert bundle.recompute(bundle.read(bundle.document(version))).problem == ""


def test_keep__equal_inputs__never_twice(running):
    kept(running)
    assert kept(running) is None
    assert kept(running, now=NOW + HOUR) is None


def test_keep__more_visitors_on_the_same_day__not_kept(running):
    kept(running)
    assert kept(running, an_arm(5_100), an_arm(5_150, ctr=0.101), now=NOW + HOUR) is None


def test_keep__next_day_of_the_site__kept_once(running):
    kept(running)
    version = kept(running, an_arm(5_100), an_arm(5_150, ctr=0.101), now=NOW + DAY)
    assert (version.number, version.cause) == (2, "day")
    later = kept(running, an_arm(5_200), an_arm(5_250, ctr=0.101), now=NOW + DAY + HOUR)
    assert later is None


def test_keep__the_site_is_already_in_the_next_day__kept(running):
    kept(running)
    more = an_arm(5_100), an_arm(5_150, ctr=0.101)
    at = NOW + 5 * HOUR
    assert kept(running, *more, now=at) is None
    running.site.timezone = "Asia/Shanghai"
    assert kept(running, *more, now=at).cause == "day"


def test_keep__another_verdict_on_the_same_day__kept(running):
    kept(running)
    version = kept(running, an_arm(5_900), an_arm(5_000), now=NOW + HOUR)
    assert (version.cause, version.verdict) == ("verdict", "check_data")


def test_keep__a_verdict_that_flickers__stops_at_a_dozen(running):
    for i in range(40):
        arms = (an_arm(5_900 + i), an_arm(5_000)) if i % 2 else (an_arm(5_000 + i), an_arm(5_000))
        kept(running, *arms, now=NOW + i * dt.timedelta(minutes=1))
    assert ReportVersion.objects.count() == versions.MOST_VERDICTS_A_DAY


def test_keep__late_events_after_the_end__kept_and_old_one_readable(running):
    kept(running)
    end = NOW + HOUR
    final = kept(running, now=end + HOUR, ended_at=end)
    assert final.cause == "day"
    more = an_arm(5_100), an_arm(5_150, ctr=0.101)
    late = kept(running, *more, now=end + 2 * HOUR, ended_at=end)
    assert (late.number, late.cause) == (3, "late")
    assert kept(running, *more, now=end + 2 * DAY, ended_at=end) is None
    old = versions.find(running, "2", phase=1)
    assert kept_inputs.read(old.inputs).by_day != kept_inputs.read(late.inputs).by_day


def test_keep__late_events_every_minute__one_an_hour(running):
    end = NOW + HOUR
    kept(running, now=end + HOUR, ended_at=end)
    for minute in range(180):
        at = end + 2 * HOUR + minute * dt.timedelta(minutes=1)
        kept(running, an_arm(5_100 + minute), an_arm(5_150), now=at, ended_at=end)
    assert ReportVersion.objects.filter(cause="late").count() == 3


def test_refresh__every_minute_of_a_day__one_version():
    experiment = an_experiment_with(*WEAK, at=NOW - 8 * DAY)
    for minute in range(5):
        refresh.refresh(experiment, now=NOW + minute * dt.timedelta(minutes=1), rolled=True)
    assert ReportVersion.objects.count() == 1
    report, version = Report.objects.get(), ReportVersion.objects.get()
    assert (report.inputs_hash, report.result_hash) == (version.inputs_hash, version.result_hash)


def test_freeze__by_hand__a_version_with_note_and_a_line_in_the_log():
    experiment = an_experiment_with(*WEAK, at=NOW - 8 * DAY)
    refresh.refresh(experiment, now=NOW, rolled=True)
    person = a_user("ada")
    version = versions.freeze(experiment, note=" for the board ", actor=person, now=NOW + HOUR)
    assert (version.cause, version.note, version.kept_by) == ("frozen", "for the board", person)
    entry = AuditEntry.objects.get(action="freeze")
    assert entry.after["version"] == version.number


def test_freeze__nothing_known__refused():
    with pytest.raises(NotEnoughData):
        versions.freeze(an_experiment(), note="", actor=a_user(), now=NOW)


def test_at_decision__decided__keeps_what_was_known():
    experiment = an_experiment_with(*WEAK, at=NOW - 8 * DAY)
    lifecycle.stop(experiment, actor=None, now=NOW)
    refresh.refresh(experiment, now=NOW, rolled=True)
    version = versions.at_decision(experiment, a_user("ada"), NOW + HOUR)
    assert (version.cause, version.kept_by.username) == ("decided", "ada")
    Aggregate.objects.all().delete()
    assert bundle.recompute(bundle.read(bundle.document(version))).problem == ""


def test_at_decision__nothing_known__nothing_kept():
    assert versions.at_decision(an_experiment(), None, NOW) is None


@pytest.mark.parametrize("number", ["", "0", "2", "-1", "x", "1.0", "٣", "9" * 40])
def test_find__no_such_version__not_found(running, number):
    kept(running)
    with pytest.raises(NotFound):
        versions.find(running, number, phase=1)
