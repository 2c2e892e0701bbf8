"""A stack of its own in a temporary folder: PostgreSQL that really syncs, one delivery process."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from banner_lab.stack import ports
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import Command, last_lines, spawn, stop, wait_until
from banner_lab.stack.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


def missing() -> str | None:
    """What this machine lacks, as a sentence."""
    if shutil.which("wrk") is None:
        return "The load comes from wrk, which is not installed (Debian: apt install wrk)."
    return None


@dataclass(slots=True)
class Stage:
    """Everything that runs during the measurement."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    port: int = 0
    seeded: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    state: "subprocess.Popen[bytes]" = field(init=False)

    def __enter__(self) -> "Stage":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_problem: object) -> None:
        for process in reversed(self.processes):
            stop(process, signal.SIGINT, patience=15)

    def _start(self) -> None:
        self.folder.chmod(0o711)  # root's PostgreSQL may have to run as somebody else
        cluster = Cluster.at(self.folder, port=ports.unused(), password="only-for-benchmarks")
        cluster.create()
        self.run(cluster.command(), "postgres")
        self.wait(cluster.ready, "postgres")
        valkey = Valkey(self.folder / "valkey", ports.unused(), "only-for-benchmarks", "state")
        self.state = self.run(valkey.command(), "valkey")
        self.wait(valkey.ready, "valkey")
        self.environment = self._settings(cluster.url) | {"STATE_URL": f"{valkey.url}/0"}
        self.call("manage.py", "migrate", "--verbosity", "0")
        self.seeded = json.loads(self.call("-m", "benchmarks.seed"))
        self.port = self.serve("delivery.app:app")

    def _settings(self, url: str) -> dict[str, str]:
        return {
            **{name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "LAB_STATE": str(self.folder),
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789-01",
            "PSEUDONYM_KEYS": "only-for-benchmarks",
            "TOKEN_KEYS": "1:" + "5a" * 32,
            "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
            "GRANIAN_LOG_LEVEL": "warning",
        }

    def serve(self, target: str, **extra: str) -> int:
        """Start one granian worker with an application; its port."""
        port, name = ports.unused(), target.split(":", maxsplit=1)[0]
        command = Command(
            (
                *(sys.executable, "-m", "granian", "--interface", "asgi", target),
                *("--host", ports.HOST, "--port", str(port), "--workers", "1", "--no-ws"),
                *("--http", "1"),
            ),
            environment=self.environment | extra,
            folder=ROOT,
        )
        self.run(command, name)
        self.wait(lambda: answers(f"http://{ports.HOST}:{port}/livez"), name)
        return port

    def run(self, command: Command, name: str) -> "subprocess.Popen[bytes]":
        """Start something that ends with the stage."""
        self.processes.append(spawn(command, log=self.folder / f"{name}.log"))
        return self.processes[-1]

    def wait(self, probe: object, name: str) -> None:
        """Until `probe` agrees; ends the benchmark with the log when it does not."""
        if not wait_until(probe, seconds=START_SECONDS):  # type: ignore[arg-type]
            raise SystemExit(f"{name} did not start:\n{last_lines(self.folder / f'{name}.log')}")

    def call(self, *arguments: str) -> str:
        """Run a Python program of the project to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout


def answers(url: str) -> bool:
    """Whether somebody serves there."""
    try:
        return bool(urlopen(url, timeout=1).status == 200)
    except OSError:
        return False
