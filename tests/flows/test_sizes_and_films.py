"""From an upload to what a shop receives: a size per device, a film with its poster."""

import pytest
from django.conf import settings

from creatives import cuts, library, media
from creatives.models import Placement
from tests import factories
from tests.creatives.hostile_films import film
from tests.doors import Granian, World

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def _shown(world: World, key: str, upload: bytes, **fields: int) -> Placement:
    creative = library.create(
        world.site,
        name=key,
        alt="Spring",
        landing_url="https://shop.example/",
        upload=upload,
        filename=key,
        actor=None,
        now=factories.NOW,
    )
    size = {"width": 600, "height": 200} | fields
    place = factories.a_placement(world.site, f"place-{key}", fallback=None, **size)
    cuts.cut(creative.versions.get(), [place])
    factories.approve(creative)
    place.fallback = creative
    place.save()
    return place


@pytest.fixture(scope="module")
def places(committed_world, django_db_blocker) -> dict[str, Placement]:
    with django_db_blocker.unblock():
        picture = factories.a_picture(1300, 800)
        made = {
            "picture": _shown(
                committed_world, "picture", picture, phone_width=300, phone_height=250
            ),
            "film": _shown(committed_world, "film", film(size=(600, 200))),
        }
        committed_world.publish()
        return made


@pytest.fixture
def door(places, world, door):
    if isinstance(door, Granian):
        door.follow(world.publish())
    return door


def _decided(door, world: World, place: Placement):
    asked = {"user_id": "u-1", "placements": [place.key]}
    answer = door.post("/api/v1/decide", asked, key=world.sk)
    assert answer.status == 200, answer.body
    return answer.json["decisions"][place.key]["creative"]


def test_decide__placement_with_a_phone_size__both_sizes_at_both_densities(door, world, places):
    found = {
        (source.get("media", ""), source["width"], source["height"], source.get("density", 1))
        for source in _decided(door, world, places["picture"])["sources"]
    }
    phone = "(max-width: 767px)"
    assert found == {
        (phone, 300, 250, 1),
        (phone, 600, 500, 2),
        ("", 600, 200, 1),
        ("", 1200, 400, 2),
    }


def test_decide__film__film_and_poster(door, world, places):
    creative = _decided(door, world, places["film"])
    assert creative["kind"] == "video"
    assert [source["type"] for source in creative["films"]] == ["video/mp4"]
    assert {source["type"] for source in creative["sources"]} >= {"image/webp", "image/jpeg"}
    src = creative["films"][0]["src"]
    assert src.startswith(f"{settings.DELIVERY_URL}/media/")
    assert media.path_of(src.rpartition("/")[2])
