"""Live shoppers: through the public doors, never two bursts at once, quiet when all is away."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from demo import compositions, data, live
from demo.models import DemoSite, Pace
from demo.stories import fixed_test
from demo.storybook import STORIES
from demo.turn import turn
from events.models import Event
from experiments import lifecycle, publishing
from experiments.models import Experiment
from tests.factories import a_user
from workspace.models import AuditEntry, Job


@pytest.fixture
def running(living):
    """One running experiment, known to the data plane."""
    story = next(s for s in STORIES if s.key == "category-strip-coffee")
    fixed_test(story, living.site, timezone.now())
    publishing.publish_if_changed(now=timezone.now())
    return Experiment.objects.get(key=story.key)


@pytest.fixture(autouse=True)
def _nothing_of_the_studio(request):
    """The seed starts a test of its own; here only what a test starts runs."""
    if "living" in request.fixturenames:
        request.getfixturevalue("living")
        made = Experiment.objects.get(key=compositions.EXPERIMENT)
        lifecycle.stop(made, actor=None, now=timezone.now())
        publishing.publish_if_changed(now=timezone.now())


def burst(demo):
    return live.send_burst(demo.site_id, now=timezone.now())


def test_burst__paces__as_many_shoppers_as_said(living, running):
    assert living.pace == Pace.CALM
    came = {}
    for pace in (Pace.CALM, Pace.BUSY, Pace.RUSH):
        live.set_pace(living, pace, actor=None, now=timezone.now())
        came[pace] = burst(living)
    assert came == {Pace.CALM: 5, Pace.BUSY: 25, Pace.RUSH: 100}
    shown = Event.objects.filter(kind="impression")
    assert shown.values("unit").distinct().count() == 130
    assert Event.objects.filter(received_at__lt=timezone.now()).exists()


def test_burst__off__nobody(living, running):
    live.set_pace(living, Pace.OFF, actor=a_user("anna"), now=timezone.now())
    assert live.send_bursts(now=timezone.now()) == 0
    assert not Event.objects.exists()
    entry = AuditEntry.objects.filter(object_type="demosite").first()
    assert (entry.actor_name, entry.before["pace"], entry.after["pace"]) == ("anna", "calm", "off")


def test_burst__another_one_at_work__gives_up_at_once(living, running):
    found = []

    def other():
        found.append(burst(living))
        connection.close()

    with turn(living.site_id, anchor=living.anchor):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
    assert found == [0]


def test_burst__past_coming_in__nobody(living, running):
    data.ask_for_history(living.site, actor=None, now=timezone.now())
    assert burst(living) == 0
    Job.objects.update(status=Job.Status.DONE)
    assert burst(living) == 5


def test_burst__data_plane_away__quiet(living, running, settings):
    settings.DELIVERY_URL = "http://127.0.0.1:9"
    assert burst(living) == 0


def test_burst__nothing_runs__nobody(living):
    assert burst(living) == 0


@pytest.mark.django_db
def test_burst__no_demo__nothing():
    assert live.send_bursts(now=timezone.now()) == 0


@pytest.mark.django_db
def test_timetable__names_the_task_and_no_burst_waits_for_the_next():
    from banner_lab.celery import app
    from demo import tasks

    entry = app.conf.beat_schedule["demo-shoppers"]
    assert entry["task"] == tasks.send_shoppers.name
    assert entry["schedule"] == entry["options"]["expires"] == live.EVERY
    assert DemoSite.objects.count() == 0
