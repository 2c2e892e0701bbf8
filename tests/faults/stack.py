"""A whole product of real processes, and the ways to hurt it.

PostgreSQL with fsync, both Valkeys, two data planes, web, worker and beat, as `./lab up` starts
them; only that everything reaches the database through a door that can be shut (`tests.proxy`).
"""

import calendar
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery
from kombu import Connection

from banner_lab.stack import children, ports
from banner_lab.stack.children import Listening
from banner_lab.stack.ports import HOST
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import last_lines, spawn, stop, wait_until
from banner_lab.stack.supervisor import Child
from banner_lab.stack.valkey import Valkey
from tests.embedded import FIXED, PASSWORD
from tests.faults.judge import Span
from tests.faults.world import Shop
from tests.proxy import Proxy

START_SECONDS = 90
PLANES = ("delivery-1", "delivery-2")
SERVERS = ("database", "broker", "state")
EVERYTHING = (*SERVERS, *PLANES, "web", "worker", "beat")
APP = "delivery.app:app"


@dataclass(slots=True)
class Stack:
    """The processes by their names; `spawners` are for those that are not started as usual."""

    folder: Path
    cluster: Cluster
    shop: Shop
    proxy: Proxy
    children: dict[str, Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    fallen: list[str] = field(default_factory=list)
    spawners: dict[str, Callable[..., "subprocess.Popen[bytes]"]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, cluster: Cluster, shop: Shop) -> "Stack":
        """The stack around a cluster that is filled; nothing runs yet."""
        stack = cls(folder, cluster, shop, Proxy((HOST, cluster.port)).open())
        stack.ports = {name: ports.unused() for name in EVERYTHING}
        stack.ports["database"] = cluster.port
        stack.children = stack._children()
        return stack

    def valkey(self, name: str) -> Valkey:
        """Broker or hot state."""
        return Valkey(self.folder / name, self.ports[name], PASSWORD, name)  # type: ignore[arg-type]

    @property
    def environment(self) -> dict[str, str]:
        """What the applications are told."""
        web, plane = self.ports["web"], self.ports["delivery-1"]
        media = self.folder / "media"
        media.mkdir(exist_ok=True)
        return {
            **os.environ,
            **FIXED,
            "DEMO": "0",
            "LAB_STATE": str(self.folder),
            "MEDIA_ROOT": str(media),
            "DELIVERY_STATE": str(self.folder / "delivery"),
            "DATABASE_URL": self.cluster.url.replace(
                f":{self.cluster.port}/", f":{self.proxy.port}/"
            ),
            "CELERY_BROKER_URL": f"{self.valkey('broker').url}/0",
            "STATE_URL": f"{self.valkey('state').url}/0",
            "PUBLIC_URL": f"http://{HOST}:{web}",
            "DELIVERY_URL": f"http://{HOST}:{plane}",
            # Each request of the load has an address of its own.
            "TRUSTED_PROXIES": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _children(self) -> dict[str, Child]:
        found = {"database": Child("database", self.cluster.command(), self.cluster.ready)}
        for name in ("broker", "state"):
            found[name] = children.valkey(name, self.valkey(name))
        for plane in reversed(PLANES):
            listening = Listening(HOST, self.ports["web"], self.ports[plane])
            for child in children.applications(listening, self.environment):
                name = plane if child.name == "delivery" else child.name
                found[name] = replace(child, name=name)
        return found

    def serve(self, app: str, **environment: str) -> None:
        """Let the data planes be another build from their next start on."""
        for name in PLANES:
            command = self.children[name].command
            words = tuple(app if word == APP else word for word in command.arguments)
            told = {**(command.environment or {}), **environment}
            changed = replace(command, arguments=words, environment=told)
            self.children[name] = replace(self.children[name], command=changed)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start(self, names: Iterable[str] = EVERYTHING) -> "Stack":
        """Start these, the servers first, and wait until all answer."""
        chosen = list(names)
        for tier in ([n for n in chosen if n in SERVERS], [n for n in chosen if n not in SERVERS]):
            for name in tier:
                self.spawn(name)
            for name in tier:
                assert wait_until(lambda: self.answers(name), seconds=START_SECONDS), (  # noqa: B023
                    f"{name} did not start:\n{last_lines(self.log(name))}"
                )
        return self

    def spawn(self, name: str) -> None:
        """Start one; it may not be ready yet."""
        begin = self.spawners.get(name, spawn)
        self.processes[name] = begin(self.children[name].command, log=self.log(name))

    def revive(self, name: str) -> None:
        """Start again what was killed, as the supervisor does: first what is left of it goes."""
        stop(self.processes[name], signal.SIGKILL, patience=0)
        self.spawn(name)

    def end(self, name: str) -> float:
        """Ask it to stop; the seconds that took."""
        begun = time.monotonic()
        child, process = self.children[name], self.processes.pop(name)
        stop(process, child.command.stop_signal, patience=20)
        return time.monotonic() - begun

    def close(self) -> None:
        """End everything, the servers last."""
        for name in reversed(EVERYTHING):
            if name in self.processes:
                self.signal(name, signal.SIGCONT)
                self.end(name)
        self.proxy.shut()

    def family(self, name: str) -> list[int]:
        """Its process and all below it."""
        found = [self.processes[name].pid]
        for pid in found:
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found += map(int, (task / "children").read_text().split())
        return found

    def signal(self, name: str, number: int) -> None:
        """To the whole family at once."""
        for pid in self.family(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def note_the_fallen(self, *, excused: Iterable[str] = ()) -> None:
        """Write down who ended without being asked; start them again, as the supervisor does."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                if name not in excused:
                    self.fallen.append(f"{name} ended by itself ({process.returncode})")
                self.revive(name)

    def answers(self, name: str) -> bool:
        """Whether it does its work now."""
        if self.processes[name].poll() is not None:
            return False
        if name in PLANES:
            return bool(self.health(name))
        ready = self.children[name].ready
        return True if ready is None else ready()

    def health(self, plane: str) -> dict[str, Any]:
        """What `/readyz` says; nothing when nobody answers."""
        return said(self.ports[plane], "/readyz")

    def is_calm(self) -> bool:
        """Whether every plane that runs is ready and nothing waits on the disk."""
        states = [self.health(name) for name in PLANES if name in self.processes]
        return all(s.get("status") == "ready" and s["spool_bytes"] == 0 for s in states)

    def blind(self) -> Iterator[Span]:
        """When a plane says it did without the database: its answers could not know duplicates."""
        at = 0.0
        for plane in PLANES:
            text = self.log(plane).read_text("utf-8", "replace") if self.log(plane).exists() else ""
            for line in text.splitlines():
                at = _time_of(line) or at
                if "events go to the spool" in line:
                    yield Span(at - 5, at + 10)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database, by a connection that no fault of ours reaches."""
        with psycopg.connect(self.cluster.url, autocommit=True) as own:
            answer = own.execute(sql, values)
            return answer.fetchall() if answer.description else []

    def ring(self, task: str = "events.tasks.roll_up") -> bool:
        """Send the worker a task, as the clock does; whether the broker took it."""
        address = f"{self.valkey('broker').url}/0"
        options = {"max_retries": 0, "socket_timeout": 1, "socket_connect_timeout": 1}
        # By a connection of its own: Celery prefers the environment's broker to the app's.
        with (
            Celery(set_as_current=False) as app,
            Connection(address, transport_options=options) as there,
        ):
            try:
                app.send_task(task, ignore_result=True, retry=False, connection=there)
            except Exception:  # noqa: BLE001 - whatever the client says of a broker that is away
                return False
        return True


def _time_of(line: str) -> float:
    """What a line of a log says of its time; 0 without."""
    found = _TIME.search(line[:200])
    if found is None:
        return 0.0
    at = time.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M:%S")
    return float(calendar.timegm(at)) if found[3] else time.mktime(at)


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)[.,\d]*(Z|\+00:00)?")


def said(port: int, path: str, *, key: str = "") -> dict[str, Any]:
    """The JSON that a plane answers at `path`, whatever its status; nothing without an answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {key}"} if key else {})
        found: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    else:
        return found
    finally:
        connection.close()


@contextlib.contextmanager
def cluster_at(folder: Path, fill: Callable[[str, Path], Shop]) -> Iterator[tuple[Cluster, Shop]]:
    """A cluster of our own, which writes as carefully as a shop's does, filled by `fill`."""
    cluster = Cluster.at(folder, port=ports.unused(), password=PASSWORD)
    # Only its making may be careless: what it holds by then can be made again.
    cluster.create(synced=False)
    process = spawn(cluster.command(), log=folder / "fill.log")
    try:
        assert wait_until(cluster.ready, seconds=START_SECONDS), last_lines(folder / "fill.log")
        shop = fill(cluster.url, cluster.installation.folder / "bin")
    finally:
        stop(process, cluster.command().stop_signal, patience=20)
    yield cluster, shop
