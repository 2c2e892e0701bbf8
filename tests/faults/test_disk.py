"""The database is away and the disk takes nothing: nothing is promised, and it comes back."""

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from banner_lab.stack.processes import wait_until
from tests.doors import Granian, database_url, log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
SIZE = 1_000_000
FILLER = 700_000
TOO_SMALL = 100
RECOVERY_SECONDS = 30


class Disk:
    """What the spool lies on: it can be filled and emptied."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool

    def fill(self, granian: Granian) -> None:
        raise NotImplementedError

    def empty(self, granian: Granian) -> None:
        raise NotImplementedError


class Small(Disk):
    """A file system of one megabyte."""

    def fill(self, granian):
        (self.spool / "filler").write_bytes(b"x" * FILLER)

    def empty(self, granian):
        (self.spool / "filler").unlink()


class Limited(Disk):
    """No file may grow beyond some bytes."""

    def fill(self, granian):
        self.limit(granian, TOO_SMALL)

    def empty(self, granian):
        self.limit(granian, resource.RLIM_INFINITY)

    def limit(self, granian, size):
        for pid in family(granian.process.pid):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Broken(Disk):
    """Takes what is written and fails when that is to be synced."""

    def fill(self, granian):
        Path(granian.environment["FAULT_EIO"]).touch()

    def empty(self, granian):
        Path(granian.environment["FAULT_EIO"]).unlink()


def family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


@contextlib.contextmanager
def small(spool: Path) -> Iterator[None]:
    spool.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(spool)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"nothing may be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(spool)], check=True)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(params=[Small, Limited, Broken])
def disk(request, tmp_path) -> Iterator[Disk]:
    spool = tmp_path / "delivery" / "spool"
    with small(spool) if request.param is Small else contextlib.nullcontext():
        yield request.param(spool)


@pytest.fixture
def plane(disk, proxy, world, tmp_path):
    world.publish()
    url = database_url().replace(f":{proxy.target[1]}/", f":{proxy.port}/")
    granian = Granian(
        tmp_path / "delivery",
        environment={"DATABASE_URL": url, "FAULT_EIO": str(tmp_path / "eio")},
        app="tests.faults.failing_disk:app",
    ).start()
    yield granian
    granian.kill()


def batch(number: int, size: int = 100) -> list[dict]:
    return [{"type": "page_view", "id": f"b{number}-{n}", "user_id": f"u-{n}"} for n in range(size)]


def test_disk_full__database_away__refuses_promises_nothing_and_recovers(
    plane, disk, proxy, world
) -> None:
    token = plane.get(SPRING, key=world.pk).json["token"]
    proxy.shut()
    kept = [0]
    assert plane.post("/api/v1/events", {"events": batch(0)}, key=world.sk).status == 202
    disk.fill(plane)
    refused = []
    for number in range(1, 60):
        answer = plane.post("/api/v1/events", {"events": batch(number)}, key=world.sk)
        (kept if answer.status == 202 else refused).append(number)
        if answer.status != 202:
            assert (answer.status, answer.headers["retry-after"]) == (503, "5"), answer
            assert answer.json["status"] == 503
        if len(refused) > 5:
            break
    assert refused
    # Shoppers notice nothing of it.
    assert plane.get(SPRING, key=world.pk).json["reason"] == "SPLIT"
    assert plane.get(f"/c/{token}").status == 302
    assert plane.get("/livez").status == 200
    disk.empty(plane)
    begun = time.monotonic()
    send = lambda: plane.post("/api/v1/events", {"events": batch(90)}, key=world.sk).status  # noqa: E731
    assert wait_until(lambda: send() == 202, seconds=RECOVERY_SECONDS)
    print(f"accepted again after {time.monotonic() - begun:.1f} s")
    proxy.open()
    calm = lambda: plane.get("/readyz").json["spool_bytes"] == 0  # noqa: E731
    assert wait_until(calm, seconds=RECOVERY_SECONDS)
    assert not list(disk.spool.glob("*.torn"))
    views = [row for row in log_rows("kind, id") if row[0] == "page_view"]
    assert len(views) == len({row[1] for row in views}) == 100 * (len(kept) + 1)
    for number in [*kept, 90]:
        answer = plane.post("/api/v1/events", {"events": batch(number)}, key=world.sk)
        assert answer.json["duplicate"] == 100
    assert os.listdir(disk.spool) == []  # noqa: PTH208 - also what is hidden
