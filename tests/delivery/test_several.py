"""Several data-plane processes on one database: the same snapshot everywhere, and soon."""

import http.client
import json
import re
import subprocess
import sys
import time

import pytest
from django.utils import timezone

from banner_lab.stack.processes import wait_until
from delivery.live import replace
from delivery.snapshot import encode
from experiments.models import LiveRevision, Snapshot
from experiments.publishing import compile_snapshot
from tests.doors import ROOT, Granian
from workspace.models import Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

SECONDS = 5
"""Until every process has a change (p99)."""
CHANGES = 20
ONLY_POLLED = 1.0
"""What a change takes at least, made right after the last one was read, if nobody is notified."""


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def three(committed_world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    planes = [Granian(folder / name).start() for name in "abc"]
    yield planes
    for plane in planes:
        plane.stop()


def change(world, number: int) -> None:
    """Something that every answer depends on: where the keys of the site may be used."""
    site = Site.objects.get(pk=world.site.pk)
    site.origins = ["https://shop.example", f"https://shop-{number}.example"]
    site.save()


def have(planes: list[Granian], version: int) -> bool:
    return wait_until(lambda: all(snapshot_of(p) == version for p in planes), seconds=SECONDS)


def snapshot_of(plane: Granian) -> int | None:
    return plane.get("/readyz").json["snapshot"]


def metric(plane: Granian, name: str) -> float:
    text = plane.get("/metrics").body.decode()
    found = re.search(rf"^banner_lab_{name} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


def test_changes__twenty_in_a_row__are_in_each_of_three_processes_by_notification(
    three, world
) -> None:
    assert have(three, world.publish())
    begun = time.monotonic()
    for number in range(CHANGES):
        change(world, number)
        assert have(three, world.publish()), number
    assert time.monotonic() - begun < CHANGES * ONLY_POLLED * 0.75


def test_change__nobody_notified__is_found_by_asking(three, world) -> None:
    assert have(three, world.publish())
    for number in range(3):
        change(world, 100 + number)
        body = encode(compile_snapshot(now=timezone.now()))
        revision = LiveRevision.objects.get(pk=1).value
        made = Snapshot.objects.create(
            revision=revision, sha256=_sha256(body), body=body, created_at=timezone.now()
        )
        assert have(three, made.version), number


def _sha256(body: bytes) -> str:
    from delivery.snapshot import digest

    return digest(body)


def test_newest__tampered_with__is_refused_by_all_and_told(three, world) -> None:
    good = world.publish()
    assert have(three, good)
    last = Snapshot.objects.get(version=good)
    body = bytes(last.body).replace(b"spring-hero", b"spring-herO", 1)
    assert body != bytes(last.body)
    bad = Snapshot.objects.create(
        revision=last.revision, sha256=last.sha256, body=body, created_at=timezone.now()
    )
    try:
        for plane in three:
            refused = lambda p=plane: p.get("/readyz").json["alarms"] == ["snapshot_refused"]  # noqa: E731
            assert wait_until(refused, seconds=SECONDS)
            assert snapshot_of(plane) == good
            assert (metric(plane, "snapshot_refused"), metric(plane, "snapshot_version")) == (
                1,
                good,
            )
            told = [
                json.loads(line) for line in _lines(plane, f"snapshot {bad.version} is refused")
            ]
            assert [line["level"] for line in told] == ["error"]
    finally:
        bad.delete()
    for plane in three:
        assert wait_until(lambda p=plane: p.get("/readyz").json["alarms"] == [], seconds=SECONDS)


def _lines(plane: Granian, part: str) -> list[str]:
    return [line for line in plane.log.read_text("utf-8").splitlines() if part in line]


def test_metrics__through_a_proxy_without_a_token__are_not_there(three) -> None:
    assert three[0].get("/metrics").status == 200
    assert three[0].send("HEAD", "/metrics", {}).body == b""
    for header in ("x_forwarded_for", "forwarded", "via"):
        answer = three[0].get("/metrics", **{header: "203.0.113.9"})
        assert (answer.status, answer.json["status"]) == (404, 404)


def test_answers__a_thousand_ids__are_the_same_from_all_processes(three, world) -> None:
    assert have(three, world.publish())
    first, *others = (list(answers(plane, world)) for plane in three)
    assert 350 < sum('"variant":"a"' in text for text in first[:1000]) < 650
    for other in others:
        assert other == first


def answers(plane: Granian, world):
    """What a process says at each deciding door, without what is of that moment only."""
    connection = http.client.HTTPConnection("127.0.0.1", plane.port, timeout=15)
    headers = {"Authorization": f"Bearer {world.sk}", "Content-Type": "application/json"}
    for number in range(1_000):
        path = f"/api/v1/assign?experiment=spring-hero&user_id=u-{number}"
        connection.request("GET", path, headers=headers)
        yield told(connection.getresponse())
    for number in range(0, 1_000, 10):
        asked = {"user_id": f"u-{number}", "placements": ["home-hero", "cart-strip"]}
        connection.request("POST", "/api/v1/decide", json.dumps(asked), headers)
        yield told(connection.getresponse())
        context = json.dumps({"context": {"targetingKey": f"u-{number}"}})
        for path in ("/ofrep/v1/evaluate/flags", "/ofrep/v1/evaluate/flags/spring-hero"):
            connection.request("POST", path, context, headers)
            yield told(connection.getresponse())
    connection.close()


def told(answer: http.client.HTTPResponse) -> str:
    version = answer.getheader("snapshot-version")
    return f"{version} " + re.sub(r'"bl1\.[^"]+"', '"…"', answer.read().decode())


CRASH = """
import os, pathlib, sys
from delivery import live
pathlib.Path.replace = lambda *_: os._exit(9)
live.replace(pathlib.Path(sys.argv[1]), b"new" * 100_000)
"""


def test_snapshot_on_disk__crash_between_writing_and_renaming__leaves_the_old_one(tmp_path) -> None:
    kept = tmp_path / "snapshot"
    replace(kept, b"old")
    done = subprocess.run([sys.executable, "-c", CRASH, str(kept)], cwd=ROOT, check=False)
    assert (done.returncode, kept.read_bytes()) == (9, b"old")
    replace(kept, b"newest")
    assert kept.read_bytes() == b"newest"
