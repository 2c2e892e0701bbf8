"""All jobs of a site, how long they take, and trying again what was set aside."""

import datetime as dt

import pytest
from django.utils import timezone

from engine.errors import StateError
from tests.factories import a_site, a_user
from workspace import jobs
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db
LIST = "/s/shop/settings/jobs/"


@pytest.fixture
def marketer(client):
    person = a_user("mara", role=Role.MARKETER, site=a_site())
    client.force_login(person)
    return person


def a_job(status: str = "queued", *, site=None, actor=None, **fields) -> Job:
    now = timezone.now()
    job = jobs.enqueue(
        "no-such-kind",
        site=site or a_site(),
        actor=actor,
        now=now,
        subject=fields.pop("subject", "x"),
    )
    Job.objects.filter(pk=job.pk).update(status=status, **fields)
    job.refresh_from_db()
    return job


def poisoned(**fields) -> Job:
    return a_job(
        "failed", attempt=3, error="Its worker died 3 times.", finished_at=timezone.now(), **fields
    )


def test_list__every_state__says_what_who_and_how_often(client, marketer):
    a_job("done", subject="done-one", attempt=1, actor=marketer)
    a_job(
        "running",
        subject="running-one",
        progress=1,
        total=4,
        started_at=timezone.now() - dt.timedelta(minutes=1),
    )
    poisoned(subject="failed-one")
    page = client.get(LIST).content.decode()
    for words in (
        "done-one",
        "mara",
        "about 3 minutes left",
        "Its worker died 3 times.",
        "Try again",
    ):
        assert words in page
    assert f'hx-get="{LIST}?page=1"' in page
    assert page.index("failed-one") < page.index("done-one")


def test_list__nothing_to_do__does_not_ask_again(client, marketer):
    poisoned()
    part = client.get(LIST, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert "<html" not in part


def test_list__another_site__shows_none_of_it(client, marketer):
    a_job(site=a_site("other"), subject="not-yours")
    assert "not-yours" not in client.get(LIST).content.decode()
    assert client.get("/s/other/settings/jobs/").status_code == 404


def test_page__running__says_the_time_that_is_left(client, marketer):
    started = timezone.now() - dt.timedelta(minutes=1)
    job = a_job("running", progress=1, total=4, started_at=started)
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(f"/s/shop/jobs/{job.pk}/", headers=headers).content.decode()
        assert "about 3 minutes left" in page


def test_retry__set_aside__queued_with_all_attempts_and_an_audit_row(client, marketer):
    job = poisoned()
    answer = client.post(f"/s/shop/jobs/{job.pk}/retry/")
    assert answer.headers["Location"] == f"/s/shop/jobs/{job.pk}/"
    job.refresh_from_db()
    assert (job.status, job.attempt, job.error, job.finished_at) == ("queued", 0, "", None)
    entry = AuditEntry.objects.get(action="retry")
    assert (entry.actor_name, entry.before["status"], entry.after["status"]) == (
        *("mara", "failed", "queued"),
    )


def test_retry__twice_or_asked_for_again__is_refused(client, marketer):
    job = poisoned()
    again = jobs.enqueue(
        job.kind, site=job.site, subject=job.subject, actor=None, now=timezone.now()
    )
    with pytest.raises(StateError, match="asked for again"):
        jobs.retry(job, actor=marketer, now=timezone.now())
    again.delete()
    jobs.retry(job, actor=marketer, now=timezone.now())
    answer = client.post(f"/s/shop/jobs/{job.pk}/retry/", follow=True)
    assert "has not failed" in answer.content.decode()
    assert AuditEntry.objects.filter(action="retry").count() == 1


def test_retry__manager__only_what_they_asked_for(client):
    manager = a_user("mina", role=Role.MANAGER, site=a_site())
    client.force_login(manager)
    theirs, own = poisoned(subject="theirs"), poisoned(subject="own", actor=manager)
    assert client.get(LIST).content.decode().count("Try again") == 1
    assert client.post(f"/s/shop/jobs/{theirs.pk}/retry/").status_code == 403
    assert client.post(f"/s/shop/jobs/{own.pk}/retry/").status_code == 302
    assert client.get(f"/s/shop/jobs/{own.pk}/retry/").status_code == 405


def test_retry__job_of_another_site__is_not_there(client, marketer):
    job = poisoned(site=a_site("other"))
    assert client.post(f"/s/shop/jobs/{job.pk}/retry/").status_code == 404
