"""What shoppers never wait for: a collection that walks through a large snapshot."""

import gc
import json
import sys
import time
import weakref

import pytest

from delivery import log_lines, pauses, snapshot
from delivery.app import Application
from delivery.live import Reader, make
from tests.apart import run
from tests.delivery.snapshots import a_snapshot, an_entry

MANY = 200
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def body():
    return snapshot.encode(a_snapshot(*(an_entry(number) for number in range(1, MANY + 1))))


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()


def about(body):
    return {"sha256": snapshot.digest(body), "version": 1, "as_of": time.time()}


def is_walked_through(live):
    return any(one is live for one in gc.get_objects())


def test_reader__snapshot_from_the_database__no_collection_walks_through_it(body, tmp_path):
    row = body, time.time()
    live = run(Reader("", tmp_path)._load(1, snapshot.digest(body), row))
    assert live.everywhere
    assert gc.isenabled()
    assert not is_walked_through(live.everywhere)
    plain = make(body, **about(body))
    assert is_walked_through(plain.everywhere)


def test_reader__snapshot_from_disk__no_collection_walks_through_it(body, tmp_path):
    kept = json.dumps(about(body)).encode() + b"\n" + body
    (tmp_path / "snapshot").write_bytes(kept)

    async def started():
        reader = Reader(NOWHERE, tmp_path)
        await reader.start()
        await reader.stop()
        return reader.current.live

    live = run(started())
    assert live.everywhere
    assert not is_walked_through(live.everywhere)


def test_lasting__newer_snapshot__the_old_one_goes(body):
    live = pauses.lasting(make, body, **about(body))
    first = gc.get_freeze_count()
    for _ in range(3):
        live = pauses.lasting(make, body, **about(body))
    assert gc.get_freeze_count() < first + len(live.everywhere)


def test_lasting__garbage_in_a_circle__is_not_kept_for_good(body):
    class Circle:
        def __init__(self):
            self.self = self

    gc.disable()  # nobody else takes it away
    gone = weakref.ref(Circle())
    assert gone() is not None
    pauses.lasting(make, body, **about(body))
    assert gone() is None


def test_lasting__cannot_be_made__collections_go_on():
    with pytest.raises(ValueError, match="broken"):
        pauses.lasting(int, "broken")
    assert gc.isenabled()


def test_application__serves__threads_take_turns_ten_times_as_often(monkeypatch):
    """The loop does not wait for the thread that makes a snapshot."""
    monkeypatch.setattr(log_lines, "set_up", lambda: None)  # the log here is the tests'
    before, during = sys.getswitchinterval(), []

    async def served():
        heard = iter(("startup", "shutdown"))

        async def receive():
            return {"type": f"lifespan.{next(heard)}"}

        async def send(_message):
            during.append(sys.getswitchinterval())

        await Application()._lifespan(receive, send)

    try:
        run(served())
    finally:
        sys.setswitchinterval(before)
    assert max(during) <= before / 10
