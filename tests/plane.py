"""A data plane as its own process on the test's database, for tests that go over the network."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from banner_lab.stack import ports
from banner_lab.stack.children import GRANIAN
from banner_lab.stack.processes import Command, last_lines, spawn, stop, wait_until
from experiments.models import Snapshot

START_SECONDS = 30
PUBLISHED_SECONDS = 15


@contextmanager
def running_plane(folder: Path, *, public_url: str) -> Iterator[str]:
    """Start it, yield its address, stop it. Whatever it needs must be committed."""
    port = ports.unused()
    url, log = f"http://127.0.0.1:{port}", folder / "delivery.log"
    command = Command(
        (sys.executable, *_granian(port)),
        environment=os.environ
        | {
            "DATABASE_URL": _database_url(),
            "DELIVERY_STATE": str(folder / "delivery"),
            "PUBLIC_URL": public_url,
            "DELIVERY_URL": url,
        },
        folder=Path(__file__).resolve().parent.parent,
    )
    process = spawn(command, log=log)
    try:
        _wait(process, url, log)
        yield url
    finally:
        stop(process, signal.SIGTERM, patience=10)


def until_published(url: str) -> None:
    """Wait until what was published last is in force."""
    version = Snapshot.objects.values_list("version", flat=True)[0]
    assert wait_until(lambda: _snapshot(url) >= version, seconds=PUBLISHED_SECONDS)


def _snapshot(url: str) -> int:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=1) as answer:
            return int(json.load(answer)["snapshot"] or 0)
    except (OSError, urllib.error.URLError):
        return 0


def _granian(port: int) -> tuple[str, ...]:
    return (
        *("-m", "granian", "--interface", "asgi", "delivery.app:app", "--host", "127.0.0.1"),
        *("--port", str(port), *GRANIAN),
    )


def _database_url() -> str:
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    return f"{base}/{connection.settings_dict['NAME']}"


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not _live(url):
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the data plane did not start:\n{last_lines(log)}")
        time.sleep(0.05)


def _live(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/livez", timeout=1):
            return True
    except (OSError, urllib.error.URLError):
        return False
