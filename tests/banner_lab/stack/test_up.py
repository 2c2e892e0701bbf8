"""The whole stack as a person meets it: start, second start, accidents, stop."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from banner_lab.stack import ports

ROOT = Path(__file__).resolve().parents[3]
# What the tests' own servers have put into the environment must not be taken for the user's.
GIVEN = (
    *("DATABASE_URL", "CELERY_BROKER_URL", "STATE_URL", "SECRET_KEY", "PSEUDONYM_KEYS"),
    *("TOKEN_KEYS", "PUBLIC_URL", "DELIVERY_URL", "MEDIA_ROOT", "DELIVERY_STATE", "DEMO"),
)

pytestmark = pytest.mark.long


class Lab:
    """`./lab` on a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {n: v for n, v in os.environ.items() if n not in GIVEN}
        self.environment |= {"LAB_STATE": str(folder), "DEMO": "0"}
        self.started: list[subprocess.Popen[str]] = []

    def call(self, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "banner_lab.stack", *arguments],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def up(self, *arguments: str) -> "tuple[subprocess.Popen[str], str]":
        process, said = self.call("up", *arguments), ""
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if "Ctrl-C stops" in line:
                return process, said
        raise AssertionError(f"it did not start:\n{said}")

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
        return report

    def processes(self) -> list[str]:
        """Every process that was started for this folder, zombies aside."""
        mark = f"LAB_STATE={self.folder}".encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (place / "environ").read_bytes().split(b"\0")
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if ours and command:
                found.append(command)
        return found


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path / "状态 folder")
    yield made
    for process in made.started:
        process.kill()
        process.communicate()
    wait_for(lambda: not made.processes())


def wait_for(condition: Callable[[], object], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def seconds_needed(said: str) -> float:
    found = re.search(r"ready after ([0-9.]+) s", said)
    assert found is not None
    return float(found[1])


def quiet_seconds(promised: float) -> float:
    """The promise is for a machine with nothing else to do; a busy one gets its share."""
    return promised * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_stack__from_nothing_to_stop__goes_as_promised(lab: Lab) -> None:
    web, delivery = ports.unused(), ports.unused()
    chosen = ("--port", str(web), "--delivery-port", str(delivery))
    process, said = lab.up(*chosen)
    assert seconds_needed(said) <= quiet_seconds(20)
    assert f"http://127.0.0.1:{web}/" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{web}/login/") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{delivery}/livez") as answer:
        assert answer.status == 200
    assert (lab.folder / "stack.env").stat().st_mode & 0o777 == 0o600

    second, _ = lab.call("up").communicate(timeout=20)
    assert f"already running at http://127.0.0.1:{web}" in second

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Stopped." in rest
    assert not lab.processes()

    process, said = lab.up(*chosen)
    assert seconds_needed(said) <= quiet_seconds(6)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert not lab.processes()


def kill_and_see_it_again(lab: Lab, name: str) -> None:
    before = lab.report()["processes"][name]["pid"]
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: lab.report()["processes"][name]["pid"] != before)


def test_stack__accidents__are_survived_or_end_clean(lab: Lab) -> None:
    process, _ = lab.up()
    for name in ("web", "delivery", "worker", "beat", "broker", "state", "database"):
        kill_and_see_it_again(lab, name)
    web = lab.report()["web"]

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{web}/login/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_for(answers)
    process.kill()
    wait_for(lambda: not lab.processes())
    # Nothing that was left behind keeps it from starting again.
    process, _ = lab.up()


def test_stack__taken_ports__are_said(lab: Lab) -> None:
    other = Lab(lab.folder.with_name("another"))
    try:
        other.up()
        web = other.report()["ports"]["web"]
        refused, _ = lab.call("up", "--port", str(web)).communicate(timeout=20)
        assert f"Port {web} on 127.0.0.1 is taken" in refused
        assert "--port" in refused
        _, said = lab.up()
        assert "is taken; the pages use" in said
        assert lab.report()["ports"]["web"] != web
    finally:
        for process in other.started:
            process.terminate()
            process.communicate(timeout=30)
