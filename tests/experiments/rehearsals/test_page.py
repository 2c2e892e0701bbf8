"""The page of rehearsals: who may open it, what it asks for, what it shows of a job."""

import pytest
from django.urls import reverse

from experiments.rehearsals.job import KIND
from experiments.rehearsals.outcome import encode
from tests import factories
from tests.experiments.rehearsals.test_outcome import GOOD
from tests.factories import NOW
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db

ADDRESS = "/s/shop/rehearsal/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def client(client, site):
    client.force_login(factories.a_user("mei", role=Role.MANAGER, site=site))
    return client


def a_job(site, **fields):
    defaults = {
        "kind": KIND,
        "subject": "hero",
        "status": Job.Status.DONE,
        "parameters": {"placement": 1, "metric": "ctr", "days": 28},
        "created_at": NOW,
        "finished_at": NOW,
    }
    return Job.objects.create(site=site, **(defaults | fields))


def page(client, query=""):
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_rehearsal__any_role__opens_and_may_ask(client, site, role):
    factories.a_placement(site, "hero")
    client.force_login(factories.a_user(role=role, site=site))
    assert "No rehearsal yet" in page(client)
    typed = {"placement": "hero", "metric": "ctr", "days": "28"}
    assert client.post(ADDRESS, typed).status_code == 302


def test_rehearsal__stranger__does_not_exist(client):
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, {}).status_code == 404


def test_rehearsal__no_placement__says_so(client):
    assert "There is no placement yet" in page(client)


def test_rehearsal__asked_twice__one_job(client, site):
    placement = factories.a_placement(site, "hero")
    typed = {"placement": "hero", "metric": "revenue_per_visitor", "days": "7"}
    answer = client.post(ADDRESS, typed)
    client.post(ADDRESS, typed)
    job = Job.objects.get()
    assert answer.headers["Location"] == f"{ADDRESS}?job={job.pk}"
    assert job.parameters == {
        "placement": placement.pk,
        "metric": "revenue_per_visitor",
        "days": 7,
    }
    assert "Waiting for a worker" in page(client)


@pytest.mark.parametrize(
    ("field", "value"), [("placement", "theirs"), ("metric", "luck"), ("days", "91"), ("days", "x")]
)
def test_rehearsal__bad_input__said_beside_the_field(client, site, field, value):
    factories.a_placement(site, "hero")
    factories.a_placement(factories.a_site("other"), "theirs")
    typed = {"placement": "hero", "metric": "ctr", "days": "28"} | {field: value}
    answer = client.post(ADDRESS, typed)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert not Job.objects.exists()


def test_rehearsal__done__sentence_picture_and_list(client, site):
    factories.a_placement(site, "hero", name="Top of the home page")
    a_job(site, result={"message": "x", "outcome": encode(GOOD)})
    html = page(client)
    assert "4.9% of 2,000 rehearsals (4.0–5.9%): as it should." in html
    assert "14.2%" in html
    assert "chart-p-values-figure" in html
    assert "Top of the home page" in html


def test_rehearsal__failed__its_reason(client, site):
    a_job(site, status=Job.Status.FAILED, error="37 visitors are too few.")
    assert "37 visitors are too few." in page(client)


def test_rehearsal__result_of_an_older_form__page_opens(client, site):
    a_job(site, result={"message": "Done then"})
    assert "Done then" in page(client)


def test_rehearsal__an_earlier_one__by_its_address(client, site):
    first = a_job(site, result={"outcome": encode(GOOD)})
    a_job(site, status=Job.Status.FAILED, error="Too few.")
    assert "as it should" in page(client, f"?job={first.pk}")
    assert "as it should" not in page(client)


@pytest.mark.parametrize("number", ["x", "999", "9" * 30, "-1"])
def test_rehearsal__no_such_job__does_not_exist(client, number):
    assert client.get(f"{ADDRESS}?job={number}").status_code == 404


def test_rehearsal__job_of_another_site__does_not_exist(client):
    theirs = a_job(factories.a_site("other"), result={"outcome": encode(GOOD)})
    assert client.get(f"{ADDRESS}?job={theirs.pk}").status_code == 404


def test_design__of_an_experiment__leads_to_its_rehearsal(client, site):
    factories.an_experiment(site, "spring", placement=factories.a_placement(site, "hero"))
    html = client.get(reverse("experiments:design", args=["shop", "spring"])).content.decode()
    assert f'href="{ADDRESS}?placement=hero&amp;metric=ctr"' in html
    assert '<option value="hero" selected>' in page(client, "?placement=hero&metric=ctr")
