"""Keys at the doors of the data plane: use, end, rotation, browsers, and who may read an answer."""

import datetime as dt
import time

import pytest
from django.db import connection
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from tests import factories
from tests.doors import SHOP, DjangoDoor, Door, Granian, World
from workspace import keys
from workspace.access import Role
from workspace.models import ApiKey, AuditEntry, Webhook

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
DECIDE, EVENTS = "/api/v1/decide", "/api/v1/events"
API_DOORS = ("/api/v1/assign", DECIDE, EVENTS)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def a_key(world: World, kind: str = "secret", **fields) -> tuple[ApiKey, str]:
    key, text = keys.create(
        world.site, name="Server", kind=kind, actor=None, now=timezone.now(), **fields
    )
    return key, text


def publish(door: Door, world: World) -> None:
    version = world.publish()
    if isinstance(door, Granian):
        door.follow(version)


@pytest.fixture
def noted(monkeypatch):
    """Django's door writes down what it has noted at once."""
    monkeypatch.setattr("experiments.api.data_plane.EVERY_SECONDS", -1)


def soon(what) -> bool:
    return wait_until(what, seconds=30)


def test_rotation__old_and_new__both_live_until_the_old_one_is_revoked(door, world) -> None:
    old, text = a_key(world)
    _new, other = keys.rotate(old, actor=None, now=timezone.now())
    publish(door, world)
    assert [door.get(SPRING, key=one).status for one in (text, other)] == [200, 200]
    keys.revoke(old, actor=None, now=timezone.now())
    publish(door, world)
    assert [door.get(SPRING, key=one).status for one in (text, other)] == [401, 200]


def test_expiry__comes_while_the_snapshot_stands__refused_from_that_moment(door, world) -> None:
    _key, text = a_key(world, expires_at=timezone.now() + dt.timedelta(seconds=2.5))
    publish(door, world)
    assert door.get(SPRING, key=text).status == 200
    time.sleep(2.5)
    answer = door.get(SPRING, key=text)
    assert (answer.status, "expired" in answer.json["detail"]) == (401, True)


@pytest.mark.usefixtures("noted")
def test_last_used__many_requests__one_write_for_all_of_them(door, world) -> None:
    key, text = a_key(world)
    publish(door, world)
    begun = timezone.now()
    for _ in range(20):
        door.get(SPRING, key=text)

    def written() -> bool:
        key.refresh_from_db()
        return key.last_used_at is not None and key.last_used_at >= begun

    assert soon(written)


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(
    "send",
    [
        lambda door, text: door.get(SPRING, key=text, origin=SHOP),
        lambda door, text: door.post(DECIDE, {"placements": []}, key=text, origin=SHOP),
        lambda door, text: door.post(EVENTS, {"events": []}, key=text, origin=SHOP),
        lambda door, text: door.get(f"{SPRING}&key={text}", origin=SHOP),
        lambda door, text: door.post(EVENTS, {"events": [], "key": text}, origin=SHOP),
    ],
    ids=["assign", "decide", "events", "in the address", "in the body"],
)
def test_secret_key__from_a_browser__refused_and_told_to_people(world, granian, send) -> None:
    key, text = a_key(world)
    publish(granian, world)
    # What the other process notes is written a little later: the next test waits for that.
    assert [send(door, text).status for door in (granian, DjangoDoor())] == [403, 403]
    key.refresh_from_db()
    assert key.seen_origin == SHOP
    assert told_of(key) == 1


def told_of(key: ApiKey) -> int:
    rows = AuditEntry.objects.filter(action=keys.SEEN_IN_A_BROWSER, object_key=str(key)[:100])
    return rows.count()


def test_secret_key__seen_by_a_process_of_its_own__alarm_by_the_clock(granian, world, client):
    key, text = a_key(world)
    hook = Webhook.objects.create(site=world.site, url="https://hooks.example/", secret="whsec_x")
    publish(granian, world)
    for _ in range(3):
        assert granian.get(SPRING, key=text, origin=SHOP).status == 403

    def written() -> bool:
        key.refresh_from_db()
        return key.seen_in_browser_at is not None

    assert soon(written)
    for _ in range(2):
        keys.alarm(now=timezone.now())
    assert told_of(key) == 1
    assert [one.type for one in hook.deliveries.all()] == ["key.exposed"]
    for role, seen in ((Role.ADMINISTRATOR, True), (Role.MARKETER, False)):
        client.force_login(factories.a_user(role=role, site=world.site))
        page = client.get(f"/s/{world.site.key}/").content.decode()
        assert ("lies open in a page" in page) is seen
        assert (SHOP in page) is seen
    keys.revoke(key, actor=None, now=timezone.now())
    assert key not in keys.exposed(world.site, now=timezone.now())
    assert text not in page


@pytest.mark.parametrize("path", API_DOORS)
def test_cors__preflight__names_the_exact_origin_or_nobody(door, world, path) -> None:
    for origin, allowed in ((SHOP, True), ("https://evil.example", False), ("null", False)):
        answer = door.send(
            "OPTIONS", path, {"origin": origin, "access-control-request-method": "POST"}
        )
        assert answer.status == 204
        assert answer.headers.get("access-control-allow-origin") == (SHOP if allowed else None)
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["vary"].startswith("Origin")
        named = "authorization, content-type, x-api-key, if-none-match"
        assert answer.headers["access-control-allow-headers"] == named


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "https://shop.example.evil.example", ""),
        *("http://shop.example", "https://shop.example:8443", "https://SHOP.example.", "*"),
    ],
)
def test_cors__simple_request_of_another_origin__refused_and_unreadable(door, world, origin):
    beacon = {"origin": origin, "content-type": "text/plain"}
    body = ('{"events":[],"key":"' + world.pk + '"}').encode()
    answer = door.send("POST", EVENTS, beacon, body)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    good = door.send("POST", EVENTS, beacon | {"origin": SHOP}, body)
    assert (good.status, good.headers["access-control-allow-origin"]) == (202, SHOP)


def test_limits__one_network_behind_a_trusted_proxy__the_others_unaffected(world, tmp_path) -> None:
    environment = {"BROWSER_RATE": "2", "TRUSTED_PROXIES": "1"}
    process = Granian(tmp_path / "limited", environment=environment).start()
    try:
        process.follow(world.publish())
        ours, theirs = ({"x_forwarded_for": f"6.6.6.6, {a}"} for a in ("198.41.0.4", "198.41.9.4"))
        seen = [process.get(SPRING, key=world.pk, **ours) for _ in range(30)]
        refused = next(one for one in seen if one.status == 429)
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json["type"].endswith("/problems/rate-limited")
        assert process.get(SPRING, key=world.pk, **theirs).status == 200
        assert process.get(SPRING, key=world.sk, **ours).status == 200
        assert process.get("/tag/banner-lab.js", **ours).status == 200
        time.sleep(int(refused.headers["retry-after"]))
        assert process.get(SPRING, key=world.pk, **ours).status == 200
        chinese = {"accept_language": "zh", **ours}
        spent = [process.get(SPRING, key=world.pk, **chinese) for _ in range(30)]
        assert "同一网络" in next(one for one in spent if one.status == 429).json["detail"]
        assert "198.41" not in process.log.read_text()
    finally:
        process.stop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event AS one WHERE one::text LIKE '%198.41%'")
        assert cursor.fetchone() == (0,)
