"""Testing and copying by script: what the pages do, with the same rights and refusals."""

import pytest

from experiments.models import Experiment, TestUnit
from tests import factories
from tests.api.conftest import logged_in
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
SPRING = "experiments/spring/"
VISITORS, LINKS = SPRING + "test-visitors/", SPRING + "test-links/"
SHOP = "https://shop.example"


@pytest.fixture
def spring(site):
    site.origins = [SHOP]
    site.save()
    return factories.an_experiment(site, "spring")


def test_visitors__added_listed_removed__and_the_id_is_kept_nowhere(key, spring):
    body = {"visitor": "mara-42", "label": "Mara's phone", "variant": "b"}
    made = key.post(VISITORS, body)
    assert made.status_code == 201, made.content
    assert made.json()["variant"] == "b"
    assert "mara-42" not in made.content.decode()
    assert [row["label"] for row in key.get(VISITORS).json()["results"]] == ["Mara's phone"]
    again = key.post(VISITORS, body)
    assert (again.status_code, again.json()["field"]) == (422, "visitor")
    gone = f"{VISITORS}{made.json()['id']}/"
    assert key.delete(gone).status_code == 204
    assert key.delete(gone).status_code == 404
    assert not TestUnit.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"add_test_visitor", "remove_test_visitor"} <= actions


def test_links__one_for_each_variant__lead_to_the_shop(key, spring):
    answer = key.post(LINKS, {"page": f"{SHOP}/sale", "days": 1})
    assert answer.status_code == 201, answer.content
    links = answer.json()["links"]
    assert [one["variant"] for one in links] == ["a", "b"]
    assert all(one["url"].startswith(f"{SHOP}/sale?bl_force=bf1.") for one in links)
    assert key.post(LINKS).json()["links"][0]["url"].startswith(f"{SHOP}/?")
    other = key.post(LINKS, {"page": "https://elsewhere.example/"})
    assert (other.status_code, other.json()["field"]) == (422, "page")


def test_duplicate__experiment__is_a_new_draft_with_its_plan(key, spring):
    made = key.post(SPRING + "duplicate/", {"name": "Summer"})
    assert made.status_code == 201, made.content
    copy = made.json()
    assert (copy["name"], copy["status"]) == ("Summer", "draft")
    first = key.get(SPRING).json()
    assert [v["creative"] for v in copy["variants"]] == [v["creative"] for v in first["variants"]]
    assert Experiment.objects.get(key=copy["key"]).seed != spring.seed
    nowhere = key.post(SPRING + "duplicate/", {"placement": "nowhere"})
    assert (nowhere.status_code, nowhere.json()["field"]) == (422, "placement")


@pytest.mark.parametrize("path", [VISITORS, LINKS, SPRING + "duplicate/"])
def test_reader__may_not__and_nothing_is_made(site, spring, reader, path):
    person = logged_in(factories.a_user(role=Role.MANAGER, site=site))
    for one in (reader, person):
        assert one.post(path, {}).status_code == 403
    assert person.get(VISITORS).status_code == 403
    assert not TestUnit.objects.exists()
    assert Experiment.objects.count() == 1
