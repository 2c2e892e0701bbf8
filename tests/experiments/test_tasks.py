"""What the timetable does for experiments."""

import pytest

from banner_lab.celery import app
from experiments import tasks
from experiments.models import Experiment, Report, Snapshot, Status
from tests import factories

pytestmark = pytest.mark.django_db


def test_publish_changes__changed_outside_a_request__published():
    experiment = factories.an_experiment(status=Status.RUNNING)
    tasks.publish_changes()
    Experiment.objects.filter(pk=experiment.pk).update(status=Status.PAUSED)
    tasks.publish_changes()
    assert b'"status":"paused"' in bytes(Snapshot.objects.first().body)


def test_refresh_reports__running__gets_a_report():
    experiment = factories.an_experiment(status=Status.RUNNING)
    tasks.refresh_reports()
    assert Report.objects.get(experiment=experiment).verdict == "no_data"


def test_timetable__tasks_of_experiments__exist_by_name():
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    own = {name for name in names if name.startswith("experiments.")}
    ours = (tasks.publish_changes, tasks.refresh_reports, tasks.act_on_time, tasks.learn)
    ours = (*ours, tasks.tell_alarms)
    assert own == {task.name for task in ours}
