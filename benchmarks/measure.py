"""The rows of the table: what, how fast, against which limit."""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from benchmarks import copying, load, peers, scale
from benchmarks.load import Load
from benchmarks.row import Row
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


WHAT = {"assign": "one assignment", "decide": "decide 20 placements"}
ENOUGH = 0.7
"""Of the limit, for a decision and for durable events."""
TIMES = {"unleash": 10.0, "others": 1.0}
"""What a call that decides twenty experiments must reach of a peer's answer with twenty flags."""


def everything(stage: Stage, *, seconds: int) -> Iterator[Row]:
    """Measure one row after the other, saying which."""
    key = {"Authorization": f"Bearer {stage.seeded['key']}"}
    typed = key | {"Content-Type": "application/json"}
    assign = stage.serve("benchmarks.constant:app", CONSTANT=sample(stage, "assign", key))
    decide = stage.serve("benchmarks.constant:app", CONSTANT=sample(stage, "decide", typed))
    yield _said(_decisions(stage, "assign", assign, key, seconds))
    yield _said(replace(_decisions(stage, "decide", decide, typed, seconds), least=None))
    yield from map(_said, _peers(stage, typed, seconds))
    for per in EVENTS_A_REQUEST:
        yield _said(_events(stage, per, key, seconds))
    yield from map(_said, scale.rows(scale.Plane(stage, assign, key, seconds)))


def _said(row: Row) -> Row:
    print(
        f"{row.what}: {row.ours:,.0f} of {row.limit:,.0f}/s, {row.p99:.1f} ms; {row.bar}",
        flush=True,
    )
    return row


def _decisions(
    stage: Stage, script: str, constant: int, headers: dict[str, str], seconds: int
) -> Row:
    path = f"/api/v1/{script}"
    ours, limit = Load(0, 0), Load(0, 0)
    for _ in range(2):  # in turns, and the better of two: other work on the machine comes and goes
        ours = max(ours, _load(stage.port, script, path, headers, seconds), key=_rate)
        limit = max(limit, _load(constant, script, path, headers, seconds), key=_rate)
    return Row(WHAT[script], ours.rate, limit.rate, ours.p99, "a constant answer", least=ENOUGH)


def _peers(stage: Stage, headers: dict[str, str], seconds: int) -> Iterator[Row]:
    if reason := peers.missing():
        print(reason, flush=True)
        return
    for peer, least in zip(peers.started(stage), TIMES.values(), strict=True):
        asked = {"Authorization": peer.key}
        load.run("frontend", peer.url, seconds=2, headers=asked)  # warm
        theirs = load.run("frontend", peer.url, seconds=seconds, headers=asked)
        ours = _load(stage.port, "decide", "/api/v1/decide", headers, seconds)
        yield Row(WHAT["decide"], ours.rate, theirs.rate, ours.p99, peer.name, least=least)


def _rate(load: Load) -> float:
    return load.rate


def _load(port: int, script: str, path: str, headers: dict[str, str], seconds: int) -> Load:
    return load.run(
        script, f"http://127.0.0.1:{port}{path}", seconds=max(1, seconds // 2), headers=headers
    )


def sample(stage: Stage, script: str, headers: dict[str, str]) -> str:
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
    return Row(what, ours.rate * per, limit, ours.p99, against, least=ENOUGH)


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
