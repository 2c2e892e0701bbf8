"""A live handler keeps its job however long it is silent; a dead or hanging one does not."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from tests.factories import a_site
from workspace import jobs, lease
from workspace.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
MOMENT = 0.05


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", MOMENT)


@pytest.fixture
def job():
    asked = jobs.enqueue("test", site=a_site(), actor=None, now=timezone.now())
    return jobs._claim(asked.pk, timezone.now())


def lease_of(job: Job) -> dt.datetime | None:
    return Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)


def test_held__silent_handler__lease_goes_on_until_the_end(job):
    begun = lease_of(job)
    with lease.held(job, clock=timezone.now, heard=timezone.now):
        assert wait_until(lambda: lease_of(job) > begun, seconds=5)
        later = lease_of(job)
        assert wait_until(lambda: lease_of(job) > later, seconds=5)
    assert [thread for thread in threading.enumerate() if "lease of job" in thread.name] == []
    after = lease_of(job)
    time.sleep(3 * MOMENT)
    assert lease_of(job) == after


def test_held__handler_that_hangs__lease_is_left_to_run_out(job):
    begun, long_ago = lease_of(job), timezone.now() - lease.MOST_SILENT - dt.timedelta(seconds=1)
    with lease.held(job, clock=timezone.now, heard=lambda: long_ago):
        time.sleep(5 * MOMENT)
    assert lease_of(job) == begun


def test_held__job_is_somebody_elses__is_not_taken_back(job):
    later = timezone.now() + lease.LEASE + dt.timedelta(seconds=1)
    theirs = jobs._claim(job.pk, later)
    kept = lease_of(theirs)
    with lease.held(job, clock=timezone.now, heard=timezone.now):
        time.sleep(5 * MOMENT)
    assert lease_of(theirs) == kept


def test_held__connection_lost__renewed_with_another(job):
    begun = lease_of(job)
    with lease.held(job, clock=timezone.now, heard=timezone.now):
        assert wait_until(lambda: lease_of(job) > begun, seconds=5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND query LIKE 'UPDATE \"workspace_job\"%'"
            )
            assert cursor.fetchall()
        later = lease_of(job)
        assert wait_until(lambda: lease_of(job) > later, seconds=5)


def test_run__handler_longer_than_its_lease__is_not_given_to_another(monkeypatch):
    monkeypatch.setattr(lease, "LEASE", dt.timedelta(seconds=0.5))
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(seconds=0.5))
    swept, calls = [], []

    @jobs.register("test")
    def slow(job, progress):
        calls.append(1)
        for _ in range(10):
            time.sleep(0.1)
            swept.extend(jobs.sweep(now=timezone.now()))
        return {}

    asked = jobs.enqueue("test", site=a_site(), actor=None, now=timezone.now())
    done = jobs.run(asked.pk, now=timezone.now())
    jobs._handlers.pop("test")
    assert (done.status, done.attempt, calls, swept) == ("done", 1, [1], [])
