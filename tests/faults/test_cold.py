"""A cold process that everybody calls at once; doors that know nothing at all."""

import asyncio
import contextlib
import threading
from dataclasses import replace

import pytest
from django.db import connection

from delivery.live import Reader
from experiments.api import data_plane
from experiments.models import Snapshot
from tests import apart
from tests.doors import SHOP, DjangoDoor, Granian
from tests.faults.load import Line

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
CALLS, FEW_CALLS = 200, 40


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def cold():
    """Django's doors as after a start."""
    forget(data_plane._Kept)
    yield data_plane._Kept
    forget(data_plane._Kept)


def forget(kept) -> None:
    kept.key = kept.live = kept.learnt_key = None
    kept.learnt, kept.confirmed_at = data_plane.NOTHING, 0.0


@contextlib.contextmanager
def no_database():
    """New connections are refused, as when the server has gone."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port


async def ask_all(port: int, key: str) -> list[int]:
    raw = f"GET {SPRING} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n".encode()

    async def ask() -> int:
        status, _, body = await Line(port).ask(raw)
        assert b'"reason":"SPLIT"' in body
        return status

    return await asyncio.gather(*(ask() for _ in range(CALLS)))


def test_first_calls__two_hundred_at_once__load_the_snapshot_once(world, tmp_path) -> None:
    world.publish()
    granian = Granian(tmp_path / "delivery").start()
    try:
        assert apart.run(ask_all(granian.port, world.sk)) == [200] * CALLS
        assert granian.log.read_text("utf-8").count("is in force") == 1
    finally:
        granian.kill()


def test_first_calls__django_in_many_threads__compile_the_snapshot_once(
    world, cold, monkeypatch
) -> None:
    world.publish()
    compiled, really = [], data_plane.make

    def counted(*args, **named):
        compiled.append(1)
        return really(*args, **named)

    monkeypatch.setattr(data_plane, "make", counted)
    answers, together = [], threading.Barrier(8)

    def ask() -> None:
        together.wait()
        mine = (DjangoDoor().get(SPRING, key=world.sk) for _ in range(FEW_CALLS // 8))
        answers.extend(answer.json["reason"] for answer in mine)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["SPLIT"] * FEW_CALLS
    assert len(compiled) == 1


def test_django__no_database_but_a_snapshot_in_memory__decides_as_before(world, cold) -> None:
    world.publish()
    before = DjangoDoor().get(SPRING, key=world.sk).json
    event = {"type": "page_view", "id": "1", "user_id": "u"}
    with no_database():
        after = DjangoDoor().get(SPRING, key=world.sk)
        refused = DjangoDoor().post("/api/v1/events", event, key=world.sk)
    assert (after.status, after.json["variant"]) == (200, before["variant"])
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")


def test_django__no_database_but_a_snapshot_on_disk__decides_as_before(
    world, cold, settings, tmp_path
) -> None:
    world.publish()
    before = DjangoDoor().get(SPRING, key=world.sk).json
    row = Snapshot.objects.first()
    about = {"version": row.version, "sha256": row.sha256, "as_of": row.created_at.timestamp()}
    Reader("", tmp_path)._keep("snapshot", bytes(row.body), about)
    forget(cold)
    settings.CONFIG = replace(settings.CONFIG, delivery_state=tmp_path)
    data_plane._Noted.at = 0.0  # the use of the key would be written down now
    with no_database():
        after = DjangoDoor().get(SPRING, key=world.sk)
    assert (after.status, after.json["variant"]) == (200, before["variant"])
    assert int(after.headers["snapshot-version"]) == row.version


def test_django__neither_database_nor_disk__answers_the_default(
    world, cold, settings, tmp_path
) -> None:
    settings.CONFIG = replace(settings.CONFIG, delivery_state=tmp_path)
    asked = {"placements": ["home-hero"], "user_id": "u-42", "key": world.pk}
    with no_database():
        assigned = DjangoDoor().get(SPRING, key=world.pk)
        decided = DjangoDoor().post("/api/v1/decide", asked, origin=SHOP)
    assert (assigned.status, assigned.json["reason"]) == (200, "DEFAULT")
    assert (decided.status, decided.json["decisions"]["home-hero"]["reason"]) == (200, "DEFAULT")
    assert decided.headers["access-control-allow-origin"] == SHOP
