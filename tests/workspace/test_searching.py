"""One field that finds what a person may reach."""

import pytest

from tests.factories import a_creative, a_placement, a_segment, a_site, a_user, an_experiment
from workspace import searching
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    site = a_site()
    a_creative(site, "Hero 春季横幅")
    a_placement(site, "cart-top", name="Cart, top")
    a_segment(site, "phones", "device", "one_of", ["phone"])
    return site


def _names(groups):
    return [hit.name for group in groups for hit in group.hits]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("季横", "Hero 春季横幅"),
        ("HERO", "Hero 春季横幅"),
        ("cart-t", "Cart, top"),
        ("audit", "Audit log"),
    ],
)
def test_find__part_of_a_name_or_key__found(shop, text, name):
    assert name in _names(searching.find(shop, text, role=Role.MARKETER))


def test_find__experiment__with_its_status_and_address(shop):
    experiment = an_experiment(shop)
    groups = searching.find(shop, experiment.key, role=Role.ANALYST)
    hit = groups[0].hits[0]
    assert (hit.href, hit.note) == (f"/s/shop/experiments/{experiment.key}/", "Draft")


@pytest.mark.parametrize(
    ("role", "offered"),
    [(Role.ANALYST, set()), (Role.ADMINISTRATOR, {"New experiment", "API keys"})],
)
def test_find__actions__only_those_the_role_may(shop, role, offered):
    names = set(_names(searching.find(shop, "", role=role)))
    assert names & {"New experiment", "API keys"} == offered


def test_page__other_language__finds_english_names_of_pages_too(shop, client):
    client.force_login(a_user(role=Role.MARKETER, site=shop))
    client.cookies["django_language"] = "zh-hans"
    assert "/s/shop/audit/" in client.get("/s/shop/search/?q=audit&part=1").content.decode()


def test_page__percent_signs_and_long_words__harmless(shop, client, django_assert_max_num_queries):
    client.force_login(a_user(role=Role.MARKETER, site=shop))
    with django_assert_max_num_queries(30):
        assert client.get("/s/shop/search/?q=%25_").context["found"] == 0
    assert client.get("/s/shop/search/?q=" + "x" * 5000).status_code == 200
    assert client.get("/s/other/search/?q=a").status_code == 404
