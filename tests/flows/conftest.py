"""The whole product as `./lab up` runs it, and a browser that tolerates no complaint."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from banner_lab.stack import ports
from banner_lab.stack.processes import last_lines

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 180
PAST_SECONDS = 300  # its own, for on a busy machine the start takes most of what the start is given
# The servers of the test run are not those of the product under test.
OWN = (
    "DATABASE_URL", "CELERY_BROKER_URL", "STATE_URL", "SECRET_KEY", "PSEUDONYM_KEYS", "TOKEN_KEYS",
    "PUBLIC_URL", "DELIVERY_URL", "MEDIA_ROOT", "DELIVERY_STATE", "ALLOWED_HOSTS", "DEMO", "DEBUG",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lab:
    """A running stack: where it listens, and what `./lab up` would print."""

    web: str
    delivery: str
    passwords: dict[str, str]
    keys: dict[str, str]
    state: Path

    def call(self, path: str, body: object = None, *, verb: str = ""):
        """What the management API answers to the site's secret key: a GET, with a body a POST."""
        return self._answer(self.web + path, body, verb or ("GET" if body is None else "POST"))

    def decide(self, body: object) -> dict:
        """What the banner server decides for each placement that the body names."""
        return self._answer(f"{self.delivery}/api/v1/decide", body, "POST")["decisions"]

    def _answer(self, address: str, body: object, verb: str):
        headers = {
            "Authorization": f"Bearer {self.keys['secret']}",
            "Content-Type": "application/json",
        }
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, sent, headers, method=verb)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Everything started in a folder of its own, with the demo site, stopped at the end."""
    state = tmp_path_factory.mktemp("lab") / "state of 中文"
    web, delivery = ports.unused(), ports.unused()
    environment = {k: v for k, v in os.environ.items() if k not in OWN} | {"LAB_STATE": str(state)}
    log = state.parent / "up.log"
    command = [sys.executable, "-m", "banner_lab.stack", "up"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(web), "--delivery-port", str(delivery)],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield _when_ready(process, log, state, web, delivery)
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()


def _when_ready(process: subprocess.Popen, log: Path, state: Path, web: int, delivery: int) -> Lab:
    end = time.monotonic() + START_SECONDS
    while "Ctrl-C stops everything" not in log.read_text("utf-8"):
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"the stack did not start:\n{last_lines(log)}")
        time.sleep(0.2)
    made = json.loads((state / "demo.json").read_text("utf-8"))
    lab = Lab(
        web=f"http://127.0.0.1:{web}",
        delivery=f"http://127.0.0.1:{delivery}",
        passwords={person["role"]: person["password"] for person in made["users"]}
        | {person["username"]: person["password"] for person in made["users"]},
        keys=made["keys"],
        state=state,
    )
    _wait_for_the_past(lab)
    return lab


def _wait_for_the_past(lab: Lab) -> None:
    """The demo's history comes in after the start; its last step is the reports."""
    end = time.monotonic() + PAST_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if lab.call("/api/v1/experiments/side-linen/report/")["verdict"] == "collecting":
                return
        time.sleep(0.5)
    pytest.fail("the demo's history did not come in")


@dataclass(slots=True)
class Complaints:
    """What the browser's console and its Content-Security-Policy had to say."""

    heard: list[str] = field(default_factory=list)

    def watch(self, page) -> None:
        page.on(
            "console",
            lambda m: self.heard.append(f"{page.url}: {m.text}") if m.type == "error" else None,
        )
        page.on("pageerror", lambda e: self.heard.append(f"{page.url}: {e}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))"
        )


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test when a page it watched logged an error or broke the policy."""
    complaints = Complaints()
    yield complaints
    assert complaints.heard == []


@pytest.fixture
def page(chromium, complaints):
    """A fresh visitor's page, 1366×768."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints.watch(page)
    yield page
    context.close()
