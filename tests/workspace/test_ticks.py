"""Two timetables at once do nothing twice."""

import datetime as dt
import threading

import pytest
from celery.beat import Scheduler
from django.db import connection
from django.utils import timezone

from banner_lab.celery import app
from experiments.models import Snapshot, Status
from tests.factories import a_site, an_experiment
from workspace import jobs, ticks
from workspace.models import Heartbeat, Job

MINUTE = dt.timedelta(minutes=1)


def at_once(work, times):
    def run(number):
        try:
            work(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
def test_first__again_within_the_time__no(now):
    assert ticks.first("a", within=MINUTE, now=now)
    assert not ticks.first("a", within=MINUTE, now=now + MINUTE / 2)
    assert ticks.first("b", within=MINUTE, now=now)
    assert ticks.first("a", within=MINUTE, now=now + MINUTE)
    assert not ticks.first("a", within=MINUTE, now=now + MINUTE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_first__many_at_once__one_wins(now, known):
    if known:
        ticks.first("a", within=MINUTE, now=now - MINUTE)
    won = []
    at_once(lambda _n: won.append(ticks.first("a", within=MINUTE, now=now)), 8)
    assert sorted(won) == [False] * 7 + [True]


@pytest.fixture
def worked_off_at_once():
    """What is sent to a worker is done on the spot."""
    app.loader.import_default_modules()
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worked_off_at_once")
def test_timetable__two_schedulers_send_the_same_ticks__everything_is_done_once():
    calls, long_ago = [], timezone.now() - MINUTE

    @jobs.register("test")
    def handle(job, progress):
        calls.append(job.pk)
        return {}

    an_experiment(status=Status.RUNNING)
    job = Job.objects.create(kind="test", site=a_site(), created_at=long_ago)

    def beat(_number):
        scheduler = Scheduler(app)
        scheduler.setup_schedule()
        for entry in scheduler.schedule.values():
            scheduler.apply_async(entry, advance=False)

    at_once(beat, 2)
    jobs._handlers.pop("test")
    job.refresh_from_db()
    assert (job.status, job.attempt, calls) == ("done", 1, [job.pk])
    assert Snapshot.objects.count() == 1
    assert Heartbeat.objects.filter(name="tick refresh-reports").exists()
