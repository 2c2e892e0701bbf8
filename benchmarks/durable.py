"""Durable events: ours, the same server without a product in it, and COPY alone, in turns."""

import datetime as dt
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import copying, load, processor, report
from benchmarks.load import Load
from benchmarks.measure import ENOUGH, said
from benchmarks.row import Row, busy
from benchmarks.stage import Stage
from delivery import binary, intake, sink
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
class Server:
    """Where one listens, and its process."""

    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A load, how many rows a transaction had, and processor microseconds an event took."""

    load: Load
    group: int
    server: float
    database: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: events a second, and what the cheapest round worked for one."""

    row: Row
    server: float
    database: float
    bar: str


def table(lines: Sequence[Line]) -> str:
    """As Markdown."""
    head = ("what", "events /s", "COPY /s", "ratio", "p99 ms", "server", "database", "bar", "load")
    return report.aligned(head, [_cells(line) for line in lines])


def _cells(line: Line) -> tuple[str, ...]:
    row = line.row
    return (
        *(row.what, f"{row.ours:,.0f}", f"{row.limit:,.0f}", f"{row.ratio:.2f}", f"{row.p99:.1f}"),
        *(f"{line.server:.1f} µs", f"{line.database:.1f} µs", line.bar, f"{row.load:.1f}"),
    )


def lines(stage: Stage, *, seconds: int) -> Iterator[Line]:
    """Two lines for each number of events in a request."""
    ours = Server(stage.port, stage.processes[-1].pid)
    _write_tokens(stage, 1)
    like = _a_record(stage)
    with psycopg.connect(_url(stage), autocommit=True) as connection:
        sink.ensure_days(connection, [like.day])
    row = binary.copied([like])[len(binary.HEAD) : -len(binary.TAIL)]
    before, after = row.split(like.id)
    port = stage.serve("benchmarks.parsing:app", BEFORE=before.hex(), AFTER=after.hex())
    bare = Server(port, stage.processes[-1].pid)
    for per in EVENTS_A_REQUEST:
        for line in _of(stage, per, (ours, bare), like, seconds):
            said(line.row)
            yield line


def _of(
    stage: Stage, per: int, servers: tuple[Server, Server], like: Record, seconds: int
) -> Iterator[Line]:
    found: list[list[Measured]] = [[], []]
    copies = []
    for _ in range(ROUNDS):
        for server, measured in zip(servers, found, strict=True):
            measured.append(_sent(stage, per, server, seconds))
        copies.append(_copied(stage, like, found[0][-1].group, seconds))
    names = (f"{per} a request", "limit: only parsed and copied")
    for name, rounds, least in zip(names, found, (ENOUGH, None), strict=True):
        best = max(rounds, key=lambda one: one.load.rate)
        what = f"{name} (groups of {best.group})"
        # The load of the benchmark itself is less than that of every core at work.
        judged = least if busy() <= (os.cpu_count() or 1) else None
        row = Row(what, best.load.rate * per, max(copies), best.load.p99, AGAINST, least=judged)
        cheap = min(rounds, key=lambda one: one.server)
        yield Line(row, cheap.server, cheap.database, _bar(row, least))


def _bar(row: Row, least: float | None) -> str:
    return f"ratio ≥ {least}: not judged, busy" if least and row.least is None else row.bar


def _sent(stage: Stage, per: int, server: Server, seconds: int) -> Measured:
    url, key, database = _url(stage), stage.seeded["key"], stage.processes[0].pid
    tokens = _write_tokens(stage, MOST_A_SECOND[per] * (seconds + 1))
    before, there = _commits(url), _stored(url)
    spent = processor.seconds(server.pid), processor.seconds(database)
    found = load.run(
        "events",
        f"http://127.0.0.1:{server.port}/api/v1/events",
        seconds=seconds,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        extra={"PER": str(per), "TOKENS": str(tokens)},
    )
    worked = processor.seconds(server.pid) - spent[0], processor.seconds(database) - spent[1]
    commits, events = max(1, _commits(url) - before), max(1, _stored(url) - there)
    each = [one / events * 1e6 for one in worked]
    return Measured(found, max(per, round(events / commits)), *each)


def _url(stage: Stage) -> str:
    return stage.environment["DATABASE_URL"]


def _copied(stage: Stage, like: Record, group: int, seconds: int) -> float:
    url = _url(stage)
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
