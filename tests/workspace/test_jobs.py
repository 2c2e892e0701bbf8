"""Jobs: started, taken over, finished once, whatever happens to the workers."""

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from engine.errors import InvalidInput
from tests.factories import a_site, a_user
from workspace import jobs, tasks
from workspace.models import Job, Role

ROOT = Path(__file__).resolve().parents[2]
LATER = jobs.LEASE + dt.timedelta(seconds=1)


@pytest.fixture
def kind():
    """A kind of job whose handler the test chooses."""
    chosen = {}

    @jobs.register("test")
    def handle(job, progress):
        return chosen["handler"](job, progress)

    yield lambda handler: chosen.update(handler=handler)
    jobs._handlers.pop("test")


def _queued(now, **fields):
    return jobs.enqueue("test", site=a_site(), actor=None, now=now, **fields)


@pytest.mark.django_db
def test_run__queued__done_with_result_and_progress(kind, now):
    kind(lambda job, progress: progress(3, 3, "all three") or {"made": job.parameters["n"]})
    job = jobs.run(_queued(now, parameters={"n": 7}).pk, now=now)
    assert (job.status, job.result, job.progress, job.attempt) == ("done", {"made": 7}, 3, 1)
    assert job.message == "all three"


@pytest.mark.django_db
def test_run__done_already__nothing_happens(kind, now):
    calls = []
    kind(lambda job, progress: calls.append(1) or {})
    pk = _queued(now).pk
    jobs.run(pk, now=now)
    assert jobs.run(pk, now=now) is None
    assert calls == [1]


@pytest.mark.django_db
def test_run__refused_by_the_handler__failed_with_the_sentence(kind, now):
    def refuse(job, progress):
        raise InvalidInput("The file has no header.")

    kind(refuse)
    job = jobs.run(_queued(now).pk, now=now)
    assert (job.status, job.error, job.attempt) == ("failed", "The file has no header.", 1)


@pytest.mark.django_db
def test_run__handler_breaks__three_attempts_then_failed(kind, now):
    kind(lambda job, progress: 1 / 0)
    pk = _queued(now).pk
    states = [jobs.run(pk, now=now).status for _ in range(3)]
    assert states == ["queued", "queued", "failed"]
    assert jobs.run(pk, now=now) is None


@pytest.mark.django_db
def test_run__unknown_kind__failed_and_says_so(now):
    job = jobs.enqueue("nobody-knows", site=a_site(), actor=None, now=now)
    assert "nobody-knows" in jobs.run(job.pk, now=now).error


@pytest.mark.django_db
def test_run__lease_lost_meanwhile__result_thrown_away(kind, now):
    def slow(job, progress):
        stolen = jobs._claim(job.pk, now + LATER)
        assert stolen is not None
        progress(1, 2, "still here?")
        return {"from": "the one who slept"}

    kind(slow)
    job = _queued(now)
    jobs.run(job.pk, now=now)
    job.refresh_from_db()
    assert (job.status, job.result, job.attempt) == ("running", None, 2)


@pytest.mark.django_db
def test_run__lease_lost_at_the_very_end__result_thrown_away(kind, now):
    def slow(job, progress):
        jobs._claim(job.pk, now + LATER)
        return {"from": "the one who slept"}

    kind(slow)
    assert jobs.run(_queued(now).pk, now=now).result is None


@pytest.mark.django_db
def test_run__somebody_elses_lease__not_taken(kind, now):
    job = _queued(now)
    assert jobs._claim(job.pk, now) is not None
    assert jobs._claim(job.pk, now + jobs.LEASE) is None
    assert jobs._claim(job.pk, now + LATER) is not None


@pytest.mark.django_db
def test_run__language_of_the_person__used_for_messages(kind, now):
    from django.utils import translation

    kind(lambda job, progress: {"language": translation.get_language()})
    with translation.override("zh-hans"):
        job = _queued(now)
    assert jobs.run(job.pk, now=now).result == {"language": "zh-hans"}


@pytest.mark.django_db
def test_enqueue__same_request_twice__one_job(kind, now):
    first = _queued(now, subject="a", parameters={"n": 1})
    assert _queued(now, subject="a", parameters={"n": 1}) == first
    assert _queued(now, subject="a", parameters={"n": 2}) != first
    kind(lambda job, progress: {})
    jobs.run(first.pk, now=now)
    assert _queued(now, subject="a", parameters={"n": 1}) != first


