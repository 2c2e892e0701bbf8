"""What all processes write into their logs while people use every door: nothing about those people.

Real processes, as `./lab up` starts them, in the form for production. Whoever may be recognised by
something (an id, a name, an address, a token, a key) carries a marker; afterwards nobody finds one.
"""

import http.client
import json
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from banner_lab.stack import children, ports
from banner_lab.stack.children import Listening
from banner_lab.stack.processes import last_lines, spawn, stop, wait_until
from banner_lab.stack.status import readable
from tests.doors import BROWSER, SHOP, database_url

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

MARK = "zqmarkerzq"
VISITOR = f"visitor-{MARK}"
ADDRESS, ADDRESS6 = "198.51.100.77", "2001:db8:77::77"
HOST = "127.0.0.1"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def stack(world, proxy, tmp_path):
    """Pages, data plane, worker and clock; their ports and their logs."""
    world.publish()
    listening = Listening(HOST, ports.unused(), ports.unused())
    place = urlsplit(database_url())
    environment = os.environ | {
        "DATABASE_URL": database_url().replace(f":{place.port}/", f":{proxy.port}/"),
        "DELIVERY_STATE": str(tmp_path / "delivery"),
        "LOG_FORMAT": "json",
    }
    every = children.applications(listening, environment)
    started = [spawn(each.command, log=tmp_path / f"{each.name}.log") for each in every]
    try:
        for child in every:
            ready = child.ready is None or wait_until(child.ready, seconds=60)
            assert ready, last_lines(tmp_path / f"{child.name}.log")
        yield listening
    finally:
        for process in started:
            process.terminate()
        for process in started:
            stop(process, signal.SIGTERM, patience=3)


