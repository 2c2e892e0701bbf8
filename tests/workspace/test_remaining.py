"""How long a job will still take, as people say it."""

import datetime as dt

import pytest

from workspace.models import Job
from workspace.remaining import in_words, left

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def a_job(done: int, total: int, spent: float, status: str = "running") -> Job:
    started = NOW - dt.timedelta(seconds=spent)
    return Job(kind="test", status=status, progress=done, total=total, started_at=started)


@pytest.mark.parametrize(
    ("done", "total", "spent", "words"),
    [
        (9, 10, 10, "a few seconds left"),
        (10, 10, 10, "a few seconds left"),
        (1, 2, 31, "about 30 seconds left"),
        (1, 2, 57, "about 1 minute left"),
        (1, 4, 60, "about 3 minutes left"),
        (1, 101, 60, "about 2 hours left"),
    ],
)
def test_in_words__some_is_done__at_the_pace_so_far(done, total, spent, words):
    assert in_words(a_job(done, total, spent), now=NOW) == words


@pytest.mark.parametrize(
    "job",
    [
        a_job(0, 10, 60),
        a_job(1, 0, 60),
        a_job(1, 10, 1),
        a_job(1, 10, 60, "queued"),
        a_job(10, 10, 60, "done"),
        Job(status="running", progress=1, total=2),
    ],
)
def test_left__too_early_or_not_running__nothing_is_said(job):
    assert left(job, now=NOW) is None
    assert in_words(job, now=NOW) == ""
