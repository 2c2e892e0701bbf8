"""The rows of the table: what, how fast, against which limit."""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from benchmarks import copying, load
from benchmarks.load import Load
from benchmarks.stage import Stage
from delivery import intake
from delivery.draft import Sender
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.sink import Record
from delivery.snapshot import SiteEntry
from delivery.token import Signer, Stamp

EVENTS_A_REQUEST = (1, 10, 50)
# More than any machine takes in a second, so that no token is sent twice.
MOST_A_SECOND = {1: 8_000, 10: 50_000, 50: 110_000}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ours and the limit in `unit` per second, our p99 in ms, what the limit is."""

    what: str
    unit: str
    ours: float
    limit: float
    p99: float
    against: str
    load: float

    @property
    def ratio(self) -> float:
        return self.ours / self.limit


def everything(stage: Stage, *, seconds: int) -> Iterator[Row]:
    """Measure one row after the other, saying which."""
    key = {"Authorization": f"Bearer {stage.seeded['key']}"}
    yield _said(_decisions(stage, "assign", "one assignment", key, seconds))
    yield _said(_decisions(stage, "decide", "decide 20 placements", key, seconds))
    for per in EVENTS_A_REQUEST:
        yield _said(_events(stage, per, key, seconds))


def _said(row: Row) -> Row:
    print(f"{row.what}: {row.ours:,.0f} of {row.limit:,.0f} {row.unit}/s", flush=True)
    return row


def _decisions(stage: Stage, script: str, what: str, key: dict[str, str], seconds: int) -> Row:
    headers = key | ({"Content-Type": "application/json"} if script == "decide" else {})
    path = f"/api/v1/{script}"
    constant = stage.serve("benchmarks.constant:app", CONSTANT=_sample(stage, script, headers))
    ours, limit = Load(0, 0), Load(0, 0)
    for _ in range(2):  # in turns, and the better of two: other work on the machine comes and goes
        ours = max(ours, _load(stage.port, script, path, headers, seconds), key=_rate)
        limit = max(limit, _load(constant, script, path, headers, seconds), key=_rate)
    return Row(what, "requests", ours.rate, limit.rate, ours.p99, "a constant answer", busy())


def _rate(load: Load) -> float:
    return load.rate


def _load(port: int, script: str, path: str, headers: dict[str, str], seconds: int) -> Load:
    return load.run(
        script, f"http://127.0.0.1:{port}{path}", seconds=max(1, seconds // 2), headers=headers
    )


def _sample(stage: Stage, script: str, headers: dict[str, str]) -> str:
    """One real answer, for the constant to repeat."""
    url = f"http://127.0.0.1:{stage.port}/api/v1/{script}"
    body = None
    if script == "assign":
        url += "?experiment=exp-0&user_id=u-1"
    else:
        places = [f"place-{number}" for number in range(20)]
        body = json.dumps({"user_id": "u-1", "placements": places}).encode()
    with urlopen(Request(url, body, headers)) as answer:
        named = [
            (n.lower(), t) for n, t in answer.getheaders() if n.lower() not in {"date", "server"}
        ]
        return json.dumps({"headers": named, "body": answer.read().decode()})


def _events(stage: Stage, per: int, key: dict[str, str], seconds: int) -> Row:
    url = stage.environment["DATABASE_URL"]
    tokens = stage.folder / "tokens"
    _write_tokens(tokens, int(stage.seeded["site"]), MOST_A_SECOND[per] * (seconds + 1))
    before = _commits(url)
    ours = load.run(
        "events",
        f"http://127.0.0.1:{stage.port}/api/v1/events",
        seconds=seconds,
        headers=key | {"Content-Type": "application/json"},
        extra={"PER": str(per), "TOKENS": str(tokens)},
    )
    group = max(per, round(_stored(url) / max(1, _commits(url) - before)))
    limit = copying.rate(url, _a_record(tokens, stage), group=group, seconds=seconds * 0.75)
    what = f"durable events, {per} a request (groups of {group})"
    against = "COPY in groups of that size"
    return Row(what, "events", ours.rate * per, limit, ours.p99, against, busy())


def _tools(stage_site: int) -> tuple[Tools, SiteEntry]:
    signer = Signer({1: bytes.fromhex("5a" * 32)})
    tools = Tools(signer, Pseudonyms((b"x",)), Path(), Path(), "")
    return tools, SiteEntry(stage_site, "shop", (), "CNY")


def _write_tokens(path: Path, site: int, count: int) -> None:
    tools, _ = _tools(site)
    stamp = Stamp(site, 1, 1, 1, 1, 1, 0, 0.5, 0).pack()
    now = int(time.time() * 1000).to_bytes(6, "big")
    with path.open("wb") as file:
        for _ in range(count):
            chance = os.urandom(26)
            file.write(tools.signer.sign(now + chance[:10], chance[10:], stamp) + b"\n")


def _a_record(tokens: Path, stage: Stage) -> list[Record]:
    with tokens.open() as file:
        token = file.readline().strip()
    tools, site = _tools(int(stage.seeded["site"]))
    now = dt.datetime.now(dt.UTC)
    sender = Sender(site, True, now, int(now.timestamp() * 1000))
    raw = json.dumps({"type": "impression", "token": token}).encode()
    return [intake.record(raw, sender, tools)]


def _commits(url: str) -> int:
    """Transactions so far; the counter is published with up to a second's delay."""
    time.sleep(1.1)
    return _one(url, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


def _stored(url: str) -> int:
    return _one(url, "SELECT count(*) FROM events_event")


def _one(url: str, sql: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def busy() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]
