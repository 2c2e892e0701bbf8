"""The two doors to the data plane, as a client sees them: a real granian process, and Django."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.utils import timezone

from banner_lab.stack import ports
from banner_lab.stack.children import GRANIAN
from banner_lab.stack.processes import last_lines, wait_until
from creatives.models import Creative, Placement, Rendition, Version
from delivery.sink import ASSIGNED
from engine.assignment.hashing import bucket
from experiments import publishing
from experiments.models import Experiment, Layer, Status, Variant
from tests import factories
from workspace.models import Site

ROOT = Path(__file__).resolve().parent.parent
SHOP = "https://shop.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Door:
    """Anything that takes requests; the verbs are shared."""

    name = ""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        raise NotImplementedError

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, _named(headers))

    def post(self, path: str, data: Any, **headers: str) -> Answer:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        named = {"content-type": "application/json"} | _named(headers)
        return self.send("POST", path, named, body)


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    """`user_agent="x"` is the header User-Agent; `key="pk_…"` the Authorization."""
    named = {name.replace("_", "-"): text for name, text in headers.items() if name != "key"}
    named.setdefault("user-agent", BROWSER)
    if headers.get("key"):
        named["authorization"] = f"Bearer {headers['key']}"
    return named


class DjangoDoor(Door):
    """Django's test client."""

    name = "django"

    def send(self, method, path, headers, body=b""):
        kind = headers.get("content-type", "application/octet-stream")
        rest = {name: text for name, text in headers.items() if name != "content-type"}
        answer = Client().generic(method, path, body, content_type=kind, headers=rest)
        named = {name.lower(): text for name, text in answer.headers.items()}
        return Answer(answer.status_code, named, answer.content)


@dataclass(slots=True)
class Granian(Door):
    """The data plane's own process on the test database."""

    state: Path
    port: int = field(default_factory=ports.unused)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    app: str = "delivery.app:app"
    name = "granian"

    @property
    def log(self) -> Path:
        return self.state / "granian.log"

    def start(self) -> "Granian":
        self.state.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DELIVERY_STATE": str(self.state),
            **self.environment,
        }
        command = [
            *(sys.executable, "-m", "granian", "--interface", "asgi", self.app),
            *("--host", "127.0.0.1", "--port", str(self.port), *GRANIAN),
        ]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
            )
        assert wait_until(self._lives, seconds=20), last_lines(self.log)
        return self

    def _lives(self) -> bool:
        try:
            return self.get("/livez").status == 200
        except OSError:
            return False

    def stop(self) -> float:
        """SIGTERM; the seconds it took."""
        assert self.process
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(20)
        return time.monotonic() - begun

    def kill(self) -> None:
        """SIGKILL for the whole family, without a word."""
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def send(self, method, path, headers, body=b""):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            client.request(method, path, body or None, dict(headers))
            answer = client.getresponse()
            named = {name.lower(): text for name, text in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            client.close()

    def settle(self) -> None:
        """Wait until nothing that was acknowledged is only on the disk: a busy database is late."""
        waiting = lambda: list(self.state.rglob("*.spool"))  # noqa: E731
        assert wait_until(lambda: not waiting(), seconds=60), waiting()

    def follow(self, version: int) -> None:
        """Wait until a snapshot is in force."""
        assert wait_until(
            lambda: (self.get("/readyz").json["snapshot"] or 0) >= version, seconds=5
        ), last_lines(self.log)


def database_url() -> str:
    settings = connection.settings_dict
    return (
        f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:"
        f"{settings['PORT']}/{settings['NAME']}"
    )


@dataclass(frozen=True, slots=True)
class World:
    """A shop with a running experiment on the placement home-hero and its keys."""

    site: Site
    experiment: Experiment
    pk: str
    sk: str

    def publish(self) -> int:
        """Publish what was changed; the version in force."""
        publishing.publish_if_changed(now=timezone.now())
        return publishing.Snapshot.objects.values_list("version", flat=True)[0]


def a_banner(site: Site, key: str, *, versions: int = 1) -> Creative:
    """A creative whose files nobody has drawn: what matters here is what is said of it."""
    creative = Creative.objects.create(site=site, key=key, name=key)
    for number in range(1, versions + 1):
        version = Version.objects.create(
            creative=creative,
            number=number,
            status=Version.Status.APPROVED,
            alt=f"{key}: everything for spring",
            landing_url="https://shop.example/spring",
            width=1200,
            height=400,
            original_name="banner.png",
            original_type="image/png",
            original_bytes=1000,
            original_sha256="0" * 64,
        )
        Rendition.objects.create(
            version=version,
            file=f"{sha256(f'{key}{number}'.encode()).hexdigest()}.avif",
            mime_type="image/avif",
            width=1200,
            height=400,
            bytes=1000,
        )
        creative.live = version
    creative.save()
    return creative


def an_experiment(site: Site, key: str, placement: Placement, status: Status) -> Experiment:
    """A comparison of two banners, brought to `status`, in which u-42 gets `b`."""
    Layer.objects.get_or_create(site=site, key=placement.layer)
    experiment = Experiment.objects.create(
        site=site, key=key, name=key, placement=placement, hypothesis="Warmer is better."
    )
    for position, letter in enumerate("ab"):
        Variant.objects.create(
            experiment=experiment,
            key=letter,
            name=letter,
            position=position,
            creative=a_banner(site, f"{key}-{letter}", versions=3),
        )
    factories._bring_to(experiment, status, factories.NOW)
    seed = next(s for s in map(str, range(99)) if bucket(f"{s}:{experiment.phase}", "u-42") >= 5000)
    Experiment.objects.filter(pk=experiment.pk).update(seed=seed)
    experiment.refresh_from_db()
    return experiment


def a_world() -> World:
    site = factories.a_site()
    placement = factories.a_placement(site, "home-hero", fallback=a_banner(site, "default-hero"))
    factories.a_placement(site, "cart-strip", fallback=a_banner(site, "default-strip"))
    experiment = an_experiment(site, "spring-hero", placement, Status.RUNNING)
    publishable, secret = factories.a_key(site, "publishable")[1], factories.a_key(site)[1]
    return World(site, experiment, publishable, secret)


def log_rows(columns: str = "kind, mark") -> list[tuple[Any, ...]]:
    """What people did, as it is in the log, read by a connection of our own."""
    with psycopg.connect(database_url()) as own:
        return own.execute(
            f"SELECT {columns} FROM events_event WHERE kind <> %s ORDER BY seq", (ASSIGNED,)
        ).fetchall()
