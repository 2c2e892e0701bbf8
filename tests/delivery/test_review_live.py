"""Approval, withdrawal and expiry in front of shoppers within five seconds, whoever is away.

No Celery runs here: pages publish what they change, the tick is called where it is the subject.
"""

import datetime as dt
import time
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from creatives import expiring, library, review
from creatives.models import Creative, Version
from experiments import tasks
from experiments.models import Snapshot, Status
from tests import factories
from tests.doors import Granian, a_banner, an_experiment, database_url
from tests.proxy import Proxy
from workspace.models import Role

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
LIVE_SECONDS = 5


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def reviewer(world) -> Client:
    client = Client()
    client.force_login(factories.a_user(role=Role.MANAGER, site=world.site))
    return client


@pytest.fixture
def behind(world, tmp_path):
    """A process that reaches the database through a proxy, and the proxy."""
    world.publish()
    place = urlsplit(database_url())
    proxy = Proxy((place.hostname, place.port)).open()
    url = database_url().replace(f":{place.port}/", f":{proxy.port}/")
    granian = Granian(tmp_path / "delivery", environment={"DATABASE_URL": url}).start()
    yield granian, proxy
    granian.kill()
    proxy.shut()


def shown(door, world, place) -> str | None:
    """Which version of which creative a shopper sees on a placement."""
    asked = {"placements": [place], "user_id": "u-42"}
    creative = door.post("/api/v1/decide", asked, key=world.pk).json["decisions"][place]["creative"]
    return f"{creative['key']} {creative['alt']}" if creative else None


def reason(door, world, key) -> str:
    address = f"/api/v1/assign?experiment={key}&user_id=u-42"
    return door.get(address, key=world.pk).json["reason"]


def a_place(world, name) -> Creative:
    """A placement of that name with an approved default of that name."""
    banner = a_banner(world.site, name)
    factories.a_placement(world.site, name, fallback=banner)
    return banner


def next_version(creative, alt) -> Version:
    """A new version in review."""
    version = library.add_version(
        creative, alt=alt, landing_url="https://shop.example/", upload=None, actor=None,
        now=timezone.now(),
    )  # fmt: skip
    return review.submit(version, actor=None, now=timezone.now())


def test_approval__in_the_page__is_live_within_five_seconds(granian, world, reviewer) -> None:
    banner = a_place(world, "approve-me")
    version = next_version(banner, "the new words")
    granian.follow(world.publish())
    assert shown(granian, world, "approve-me") == "approve-me approve-me: everything for spring"
    address = f"/s/shop/review/approve-me/{version.number}/decide/"
    assert reviewer.post(address, {"approve": "1"}).status_code == 302
    wanted = "approve-me the new words"
    assert wait_until(lambda: shown(granian, world, "approve-me") == wanted, seconds=LIVE_SECONDS)


def test_withdrawal__in_the_page__default_and_test_within_five_seconds(
    granian, world, reviewer
) -> None:
    banner = a_place(world, "withdraw-me")
    experiment = an_experiment(
        world.site, "withdrawn", world.site.placements.get(key="withdraw-me"), Status.RUNNING
    )
    granian.follow(world.publish())
    assert reason(granian, world, "withdrawn") == "SPLIT"
    variant = experiment.variants.get(key="a").creative
    address = f"/s/shop/creatives/{variant.key}/versions/{variant.live.number}/withdraw/"
    reviewer.post(address, {"reason": "Old price"})
    assert wait_until(lambda: reason(granian, world, "withdrawn") == "PAUSED", seconds=LIVE_SECONDS)
    assert shown(granian, world, "withdraw-me") == "withdraw-me withdraw-me: everything for spring"
    reviewer.post(f"/s/shop/creatives/{banner.key}/versions/1/withdraw/", {"reason": "Old price"})
    assert wait_until(lambda: shown(granian, world, "withdraw-me") is None, seconds=LIVE_SECONDS)


def test_expiry__by_the_tick__is_in_the_next_snapshot(granian, world) -> None:
    banner = a_place(world, "expire-me")
    end = timezone.now() + dt.timedelta(seconds=2)
    expiring.set_expiry(banner, expires_at=end, actor=None, now=timezone.now())
    granian.follow(world.publish())
    assert shown(granian, world, "expire-me")
    time.sleep(2.1)
    tasks.publish_changes()
    banner.refresh_from_db()
    assert banner.expired_at is not None
    granian.follow(Snapshot.objects.values_list("version", flat=True)[0])
    assert shown(granian, world, "expire-me") is None


def test_expiry__put_off_in_the_page__is_shown_again_within_five_seconds(
    granian, world, reviewer
) -> None:
    banner = a_place(world, "put-off")
    end = timezone.now() + dt.timedelta(seconds=1)
    expiring.set_expiry(banner, expires_at=end, actor=None, now=timezone.now())
    granian.follow(world.publish())
    assert wait_until(lambda: shown(granian, world, "put-off") is None, seconds=1 + LIVE_SECONDS)
    editor = Client()
    editor.force_login(factories.a_user(role=Role.MARKETER, site=world.site))
    editor.post("/s/shop/creatives/put-off/end/", {"expires_at": "2999-01-01T00:00"})
    assert wait_until(lambda: shown(granian, world, "put-off") is not None, seconds=LIVE_SECONDS)


def test_expiry__database_and_everything_else_away__by_its_own_clock(behind, world) -> None:
    door, proxy = behind
    banner = a_place(world, "alone")
    experiment = an_experiment(
        world.site, "alone-test", world.site.placements.get(key="alone"), Status.RUNNING
    )
    end = timezone.now() + dt.timedelta(seconds=6)
    for creative in (banner, experiment.variants.get(key="b").creative):
        expiring.set_expiry(creative, expires_at=end, actor=None, now=timezone.now())
    door.follow(world.publish())
    proxy.shut()
    assert shown(door, world, "alone")
    assert reason(door, world, "alone-test") == "SPLIT"
    time.sleep(max((end - timezone.now()).total_seconds(), 0))
    assert wait_until(lambda: shown(door, world, "alone") is None, seconds=LIVE_SECONDS)
    assert reason(door, world, "alone-test") == "PAUSED"
    # Started anew from the disk, with the old snapshot, it does not come back.
    door.kill()
    door.start()
    assert shown(door, world, "alone") is None
    assert reason(door, world, "alone-test") == "PAUSED"
