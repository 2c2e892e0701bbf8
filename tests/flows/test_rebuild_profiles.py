"""`manage.py rebuild_profiles`: the hot state is lost, the log brings it back."""

import dataclasses
import io

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from audiences.models import Segment
from banner_lab.stack import ports
from delivery.pseudonym import Pseudonyms
from delivery.state import PatientStore
from delivery.visitor import state_key
from tests.declared import a_segment
from tests.doors import Granian

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def process(world, tmp_path):
    """A data plane of its own, for a site that keeps profiles."""
    a_segment(world, "likes-shoes")
    process = Granian(tmp_path / "own").start()
    process.follow(world.publish())
    yield process
    process.stop()
    Segment.objects.all().delete()


def rebuild(site: str = "shop") -> str:
    out = io.StringIO()
    call_command("rebuild_profiles", site=site, stdout=out)
    return out.getvalue()


def known(world, name: str):
    key = state_key(
        world.site.pk, Pseudonyms(settings.CONFIG.pseudonym_keys).of(world.site.pk, name)
    )
    return PatientStore(settings.CONFIG.state_url).read(key).profile


def look(process: Granian, world, name: str, **more) -> None:
    event = {"type": "product_view", "user_id": name, "properties": {"category": "shoes"}}
    for number in range(2):
        answer = process.post(
            "/api/v1/events", event | {"id": f"{name}-{number}"} | more, key=world.sk
        )
        assert answer.json["stored"] == 1, answer.body


@pytest.fixture
def elsewhere(monkeypatch):
    """The command is told of another state store."""

    def tell(url: str) -> None:
        config = dataclasses.replace(settings.CONFIG, state_url=url)
        monkeypatch.setattr(settings, "CONFIG", config)

    return tell


def test_rebuild__state_lost__every_profile_is_back_and_counted(process, world):
    names = [f"visitor-{number}" for number in range(7)]
    for name in names:
        look(process, world, name)
    refused = {"consent": {"measurement": True, "personalisation": False}}
    look(process, world, "shy", **refused)
    before = {name: known(world, name) for name in names}
    assert all(before.values())
    assert PatientStore(settings.CONFIG.state_url).clear(world.site.pk) >= len(names)
    assert not any(known(world, name) for name in names)
    assert "7 profiles of shop" in rebuild()
    assert {name: known(world, name) for name in names} == before
    assert known(world, "shy") is None


def test_rebuild__unknown_site__says_so(process):
    with pytest.raises(CommandError, match="no site 'elsewhere'"):
        rebuild("elsewhere")


def test_rebuild__state_store_away__says_which_setting_it_is(process, elsewhere):
    elsewhere(f"redis://127.0.0.1:{ports.unused()}/0")
    with pytest.raises(CommandError, match="STATE_URL"):
        rebuild()


@pytest.mark.parametrize("url", ["", "nonsense"])
def test_rebuild__no_state_store_set__says_what_to_set(process, elsewhere, url):
    elsewhere(url)
    with pytest.raises(CommandError, match="STATE_URL"):
        rebuild()
