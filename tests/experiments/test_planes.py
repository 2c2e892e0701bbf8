"""Which snapshot each banner server has in force, and when that is a problem."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from experiments import planes
from experiments.models import PlaneProcess, Snapshot
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


def ago(seconds: float, now: dt.datetime = NOW) -> dt.datetime:
    return now - dt.timedelta(seconds=seconds)


def published(version: int, at: dt.datetime) -> None:
    Snapshot.objects.create(version=version, revision=version, sha256="a", body=b"", created_at=at)


def heard(name: str, version: int | None, at: dt.datetime, **fields) -> None:
    given = {"refuses": False, "stopped": False} | fields
    PlaneProcess.objects.create(id=name[:32], name=name, version=version, heard_at=at, **given)


def states(now: dt.datetime = NOW) -> dict[str, str]:
    return {one.name: one.state for one in planes.plane(now=now).processes}


@pytest.fixture(autouse=True)
def alone(db) -> None:
    """A process of other tests may be running, and would say so here."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE experiments_planeprocess IN SHARE ROW EXCLUSIVE MODE")
    PlaneProcess.objects.all().delete()


@pytest.fixture
def snapshots() -> None:
    """Three versions: of an hour, of ten minutes, and of two seconds ago."""
    for version, seconds in ((7, 3600), (8, 600), (9, 2)):
        published(version, ago(seconds))


@pytest.mark.parametrize(
    ("version", "seconds", "fields", "state"),
    [
        (9, 3, {}, "well"),
        (8, 3, {}, "well"),  # the newest is two seconds old
        (7, 3, {}, "behind"),  # it should have had the one of ten minutes ago
        (None, 3, {}, "behind"),
        (12, 3, {}, "well"),  # as after a restore, a moment ago
        (8, 3, {"refuses": True}, "refusing"),
        (9, 61, {}, "silent"),
        (9, 3, {"stopped": True}, "stopped"),
    ],
)
def test_process__by_what_it_said__is_judged(snapshots, version, seconds, fields, state) -> None:
    heard("one", version, ago(seconds), **fields)
    assert states() == {"one": state}


def test_plane__five_seconds_and_a_minute_after_publishing__normal_then_a_problem() -> None:
    published(1, ago(500))
    published(2, NOW)
    for later, alarming in ((5, False), (60, False), (61, True)):
        now = NOW + dt.timedelta(seconds=later)
        PlaneProcess.objects.all().delete()
        heard("one", 1, now)
        assert bool(planes.plane(now=now).alarm) is alarming


def test_alarm__some_of_several__says_how_many(snapshots) -> None:
    heard("well", 9, ago(1))
    assert planes.plane(now=NOW).alarm == ""
    heard("old", 7, ago(1))
    heard("gone", 9, ago(70))
    assert planes.plane(now=NOW).alarm == (
        "1 banner server shows shoppers an old snapshot."
        " 1 banner server has not been heard of for more than a minute."
    )


def test_alarm__nobody_is_left__says_so_also_when_they_ended_well(snapshots) -> None:
    nobody = "No banner server has been heard of for more than a minute."
    assert planes.plane(now=NOW).alarm == ""  # nobody was ever there: the page says that
    heard("gone", 9, ago(70))
    assert planes.plane(now=NOW).alarm == nobody
    PlaneProcess.objects.all().delete()
    heard("ended", 9, ago(3 * 86_400), stopped=True)
    assert planes.plane(now=NOW).alarm == nobody
    assert states() == {"ended": "stopped"}


def test_plane__ended_and_forgotten_ones_beside_others__are_not_shown(snapshots) -> None:
    heard("here", 9, ago(1))
    heard("ended", 9, ago(20), stopped=True)
    heard("taken away", 7, ago(86_500))
    assert states() == {"here": "well"}


def test_forget__long_silent_ones__go_and_the_last_one_stays() -> None:
    for name, hours in (("old", 50), ("older", 70)):
        heard(name, 9, ago(hours * 3600))
    planes.forget(now=NOW)
    assert states() == {"old": "silent"}
    heard("new", 9, ago(1))
    planes.forget(now=NOW)
    assert list(PlaneProcess.objects.values_list("name", flat=True)) == ["new"]


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mia", role=Role.MARKETER, site=site))
    return client


def test_pages__all_is_well__show_the_server_and_home_is_silent(marketer, site) -> None:
    now = timezone.now()
    page = marketer.get("/s/shop/health/").content.decode()
    assert "No banner server has been heard of yet." in page
    published(41, ago(30, now))
    heard("web-1 / delivery", 41, ago(2, now), published_at=ago(30, now))
    page = marketer.get("/s/shop/health/").content.decode()
    assert "web-1 / delivery" in page
    assert "Up to date" in page
    assert "banner server" not in marketer.get("/s/shop/").content.decode()


def test_pages__one_is_behind__both_say_so_and_so_does_the_api(marketer, client, site) -> None:
    now = timezone.now()
    published(41, ago(300, now))
    published(42, ago(100, now))
    heard("web-1 / delivery", 41, ago(2, now), published_at=ago(300, now))
    said = "1 banner server shows shoppers an old snapshot."
    home = marketer.get("/s/shop/").content.decode()
    assert said in home
    assert 'href="/s/shop/health/"' in home
    page = marketer.get("/s/shop/health/").content.decode()
    assert said in page
    assert "Shoppers see what was live before." in page
    headers = {"authorization": f"Bearer {factories.a_key(site)[1]}"}
    told = client.get("/api/v1/sites/shop/outcomes/", headers=headers).json()["plane"]
    assert (told["version"], told["alarm"]) == (42, said)
    (one,) = told["processes"]
    assert (one["name"], one["version"], one["state"]) == ("web-1 / delivery", 41, "behind")
