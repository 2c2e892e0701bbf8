"""The data plane's own process: restarts, kills, and a database that goes away."""

import json
import random
import socket
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from delivery.snapshot import digest, encode
from delivery.spool import Spool
from experiments.models import Snapshot
from experiments.publishing import compile_snapshot
from tests.doors import BROWSER, SHOP, Granian, database_url, log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
EVENTS = "/api/v1/events"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def behind(proxy, world, tmp_path):
    """A process of this test's own that reaches the database through the proxy."""
    world.publish()
    place = urlsplit(database_url())
    url = database_url().replace(f":{place.port}/", f":{proxy.port}/")
    granian = Granian(tmp_path / "delivery", environment={"DATABASE_URL": url}).start()
    yield granian
    granian.kill()


def some_views(count: int, start: int = 0) -> list[dict]:
    return [
        {"type": "page_view", "id": f"view-{n}", "user_id": f"somebody-{n}@example.org"}
        for n in range(start, start + count)
    ]


def sent(granian, world, events) -> dict:
    answer = granian.post(EVENTS, {"events": events}, key=world.sk)
    assert answer.status == 202, answer
    return answer.json


def is_away(granian) -> bool:
    return granian.get("/readyz").json["status"] == "degraded"


def is_drained(granian) -> bool:
    state = granian.get("/readyz").json
    return state["status"] == "ready" and state["spool_bytes"] == 0


def test_retry__after_a_restart__counts_once(behind, world) -> None:
    token = behind.get(SPRING, key=world.pk).json["token"]
    events = [{"type": "impression", "token": token}, *some_views(3)]
    assert sent(behind, world, events)["stored"] == 4
    behind.stop()
    behind.start()
    assert sent(behind, world, events)["duplicate"] == 4
    assert len(log_rows()) == 4


def test_kill__right_after_the_acknowledgement__loses_nothing(behind, world) -> None:
    for number in range(3):
        assert sent(behind, world, some_views(10, number * 10))["stored"] == 10
        behind.kill()
        behind.start()
    assert len(log_rows()) == 30


