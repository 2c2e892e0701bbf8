"""Placements: sizes per device, limits, the drawing of the page, the usual ones to begin with."""

import pytest

from creatives import iab, mock, usual
from creatives.models import Placement
from tests.factories import a_placement, a_site, a_user, an_experiment
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _slot(**changes):
    size = {"width": "1200", "height": "400"}
    words = {"name": "Hero", "key": "hero", "page_type": "welcome", "layer": "", "fallback": ""}
    return words | size | changes


def test_placement__sizes_and_limits__kept(client):
    fields = {"phone_width": "750", "phone_height": "900", "max_kilobytes": "250"}
    fields |= {"max_headline": "40", "safe_area": "5", "page_type": "email"}
    assert client.post("/s/shop/placements/new/", _slot(**fields)).status_code == 302
    made = Placement.objects.get()
    assert [(s.device, s.width, s.height) for s in made.sizes] == [
        ("desktop", 1200, 400),
        ("phone", 750, 900),
    ]
    assert (made.max_kilobytes, made.max_headline, made.safe_area) == (250, 40, 5)
    assert made.animated is False


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone_width": "750"}, "phone_height"),
        ({"tablet_height": "90"}, "tablet_width"),
        ({"tablet_width": "90000", "tablet_height": "1"}, "tablet_width"),
        ({"safe_area": "60"}, "safe_area"),
        ({"max_kilobytes": "0"}, "max_kilobytes"),
        ({"max_headline": "many"}, "max_headline"),
    ],
)
def test_placement__size_or_limit_wrong__said_beside_it(client, changes, field):
    answer = client.post("/s/shop/placements/new/", _slot(**changes))
    assert answer.context["form"].errors.keys() == {field}
    assert not Placement.objects.exists()


@pytest.mark.parametrize("page_type", Placement.PageType.values)
def test_mock__every_page__slot_inside_and_nothing_negative(site, page_type):
    for size in ((1920, 600), (160, 600), (300, 250), (728, 90), (300, 1050)):
        place = Placement(site=site, page_type=page_type, width=size[0], height=size[1])
        for drawing in mock.of(place):
            slot = drawing.slot
            assert 0 <= slot.x <= slot.x + slot.width <= drawing.width
            assert 0 < slot.y <= slot.y + slot.height <= drawing.height
            assert all(min(b.width, b.height, b.x + 1, b.y + 1) > 0 for b in drawing.blocks)


def test_page__experiment_runs__its_share_and_the_rest(client, site):
    experiment = an_experiment(site, status="running", traffic_share=40)
    page = client.get(f"/s/shop/placements/{experiment.placement.key}/")
    assert [(part.share, part.start) for part in page.context["parts"]] == [(40, 0), (60, 40)]
    assert 'class="traffic-bar"' in page.content.decode()


def test_usual__empty_site__seeded_as_ticked(client, site):
    page = client.get("/s/shop/placements/usual/")
    keys = [one.key for one in page.context["offered"] if one.ticked]
    assert {one.page for one in usual.USUAL} == set(Placement.PageType)
    assert client.post("/s/shop/placements/usual/", {"usual": keys}).status_code == 302
    assert set(Placement.objects.values_list("key", flat=True)) == set(keys)
    assert AuditEntry.objects.filter(action="create", object_type="placement").count() == len(keys)
    again = client.post("/s/shop/placements/usual/", {"usual": [*keys, "nonsense"]})
    assert again.status_code == 302
    assert Placement.objects.count() == len(keys)


def test_usual__manager__may_not(client, site):
    client.force_login(a_user("boss", role=Role.MANAGER, site=site))
    assert client.get("/s/shop/placements/usual/").status_code == 403


def test_kilobytes__iab_size_and_own_size__known_and_not():
    assert iab.kilobytes_for(970, 250) == 250
    assert iab.kilobytes_for(1200, 400) is None


def test_pages__many_placements__few_queries(client, site, django_assert_max_num_queries):
    for number in range(60):
        a_placement(site, f"slot-{number}", fallback=None)
    with django_assert_max_num_queries(30):
        assert client.get("/s/shop/placements/").status_code == 200
    with django_assert_max_num_queries(30):
        assert client.get("/s/shop/placements/slot-1/").status_code == 200
