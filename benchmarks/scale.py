"""What half of the load, a thousand live experiments and parameters that change cost a decision."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

import psycopg
from msgspec.structs import replace

from banner_lab.stack.ports import HOST
from benchmarks import load
from benchmarks.load import Load
from benchmarks.row import Row
from benchmarks.stage import Stage
from delivery import learnt
from delivery.snapshot import decode, digest, encode

FEW, MANY, LEARNING = 20, 1_000, 50
"""Experiments at first and at last, and how many of those that are added learn."""
PAUSE_MS = 10
P99_MS = 5.0
SLOWER = 1.5
"""What a decision may cost among many experiments, in those among a few."""
UNSEEN = 1.5
"""A p99 of so many others is the same within what two measurements of one thing differ here."""
REFRESH_SECONDS = 0.5
PUBLISH_SECONDS = 1.0
LEARNT = """
    INSERT INTO experiments_learntsnapshot (sha256, body, created_at) VALUES (%s, %s, now())
"""
WHOLE = """
    INSERT INTO experiments_snapshot (revision, sha256, body, created_at)
    SELECT max(revision), %s, %s, now() FROM experiments_snapshot
"""


@dataclass(frozen=True, slots=True)
class Plane:
    """The process that is measured, a ruler beside it, and the key."""

    stage: Stage
    constant: int
    key: dict[str, str]
    seconds: int

    def whole(self, port: int) -> Load:
        """As much as goes: assignments of twenty experiments."""
        return load.run("assign", f"http://{HOST}:{port}/", seconds=self.seconds, headers=self.key)

    def half(self, rate: float) -> Load:
        """About half of `rate`, from many clients that rest."""
        clients = max(1, round(rate / 2 * PAUSE_MS / 1000))
        return load.run(
            "paced",
            f"http://{HOST}:{self.stage.port}/",
            seconds=self.seconds,
            headers=self.key,
            connections=clients,
            extra={"PAUSE": str(PAUSE_MS)},
        )


def rows(plane: Plane) -> Iterator[Row]:
    """One after the other; the thousand experiments come in between."""
    few, ruler = plane.whole(plane.stage.port), plane.whole(plane.constant)
    half = plane.half(few.rate)
    yield Row(
        "one assignment at half of the capacity", half.rate, few.rate, half.p99,
        "the capacity", slowest=P99_MS,
    )  # fmt: skip
    _publish_many(plane.stage)
    many, again = plane.whole(plane.stage.port), plane.whole(plane.constant)
    yield Row(
        f"one assignment, {MANY:,} experiments live", many.rate / again.rate * ruler.rate, few.rate,
        many.p99, f"{FEW} live, both against a constant", least=1 / SLOWER,
    )  # fmt: skip
    calm = plane.half(few.rate)
    with _arriving(plane.stage, LEARNT, _bodies(plane.stage), REFRESH_SECONDS):
        moved = plane.half(few.rate)
    yield Row(
        f"half load, {LEARNING} policies refreshed each {REFRESH_SECONDS} s", moved.rate, calm.rate,
        moved.p99, f"no refresh: p99 {calm.p99:.1f} ms", slowest=max(P99_MS, calm.p99 * UNSEEN),
    )  # fmt: skip
    with _arriving(plane.stage, WHOLE, _changed(plane.stage), PUBLISH_SECONDS):
        moved = plane.half(few.rate)
    yield Row(
        f"half load, all {MANY:,} published anew each {PUBLISH_SECONDS:.0f} s", moved.rate,
        calm.rate, moved.p99, f"nothing published: p99 {calm.p99:.1f} ms",
    )  # fmt: skip


def _publish_many(stage: Stage) -> None:
    stage.call("-m", "benchmarks.seed", "--more", str(MANY - FEW), "--learning", str(LEARNING))
    with psycopg.connect(stage.environment["DATABASE_URL"]) as connection:
        newest = connection.execute("SELECT max(version) FROM experiments_snapshot").fetchone()
    stage.wait(lambda: newest is not None and _in_force(stage.port) == newest[0], "delivery.app")
    time.sleep(1)


def _in_force(port: int) -> int:
    with urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
        return int(json.load(answer)["snapshot"])


@contextmanager
def _arriving(stage: Stage, sql: str, bodies: list[bytes], pause: float) -> Iterator[None]:
    """One after the other in force, made beforehand so that making them is not measured."""
    done = threading.Event()
    thread = threading.Thread(target=_insert, args=(stage, sql, bodies, pause, done))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _bodies(stage: Stage) -> list[bytes]:
    sql = """
        SELECT e.id, e.phase, array_agg(v.id ORDER BY v.id) FROM experiments_experiment AS e
        JOIN experiments_variant AS v ON v.experiment_id = e.id
        WHERE e.policy = 'thompson' GROUP BY e.id
    """
    with psycopg.connect(stage.environment["DATABASE_URL"]) as connection:
        found = connection.execute(sql).fetchall()
    return [_body(found, version) for version in range(1, 200)]


def _body(found: list[tuple[int, int, list[int]]], version: int) -> bytes:
    split = (5_000 + version, 5_000 - version)
    entries = tuple(
        learnt.Entry(key, phase, version, tuple(zip(variants, split, strict=True)))
        for key, phase, variants in found
    )
    return learnt.encode(learnt.Learnt(learnt.FORMAT, entries))


def _changed(stage: Stage) -> list[bytes]:
    """The snapshot in force, each time with another origin."""
    sql = "SELECT body, sha256 FROM experiments_snapshot ORDER BY version DESC LIMIT 1"
    with psycopg.connect(stage.environment["DATABASE_URL"]) as connection:
        row = connection.execute(sql).fetchone()
    body, sha256 = row or (b"", "")
    there = decode(bytes(body), sha256)
    site, *others = there.sites
    return [
        encode(replace(there, sites=(replace(site, origins=(f"https://s-{n}.example",)), *others)))
        for n in range(20)
    ]


def _insert(
    stage: Stage, sql: str, bodies: list[bytes], pause: float, done: threading.Event
) -> None:
    with psycopg.connect(stage.environment["DATABASE_URL"], autocommit=True) as connection:
        for body in bodies:
            if done.wait(pause):
                return
            connection.execute(sql, (digest(body), body))
            connection.execute("SELECT pg_notify('snapshot', '')")
