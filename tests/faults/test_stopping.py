"""SIGTERM while requests are half sent: answered or refused, gone in time, the port closed."""

import contextlib
import json
import socket
import time

import pytest

from banner_lab.stack.processes import listening, wait_until
from tests.doors import Granian, database_url, log_rows
from tests.faults.kills import busyness

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

EXIT_SECONDS = 10


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def plane(proxy, world, tmp_path):
    world.publish()
    url = database_url().replace(f":{proxy.target[1]}/", f":{proxy.port}/")
    granian = Granian(tmp_path / "delivery", environment={"DATABASE_URL": url}).start()
    yield granian
    granian.kill()


def request(world, *, name: str) -> bytes:
    body = json.dumps({"type": "page_view", "id": name, "user_id": "u"}).encode()
    head = (
        "POST /api/v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {world.sk}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def said(end: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    found = b""
    end.settimeout(15)
    with contextlib.suppress(OSError):
        while part := end.recv(65536):
            found += part
    return found


def test_sigterm__requests_half_sent__are_answered_or_refused_and_it_ends_in_time(
    plane, proxy, world
) -> None:
    whole = request(world, name="whole")
    sent = {
        "half a header": whole[:40],
        "half a body": request(world, name="half")[:-10],
        "waits for the commit": whole,
        "nothing": b"",
    }
    ends = {name: socket.create_connection(("127.0.0.1", plane.port)) for name in sent}
    idle = socket.create_connection(("127.0.0.1", plane.port))
    idle.sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
    assert idle.recv(65536).startswith(b"HTTP/1.1 200")
    proxy.swallow()  # so that the whole one still waits when the signal comes
    for name, part in sent.items():
        ends[name].sendall(part)
    time.sleep(0.3)
    begun = time.monotonic()
    assert plane.process
    plane.process.terminate()
    heard = {name: said(end) for name, end in ends.items()}
    plane.process.wait(20)
    took = time.monotonic() - begun
    assert took <= EXIT_SECONDS * busyness(), took
    assert not listening(plane.port)
    assert heard["waits for the commit"].startswith(b"HTTP/1.1 202")
    for name in ("half a header", "half a body"):
        assert not heard[name] or heard[name].split()[1] in {b"400", b"408", b"503"}, heard[name]
    assert heard["nothing"] == b""
    assert said(idle) == b""
    proxy.shut()
    proxy.open()
    plane.start()
    assert wait_until(lambda: plane.get("/readyz").json["spool_bytes"] == 0, seconds=20)
    assert [row for row in log_rows("kind") if row[0] == "page_view"] == [("page_view",)]