@pytest.mark.django_db
def test_sweep__forgotten_and_dropped_jobs__handed_on(now):
    fresh, forgotten, dropped = (_queued(now, subject=s) for s in "abc")
    Job.objects.filter(pk=forgotten.pk).update(created_at=now - dt.timedelta(minutes=1))
    jobs._claim(dropped.pk, now - LATER)
    assert jobs.sweep(now=now) == [forgotten.pk, dropped.pk]
    assert fresh.pk not in jobs.sweep(now=now)


@pytest.mark.django_db
def test_sweep__third_worker_died__failed(now):
    job = _queued(now)
    for number in range(3):
        assert jobs._claim(job.pk, now + number * LATER) is not None
    jobs.sweep(now=now + 4 * LATER)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "3" in job.error


@pytest.mark.django_db
def test_workers__sweep_silent_for_long__down(now):
    assert jobs.workers(now=now) == jobs.Workers(alive=False, seen_at=None)
    jobs.sweep(now=now)
    assert jobs.workers(now=now + dt.timedelta(seconds=60)).alive
    assert not jobs.workers(now=now + dt.timedelta(minutes=2)).alive


def test_wake__broker_away__says_no_without_a_pause():
    script = """
        import time, django
        django.setup()
        from workspace import tasks
        tasks.wake(1)  # what is imported on the way is not what a page waits for
        begun = time.monotonic()
        print(tasks.wake(2), time.monotonic() - begun < 1)
    """
    away = _environment() | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env=away,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "True"]


def test_wake__broker_there__rung_on_our_own_queue():
    assert tasks.wake(1)
    assert tasks.run_job.app.main == "banner_lab"


@pytest.mark.django_db(transaction=True)
def test_run__two_workers_at_once__done_once(kind, now):
    calls = []

    def handler(job, progress):
        calls.append(1)
        time.sleep(0.05)
        return {}

    kind(handler)
    pk = _queued(now).pk

    def work():
        jobs.run(pk, now=now)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]


@pytest.mark.django_db(transaction=True)
def test_run__worker_killed_in_the_middle__done_once_by_the_next(kind, now):
    job = _queued(now)
    victim = _start_worker(job.pk)
    _wait_for(lambda: Job.objects.filter(pk=job.pk, progress=1).exists())
    victim.send_signal(signal.SIGKILL)
    victim.wait(10)
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("running", 1)

    calls = []
    kind(lambda job, progress: calls.append(1) or {"by": "the next"})
    after = timezone.now() + LATER
    for pk in jobs.sweep(now=after):
        jobs.run(pk, now=after)
    job.refresh_from_db()
    assert (job.status, job.result, job.attempt, calls) == ("done", {"by": "the next"}, 2, [1])
    assert jobs.sweep(now=after) == []


def _start_worker(pk: int) -> subprocess.Popen[bytes]:
    """A real process that begins the job and then hangs."""
    script = textwrap.dedent(
        f"""
        import django, time
        django.setup()
        from django.utils import timezone
        from workspace import jobs
        @jobs.register("test")
        def hang(job, progress):
            progress(1, 2, "begun")
            time.sleep(60)
        jobs.run({pk}, now=timezone.now())
        """
    )
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{connection.settings_dict['NAME']}"
    environment = _environment() | {"DATABASE_URL": url}
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)


def _environment() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "banner_lab.settings"}


def _wait_for(ready, seconds=20):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.django_db
def test_page__queued_without_workers__says_that_they_are_down(client, now):
    client.force_login(a_user(role=Role.MANAGER, site=a_site()))
    job = _queued(now)
    page = client.get(f"/s/shop/jobs/{job.pk}/").content.decode()
    assert "The workers are down" in page
    assert f'hx-get="/s/shop/jobs/{job.pk}/?reload=1"' in page


@pytest.mark.django_db
def test_page__part_of_a_finished_job__stops_asking_and_tells_the_page(client, kind, now):
    client.force_login(a_user(role=Role.MANAGER, site=a_site()))
    kind(lambda job, progress: {"message": "All 12 rows are in."})
    job = jobs.run(_queued(now).pk, now=now)
    part = client.get(f"/s/shop/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Trigger"] == "jobfinished"
    assert "hx-get" not in part.content.decode()
    assert "All 12 rows are in." in part.content.decode()
    again = client.get(f"/s/shop/jobs/{job.pk}/?reload=1", headers={"HX-Request": "true"})
    assert again.headers["HX-Refresh"] == "true"


def test_task__names__as_in_the_timetable():
    assert tasks.run_job.name == "workspace.tasks.run_job"
    assert tasks.sweep_jobs.name == "workspace.tasks.sweep_jobs"
