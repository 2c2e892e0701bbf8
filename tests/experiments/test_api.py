"""The addresses without a site, as they have been from the beginning: a key reads its site."""

import pytest

from experiments.models import Experiment, Report, Status
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/api/v1/experiments/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def ask(client, site):
    _key, text = factories.a_key(site)

    def get(path: str = LIST, **query: str):
        return client.get(path, query, headers={"Authorization": f"Bearer {text}"})

    return get


def test_list__experiments__with_variants_and_verdict(ask, site, now):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    Report.objects.create(experiment=experiment, verdict="collecting", as_of=now)
    answer = ask().json()
    (row,) = answer["results"]
    assert (row["key"], row["status"], row["verdict"]) == ("spring", "running", "collecting")
    assert [v["key"] for v in row["variants"]] == ["a", "b"]
    assert row["placement"] == "home-hero"
    assert "seed" not in str(row)


def test_list__filters__narrow_it(ask, site):
    factories.an_experiment(site, "runs", status=Status.RUNNING, name="Alpha")
    factories.an_experiment(site, "drafted", name="Beta")
    keys = lambda answer: [row["key"] for row in answer.json()["results"]]  # noqa: E731
    assert keys(ask(status="running")) == ["runs"]
    assert keys(ask(search="bet")) == ["drafted"]
    assert keys(ask(status="paused")) == []


@pytest.mark.parametrize("name", ["status", "verdict", "origin"])
def test_list__unknown_value__refused_by_field(ask, name):
    answer = ask(**{name: "nonsense"})
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["field"] == name


def test_read__one__and_its_report(ask, site, now):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    assert ask(LIST + "spring/").json()["name"] == "spring"
    empty = ask(LIST + "spring/report/").json()
    assert (empty["verdict"], empty["report"], empty["as_of"]) == ("no_data", None, None)
    Report.objects.create(experiment=experiment, verdict="use", payload={"n": 3}, as_of=now)
    full = ask(LIST + "spring/report/").json()
    assert (full["experiment"], full["verdict"], full["report"]) == ("spring", "use", {"n": 3})


@pytest.mark.parametrize("path", ["", "theirs/", "theirs/report/"])
def test_other_site__its_experiments__do_not_exist(ask, path):
    factories.an_experiment(factories.a_site("other"), "theirs")
    answer = ask(LIST + path)
    if path:
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/not-found")
    else:
        assert answer.json()["results"] == []


def test_key__publishable_or_none__refused(client, site):
    _key, text = factories.a_key(site, "publishable")
    assert client.get(LIST).status_code == 401
    refused = client.get(LIST, headers={"Authorization": f"Bearer {text}"})
    assert refused.status_code == 403
    assert refused["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_method__that_a_list_does_not_know__not_allowed(client, site, method):
    _key, text = factories.a_key(site)
    answer = getattr(client, method)(LIST, headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 405


def test_list__1000_experiments__few_queries(ask, site, django_assert_max_num_queries):
    Experiment.objects.bulk_create(
        Experiment(site=site, key=f"t{n}", name=f"T{n}", origin="results") for n in range(1000)
    )
    with django_assert_max_num_queries(20):
        assert len(ask(page_size="200").json()["results"]) == 200
