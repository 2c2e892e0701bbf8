"""Durable events: ours, the same server without a product in it, and COPY alone, in turns."""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import copying, load
from benchmarks.load import Load
from benchmarks.measure import ENOUGH, said
from benchmarks.row import Row
from benchmarks.stage import Stage
from delivery import binary, intake
from delivery.draft import Sender
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.sink import Record
from delivery.snapshot import SiteEntry
from delivery.token import Signer, Stamp

EVENTS_A_REQUEST = (1, 10, 50)
# More than any machine takes in a second, so that no token is sent twice.
MOST_A_SECOND = {1: 12_000, 10: 90_000, 50: 150_000}
ROUNDS = 2
"""The better of so many: other work on the machine comes and goes."""
AGAINST = "COPY in groups of that size"


@dataclass(frozen=True, slots=True)
class Measured:
    """A load, and how many rows a transaction had."""

    load: Load
    group: int


def rows(stage: Stage, *, seconds: int) -> Iterator[Row]:
    """Two rows for each number of events in a request."""
    _write_tokens(stage, 1)
    like = _a_record(stage)
    row = binary.copied([like])[len(binary.HEAD) : -len(binary.TAIL)]
    before, after = row.split(like.id)
    bare = stage.serve("benchmarks.parsing:app", BEFORE=before.hex(), AFTER=after.hex())
    for per in EVENTS_A_REQUEST:
        yield from map(said, _of(stage, per, bare, like, seconds))


def _of(stage: Stage, per: int, bare: int, like: Record, seconds: int) -> Iterator[Row]:
    ours, theirs, copies = [], [], []
    for _ in range(ROUNDS):
        ours.append(_sent(stage, per, stage.port, seconds))
        theirs.append(_sent(stage, per, bare, seconds))
        copies.append(_copied(stage, like, ours[-1].group, seconds))
    best, floor, limit = max(ours, key=_rate), max(theirs, key=_rate), max(copies)
    what = f"durable events, {per} a request (groups of {best.group})"
    yield Row(what, _rate(best) * per, limit, best.load.p99, AGAINST, least=ENOUGH)
    what = f"limit: only parsed and copied (groups of {floor.group})"
    yield Row(what, _rate(floor) * per, limit, floor.load.p99, AGAINST)


def _rate(measured: Measured) -> float:
    return measured.load.rate


def _sent(stage: Stage, per: int, port: int, seconds: int) -> Measured:
    url, key = stage.environment["DATABASE_URL"], stage.seeded["key"]
    tokens = _write_tokens(stage, MOST_A_SECOND[per] * (seconds + 1))
    before, there = _commits(url), _stored(url)
    found = load.run(
        "events",
        f"http://127.0.0.1:{port}/api/v1/events",
        seconds=seconds,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        extra={"PER": str(per), "TOKENS": str(tokens)},
    )
    commits = max(1, _commits(url) - before)
    return Measured(found, max(per, round((_stored(url) - there) / commits)))


def _copied(stage: Stage, like: Record, group: int, seconds: int) -> float:
    url = stage.environment["DATABASE_URL"]
    return copying.rate(url, like, group=group, seconds=seconds * 0.75)


def _tools(stage_site: int) -> tuple[Tools, SiteEntry]:
    signer = Signer({1: bytes.fromhex("5a" * 32)})
    tools = Tools(signer, Pseudonyms((b"x",)), Path(), Path(), "")
    return tools, SiteEntry(stage_site, "shop", (), "CNY")


def _write_tokens(stage: Stage, count: int) -> Path:
    path, site = stage.folder / "tokens", int(stage.seeded["site"])
    tools, _ = _tools(site)
    stamp = Stamp(site, 1, 1, 1, 1, 1, 0, 0.5, 0).pack()
    now = int(time.time() * 1000).to_bytes(6, "big")
    with path.open("wb") as file:
        for _ in range(count):
            chance = os.urandom(26)
            file.write(tools.signer.sign(now + chance[:10], chance[10:], stamp) + b"\n")
    return path


def _a_record(stage: Stage) -> Record:
    with (stage.folder / "tokens").open() as file:
        token = file.readline().strip()
    tools, site = _tools(int(stage.seeded["site"]))
    now = dt.datetime.now(dt.UTC)
    sender = Sender(site, True, now, int(now.timestamp() * 1000))
    raw = json.dumps({"type": "impression", "token": token}).encode()
    return intake.record(raw, sender, tools)


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
