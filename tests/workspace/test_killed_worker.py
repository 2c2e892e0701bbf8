"""Real Celery workers and a real clock: one worker is killed in the middle of a job."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from banner_lab.stack.processes import last_lines, wait_until
from tests.doors import database_url
from tests.factories import a_site
from tests.workspace.slow_job import KIND
from workspace import jobs, tasks
from workspace.models import Job

pytestmark = [pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60


@pytest.fixture
def celery(tmp_path):
    """Starts a part of Celery on the test's database; all of it ends with the test."""
    begun = []

    def start(name, *words):
        log = (tmp_path / f"{name}.log").open("wb")
        command = [sys.executable, "-m", "celery", "-A", "banner_lab", *words]
        environment = os.environ | {"DATABASE_URL": database_url()}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        kill(process)
    connection.close()


@pytest.fixture
def a_worker(celery):
    def start(name):
        return celery(
            name,
            *("worker", "--concurrency", "1", "--without-gossip", "--without-mingle"),
            *("--include", "tests.workspace.slow_job", "-n", f"{name}@test"),
        )

    return start


def kill(process):
    """SIGKILL for the worker and its children, without a word."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def begin(tmp_path, deadly=1):
    notes = tmp_path / "notes"
    wanted = {"notes": str(notes), "deadly": deadly}
    job = jobs.enqueue(KIND, site=a_site(), actor=None, now=timezone.now(), parameters=wanted)
    begun = lambda: Job.objects.filter(pk=job.pk, progress=1).exists()  # noqa: E731
    assert wait_until(begun, seconds=60), last_lines(tmp_path / "first.log")
    return job, notes


def test_worker__killed_in_the_middle__the_next_one_ends_the_job_once(a_worker, tmp_path):
    """With the sweep done here, as if the lease had run out by now."""
    first = a_worker("first")
    job, notes = begin(tmp_path)
    kill(first)
    a_worker("second")
    after = timezone.now() + jobs.LEASE
    assert jobs.sweep(now=after) == [job.pk]
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now())
    assert tasks.wake(job.pk)
    assert tasks.wake(job.pk)
    assert wait_until(lambda: Job.objects.get(pk=job.pk).status == "done", seconds=60)
    job.refresh_from_db()
    assert (job.attempt, job.result) == (2, {"attempt": 2})
    assert notes.read_text().split("\n") == ["begun 1", "begun 2", "ended 2", ""]


@pytest.mark.long
def test_worker__killed_in_the_middle__done_once_within_a_minute(a_worker, celery, tmp_path):
    """With the whole timetable, twice, and nothing of ours in between."""
    first = a_worker("first")
    job, notes = begin(tmp_path)
    time.sleep(jobs.LEASE.total_seconds() + 5)  # longer than a lease: it must have been renewed
    assert Job.objects.get(pk=job.pk).attempt == 1
    a_worker("second")
    for name in ("beat-1", "beat-2"):
        celery(name, "beat", "--pidfile=", "--scheduler", "celery.beat:Scheduler")
    time.sleep(10)
    kill(first)
    killed = time.monotonic()
    assert wait_until(lambda: Job.objects.get(pk=job.pk).status == "done", seconds=MINUTE)
    took = time.monotonic() - killed
    time.sleep(15)  # whoever would do it again had the time to
    job.refresh_from_db()
    assert (job.attempt, job.result) == (2, {"attempt": 2})
    assert notes.read_text().split("\n") == ["begun 1", "begun 2", "ended 2", ""]
    print(f"done {took:.0f} s after the kill")


@pytest.mark.long
def test_worker__every_one_is_killed__job_is_set_aside_after_three(a_worker, tmp_path):
    worker = a_worker("first")
    job, notes = begin(tmp_path, deadly=3)
    for turn in (1, 2, 3):
        assert wait_until(lambda: f"begun {turn}" in notes.read_text(), seconds=60)  # noqa: B023
        kill(worker)
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now())
        for pk in jobs.sweep(now=timezone.now()):
            worker = a_worker(f"worker-{turn}")
            tasks.wake(pk)
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("failed", 3)
    assert "3" in job.error
    assert "ended" not in notes.read_text()