def send(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """One request of somebody who can be recognised by everything they send."""
    named = {
        "User-Agent": f"{BROWSER} {MARK}",
        "X-Forwarded-For": f"{ADDRESS}, {ADDRESS6}",
        "Referer": f"https://shop.example/?who={MARK}",
        "Cookie": f"who={MARK}",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    connection = http.client.HTTPConnection(HOST, port, timeout=15)
    try:
        connection.request(method, path, body or None, named)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def shop(port: int, world) -> set[int]:
    """Everything that a storefront, its visitors and its enemies send to a data plane."""
    who, seen, mail = quote(VISITOR), [], f"{MARK}@shop.example"
    assign = f"/api/v1/assign?experiment=spring-hero&user_id={who}"
    status, body = send(port, "GET", f"{assign}&key={world.pk}", Origin=SHOP)
    assert status == 200, body
    token = json.loads(body)["token"]
    asked = {"user_id": VISITOR, "placements": ["home-hero", MARK], "key": world.pk}
    view = {"type": "page_view", "id": f"e-{MARK}", "user_id": VISITOR}
    batch = [
        view,
        {"type": "impression", "token": token},
        {"type": "click", "token": f"{token}{MARK}"},
        {"type": f"custom:{MARK}", "id": MARK, "user_id": mail, "properties": {"name": MARK}},
        {"type": MARK, "id": MARK, "user_id": MARK},
        {**view, "properties": {"a": f"\u0000{MARK}"}},
        {**view, "amount": MARK, "order_id": MARK},
    ]
    sent = [
        json.dumps({"events": batch, "key": world.pk}).encode(),
        json.dumps({"events": batch}).encode(),
        f"not JSON {MARK}".encode(),
        b'{"events":["\\ud800 ' + MARK.encode() + b'"]}',
    ]
    secret = {"Authorization": f"Bearer {world.sk}", "Content-Type": "application/json"}
    for path, body in (("/api/v1/decide", json.dumps(asked).encode()), *(
        ("/api/v1/events", body) for body in sent
    )):  # fmt: skip
        seen.append(send(port, "POST", path, body, Origin=SHOP, Content_Type="text/plain")[0])
        seen.append(send(port, "POST", f"{path}?who={MARK}", body, **secret)[0])
    context = json.dumps({"context": {"targetingKey": VISITOR, "mail": mail}}).encode()
    for path in ("/ofrep/v1/evaluate/flags", f"/ofrep/v1/evaluate/flags/{MARK}"):
        bodies = (context, f"no JSON {MARK}".encode())
        seen += [send(port, "POST", path, body, **secret)[0] for body in bodies]
    for path in (
        f"/c/{token}", f"/c/{token}?u={MARK}", f"/c/{MARK}", f"/i/{token}.gif", f"/i/{MARK}.gif",
        f"/media/{MARK}.png", f"/tag/{MARK}.js", f"/{MARK}/{MARK}", f"/api/{MARK}", f"/{MARK}",
        f"/ofrep/v1/evaluate/flags/{MARK}?who={MARK}", f"/api/features/{world.pk}",
        f"{assign}&key={world.sk}", f"{assign}&force={MARK}&key={world.pk}",
        f"/metrics?{MARK}", f"/readyz?{MARK}",
    ):  # fmt: skip
        for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
            seen.append(send(port, method, path)[0])
            seen.append(send(port, method, path, **secret, Origin=f"https://{MARK}.example")[0])
    return set(seen)


def people(port: int) -> set[int]:
    """What reaches only the pages."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    body = f"login={MARK}@shop.example&password={MARK}".encode()
    return {
        send(port, "GET", f"/r/{MARK}")[0],
        send(port, "GET", f"/p/{MARK}/")[0],
        send(port, "GET", f"/login/?next=/{MARK}")[0],
        send(port, "POST", "/login/", body, **form)[0],
        send(port, "GET", f"/account/password/reset/key/{MARK}/")[0],
        send(port, "GET", f"/s/demo/search/?q={MARK}")[0],
        send(port, "GET", f"/static/{MARK}.css")[0],
        send(port, "GET", "/login/", Host=f"{MARK}.example")[0],
        send(port, "GET", "/api/v1/experiments", Authorization=f"Bearer sk_{MARK}")[0],
        send(port, "GET", f"/admin/{MARK}/")[0],
    }


def garbage(port: int) -> None:
    """What is no HTTP at all."""
    for text in (f"{MARK} /{MARK} {MARK}", f"GET /{MARK} HTTP/1.1\r\n{MARK}", f"GET {MARK}"):
        with socket.create_connection((HOST, port), timeout=5) as end:
            end.sendall(f"{text}\r\n\r\n".encode())
            end.recv(1000)


def test_logs__every_door_used__name_nobody(stack, world, proxy, tmp_path) -> None:
    for port in (stack.delivery, stack.web):
        assert max(shop(port, world)) < 500
    assert max(people(stack.web)) < 500
    for port in (stack.delivery, stack.web):
        garbage(port)  # what the servers themselves refuse
    proxy.shut()  # and what is said when the database breaks under it
    send(stack.delivery, "POST", "/api/v1/events", json.dumps(
        {"type": "page_view", "id": f"later-{MARK}", "user_id": VISITOR}
    ).encode(), Authorization=f"Bearer {world.sk}", Content_Type="application/json")  # fmt: skip
    send(stack.web, "GET", f"/r/{MARK}")
    time.sleep(2)
    logs = {name: (tmp_path / f"{name}.log").read_text("utf-8") for name in
            ("web", "delivery", "worker", "beat")}  # fmt: skip
    for name, text in logs.items():
        for marker in (MARK, ADDRESS, ADDRESS6, "bl1.", world.pk, world.sk):
            hits = [line for line in text.splitlines() if marker in line]
            assert hits == [], (name, marker)
    for name in ("postgres.log", "valkey.log"):
        said = Path(os.environ.get("LAB_TEST_SLOT", tmp_path), name)
        assert MARK not in (said.read_text("utf-8", "replace") if said.exists() else "")
    for name in ("web", "delivery"):
        lines = [json.loads(line) for line in logs[name].splitlines()]
        assert {"time", "level", "logger", "message"} <= set(lines[-1])
        assert "{" not in readable(logs[name]).splitlines()[0][:1]
    assert "/c/<str:token>" in logs["web"]
    assert "the database is away" in logs["delivery"]
