"""Real servers for the tests, started before Django's settings are read.

pytest-django reads the settings earlier than any conftest.py, so this is a plugin named in
`addopts`. Every run of pytest takes the first free folder `var/tests/<n>` and has its own
PostgreSQL and Valkey there; the empty cluster is kept, so that only the very first run waits for
it. With xdist the controller starts the servers and the workers inherit its environment.

Variables that are already set are left alone: with DATABASE_URL and CELERY_BROKER_URL in the
environment (as in CI) nothing is started.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from banner_lab.stack import ports
from banner_lab.stack.errors import CannotStart
from banner_lab.stack.postgres import FORGETFUL, Cluster
from banner_lab.stack.processes import Command, last_lines, spawn, stop, wait_until
from banner_lab.stack.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
SLOTS = 32
START_SECONDS = 60
# The cluster is kept between runs and listens on the loopback address during tests only.
PASSWORD = "only-for-tests"
# Database numbers of the one Valkey: two for each xdist worker.
DATABASES_PER_WORKER = 2

FOLDERS = ("MEDIA_ROOT", "DELIVERY_STATE")
FIXED = {
    "SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789-0123456789",
    "PSEUDONYM_KEYS": "only-for-tests-pseudonym-key-1",
    "TOKEN_KEYS": f"1:{'5a' * 32}",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "DELIVERY_URL": "http://127.0.0.1:8001",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1,[::1]",
    "DEBUG": "0",
    "DEMO": "1",
}


def pytest_addoption() -> None:
    """Start everything: the one hook that runs before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        _separate(os.environ["PYTEST_XDIST_WORKER"])
    elif "LAB_TEST_SLOT" not in os.environ:
        _prepare()


def pytest_report_header() -> str:
    """Say where the servers of this run keep their data and logs."""
    return f"servers: {os.environ.get('LAB_TEST_SLOT', 'none started')}"


def _prepare() -> None:
    slot, lock = _take_slot(ROOT / "var" / "tests")
    os.environ["LAB_TEST_SLOT"] = str(slot)
    # A .env or stack.env of the developer must not leak into the tests.
    os.environ["LAB_STATE"] = str(slot)
    for name, value in FIXED.items():
        os.environ.setdefault(name, value)
    for name in FOLDERS:
        os.environ.setdefault(name, str(_empty(slot / name.lower())))
    # WhiteNoise warns about a missing folder, and a warning is an error here.
    _empty(slot / "static")
    try:
        _start_servers(slot, lock)
    except CannotStart as problem:
        raise pytest.UsageError(f"{problem} {problem.hint or ''}") from problem


def _take_slot(folder: Path) -> tuple[Path, int]:
    for parent in (folder.parent, folder):
        # To be entered, not listed: root's PostgreSQL may have to run as somebody else.
        parent.mkdir(mode=0o711, exist_ok=True)
    for number in range(1, SLOTS + 1):
        slot = folder / str(number)
        try:
            slot.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(slot / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError:  # another user's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return slot, lock
    raise pytest.UsageError(f"No folder in {folder} is free: other test runs use all {SLOTS}.")


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _start_servers(slot: Path, lock: int) -> None:
    servers = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(_postgres(slot, lock))
    if not os.environ.get("CELERY_BROKER_URL"):
        servers.append(_valkey(slot, lock))
    for server in servers:
        server.start()
    for server in servers:
        server.wait()


@dataclass(slots=True)
class _Server:
    command: Command
    ready: Callable[[], bool]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.unlink(missing_ok=True)
        self.process = process = spawn(self.command, log=self.log)
        atexit.register(stop, process, self.command.stop_signal, patience=10)

    def wait(self) -> None:
        process = self.process
        assert process is not None
        wait_until(lambda: self.ready() or process.poll() is not None, seconds=START_SECONDS)
        if process.poll() is not None or not self.ready():
            raise CannotStart(f"{self.log.stem} did not start:\n{last_lines(self.log)}")


def _postgres(slot: Path, lock: int) -> _Server:
    cluster = Cluster.at(slot, port=ports.unused(), password=PASSWORD)
    if _machine_start() != _read(slot / "machine-start"):
        # Written without fsync: what a power cut left of it is not to be trusted.
        shutil.rmtree(cluster.data, ignore_errors=True)
    if not cluster.exists:
        cluster.create(synced=False)
    (slot / "machine-start").write_text(_machine_start(), encoding="ascii")
    os.environ["DATABASE_URL"] = cluster.url
    # The server holds the lock as well: the slot is free only when the server has gone.
    command = cluster.command(FORGETFUL, keep_open=(lock,))
    return _Server(command, cluster.ready, slot / "postgres.log")


def _valkey(slot: Path, lock: int) -> _Server:
    valkey = Valkey(slot / "valkey", ports.unused(), PASSWORD, "tests")
    os.environ["LAB_TEST_VALKEY"] = valkey.url
    _choose_databases(0)
    return _Server(valkey.command(keep_open=(lock,)), valkey.ready, slot / "valkey.log")


def _choose_databases(number: int) -> None:
    url, first = os.environ["LAB_TEST_VALKEY"], number * DATABASES_PER_WORKER
    os.environ["CELERY_BROKER_URL"] = f"{url}/{first}"
    os.environ["STATE_URL"] = f"{url}/{first + 1}"


def _separate(worker: str) -> None:
    """Give an xdist worker its own folders and queues; its database is pytest-django's work."""
    if "LAB_TEST_VALKEY" in os.environ:
        _choose_databases(int(worker.removeprefix("gw")) + 1)
    slot = os.environ.get("LAB_TEST_SLOT")
    for name in FOLDERS if slot else ():
        if os.environ[name].startswith(f"{slot}{os.sep}"):
            os.environ[name] = str(Path(os.environ[name]) / worker)
            Path(os.environ[name]).mkdir(mode=0o700, exist_ok=True)


def _machine_start() -> str:
    return _read(Path("/proc/sys/kernel/random/boot_id"))


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.exists() else ""