def test_sigterm__request_half_sent__ends_within_ten_seconds(behind) -> None:
    with socket.create_connection(("127.0.0.1", behind.port)) as half:
        half.sendall(b"POST /api/v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        time.sleep(0.2)
        assert behind.stop() < 10


def test_senders__many_at_once_with_the_same_events__store_each_once(granian, world) -> None:
    views, receipts = some_views(100), []
    begun = len(granian.log.read_text("utf-8"))

    def send(seed: int) -> None:
        mine = random.Random(seed).sample(views, 100)
        parts = [mine[start : start + 10] for start in range(0, 100, 10)]
        receipts.extend(sent(granian, world, part) for part in parts)

    threads = [threading.Thread(target=send, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wait_until(lambda: is_drained(granian), seconds=20)
    assert len(log_rows()) == 100
    stored = sum(receipt["stored"] for receipt in receipts)
    assert stored + sum(receipt["duplicate"] for receipt in receipts) == 800
    # Only where the database counted as away may a receipt not have known the first from the rest.
    assert stored == 100 or "events go to the spool" in granian.log.read_text("utf-8")[begun:]


@pytest.mark.parametrize("outage", ["shut", "swallow"])
def test_outage__of_the_database__costs_neither_decisions_nor_events(
    behind, proxy, world, outage
) -> None:
    variant = behind.get(SPRING, key=world.pk).json["variant"]
    assert sent(behind, world, some_views(5))["stored"] == 5
    getattr(proxy, outage)()
    for number in range(5):
        begun = time.monotonic()
        assert sent(behind, world, some_views(10, number * 10))["stored"] == 10
        assert time.monotonic() - begun < 4
        assert behind.get(SPRING, key=world.pk).json["variant"] == variant
    assert is_away(behind)
    assert behind.get("/livez").status == 200
    written = b"".join(p.read_bytes() for p in Path(behind.state).rglob("*.spool"))
    assert written
    assert b"somebody" not in written
    proxy.shut()
    proxy.open()
    assert wait_until(lambda: is_drained(behind), seconds=20)
    assert len(log_rows()) == 50
    assert sent(behind, world, some_views(50))["duplicate"] == 50


def test_outage__process_killed_and_started_meanwhile__serves_from_disk_and_drains_later(
    behind, proxy, world
) -> None:
    before = behind.get(SPRING, key=world.pk).json
    proxy.shut()
    assert sent(behind, world, some_views(7))["stored"] == 7
    behind.kill()
    begun = time.monotonic()
    behind.start()
    assert time.monotonic() - begun < 15
    after = behind.get(SPRING, key=world.pk)
    assert (after.status, after.json["variant"]) == (200, before["variant"])
    assert int(after.headers["snapshot-version"]) == before["snapshot"]
    assert sent(behind, world, some_views(3, 7))["stored"] == 3
    proxy.open()
    assert wait_until(lambda: is_drained(behind), seconds=20)
    assert len(log_rows()) == 10


def test_outage__no_disk_either__is_said_and_nothing_is_acknowledged(behind, proxy, world) -> None:
    token = behind.get(SPRING, key=world.pk).json["token"]
    (behind.state / "spool").write_text("not a folder")
    proxy.shut()
    answer = behind.post(EVENTS, {"events": some_views(2)}, key=world.sk)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.json["status"] == 503
    assert behind.get(f"/c/{token}").status == 302
    (behind.state / "spool").unlink()
    proxy.open()
    assert wait_until(lambda: is_drained(behind), seconds=20)
    assert log_rows() == []
    assert sent(behind, world, some_views(2))["stored"] == 2


def test_start__neither_database_nor_disk__answers_the_default(behind, proxy, world) -> None:
    proxy.shut()
    behind.kill()
    (behind.state / "snapshot").unlink()
    behind.start()
    asked = {"placements": ["home-hero"], "user_id": "u-42", "key": world.pk}
    answer = behind.post("/api/v1/decide", asked, origin=SHOP)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.json["decisions"]["home-hero"]["reason"] == "DEFAULT"
    assert behind.get(SPRING, key=world.pk).json["reason"] == "DEFAULT"
    assert behind.post(EVENTS, {"events": some_views(1)}, key=world.sk).status == 503
    assert behind.get("/readyz").status == 503
    proxy.open()
    assert wait_until(lambda: behind.get(SPRING, key=world.pk).json["reason"] == "SPLIT", seconds=9)


def test_snapshot__that_cannot_be_read__never_replaces_a_good_one(granian, world) -> None:
    good = granian.get(SPRING, key=world.pk).json
    for body in (b"{}", b"not even JSON", b""):
        Snapshot.objects.create(revision=0, sha256="0" * 64, body=body, created_at=timezone.now())
        time.sleep(1.3)
        now = granian.get(SPRING, key=world.pk).json
        assert (now["variant"], now["snapshot"]) == (good["variant"], good["snapshot"])
    Snapshot.objects.filter(sha256="0" * 64).delete()
    assert granian.get("/readyz").json["status"] == "ready"


def test_spool__left_by_a_dead_process__is_adopted_by_the_next(world, tmp_path) -> None:
    from tests.delivery.test_sink import a_record

    folder = tmp_path / "delivery" / "spool"
    Spool(folder).append([a_record(1), a_record(2)])
    torn = folder / "1-1.spool"
    torn.write_bytes(next(folder.glob("*.spool")).read_bytes()[:-1])
    granian = Granian(tmp_path / "delivery").start()
    try:
        assert wait_until(lambda: is_drained(granian), seconds=10)
    finally:
        granian.kill()
    assert len(log_rows()) == 2
    assert [path.name for path in folder.iterdir()] == ["1-1.torn"]


def test_hostile__bodies_and_headers__are_never_our_fault(granian, world) -> None:
    chance, seen = random.Random(20261122), set()
    whole = json.dumps({"events": some_views(2), "sent_at": "2026-11-22T06:00:00Z"}).encode()
    for number in range(400):
        body = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        if number % 3 == 0:
            body = body[: chance.randrange(len(body))]
        path = chance.choice(
            [EVENTS, "/api/v1/decide", f"{EVENTS}?key=%00", "/api/v1/assign?%ff=1"]
        )
        seen.add(granian.post(path, bytes(body), key=world.sk).status)
    for body in (
        b"[" * 60_000,
        b'{"events":[' + b"[" * 60_000,
        b'{"events":[{"type":"page_view","id":"1","user_id":"u","properties":'
        + b"[" * 900
        + b"]" * 900
        + b"}]}",
        b'{"a":' + b"9" * 60_000 + b"}",
        b'{"events":[' + b"9" * 60_000 + b"]}",
        b'{"events":[1e999, -1e999, NaN, Infinity]}',
        b'{"events":["\\ud800\\udc00\\ud800"], "key":"\\ud800"}',
        b'{"events":{"a":1}}',
        b'{"events":[{"type":"page_view","type":"purchase"}]}',
        b"\xef\xbb\xbf{}",
        b"\x00" * 1000,
        "漢字".encode("gb18030"),
    ):
        for path in (EVENTS, "/api/v1/decide"):
            seen.add(granian.post(path, body, key=world.sk).status)
    for headers in (
        {"accept-language": "q=" * 3000},
        {"authorization": "Bearer " + "x" * 8000},
        {"authorization": "Bearer"},
        {"origin": "http://["},
        {"content-type": "application/json; charset=" + "x" * 5000},
        {"user-agent": "A" * 6000},
        {"content-length": "abc"},
        {"sec-purpose": "\xff\xfe"},
    ):
        named = {"user-agent": BROWSER, "authorization": f"Bearer {world.pk}"} | headers
        if "content-length" not in named:
            seen.add(granian.send("POST", EVENTS, named, b"{}").status)
    assert seen <= {200, 202, 400, 401, 403, 404, 405, 413, 415, 422}
    assert granian.get("/livez").status == 200


def test_ids__hundred_users__get_the_same_from_both_doors_and_after_a_restart(
    granian, behind, world
) -> None:
    from tests.doors import DjangoDoor

    users = [str(uuid.UUID(int=n)) for n in range(100)]

    def variants(door) -> list[str]:
        path = "/api/v1/assign?experiment=spring-hero&user_id="
        return [door.get(path + user, key=world.pk).json["variant"] for user in users]

    expected = variants(granian)
    assert 30 < expected.count("a") < 70
    assert variants(DjangoDoor()) == expected
    behind.kill()
    behind.start()
    assert variants(behind) == expected


def test_snapshot__another_one_under_the_same_number__comes_into_force(granian, world) -> None:
    """As after a restore: the number says nothing, the hash does."""
    last = Snapshot.objects.first()
    other = compile_snapshot(now=timezone.now())
    body = encode(msgspec.structs.replace(other, experiments=()))
    kept = (last.sha256, bytes(last.body))
    Snapshot.objects.filter(pk=last.pk).update(sha256=digest(body), body=body)
    try:
        assert wait_until(lambda: granian.get(SPRING, key=world.pk).status == 404, seconds=5)
    finally:
        Snapshot.objects.filter(pk=last.pk).update(sha256=kept[0], body=kept[1])
    assert wait_until(lambda: granian.get(SPRING, key=world.pk).status == 200, seconds=5)
