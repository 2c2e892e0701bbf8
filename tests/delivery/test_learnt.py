"""The small snapshot: what has been learned reaches the process, also after a lost connection."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from delivery import learnt
from delivery.learnt import Entry, Learnt
from delivery.live import BODY_LEARNT, Reader
from delivery.snapshot import InvalidSnapshot, PolicyEntry, digest
from tests.delivery.snapshots import a_live, an_entry

BODY = learnt.encode(Learnt(1, (Entry(1, 1, 7, ((10, 9_000), (11, 1_000))),)))


class Rows:
    """Answers as a connection does; the first look at the body breaks when `breaks`."""

    def __init__(self, *, body: bytes = BODY, breaks: bool = False) -> None:
        self.body, self.breaks, self.row = body, breaks, None

    async def execute(self, sql: str, *_values: object) -> "Rows":
        if sql == BODY_LEARNT and self.breaks:
            self.breaks = False
            raise psycopg.OperationalError("the connection is lost")
        self.row = (self.body,) if sql == BODY_LEARNT else (7, digest(BODY))
        return self

    async def fetchone(self) -> object:
        return self.row


def run(work: Coroutine[object, object, Any]) -> Any:
    """On a thread of its own: a browser test before this one keeps a loop on the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def a_reader(folder: Path) -> Reader:
    return Reader("", folder)


LIVE = a_live(an_entry(1, policy=PolicyEntry("thompson", 1_000)))


def version_in_force(live) -> int:
    return live.learnt[1, 1].usual.terms.policy_version if (1, 1) in live.learnt else 0


def test_learnt__connection_lost_before_it_was_read__read_the_next_time(tmp_path):
    reader, rows = a_reader(tmp_path), Rows(breaks=True)
    with pytest.raises(psycopg.OperationalError):
        run(reader._with_newest_learnt(rows, LIVE))
    live = run(reader._with_newest_learnt(rows, LIVE))
    assert version_in_force(live) == 7


def test_learnt__other_bytes_than_its_hash__the_last_stays(tmp_path):
    reader = a_reader(tmp_path)
    live = run(reader._with_newest_learnt(Rows(body=BODY[:-1]), LIVE))
    assert version_in_force(live) == 0
    with pytest.raises(InvalidSnapshot):
        learnt.decode(BODY, "0" * 64)


def test_learnt__process_starts_without_the_database__has_it_from_the_disk(tmp_path):
    run(a_reader(tmp_path)._with_newest_learnt(Rows(), LIVE))
    again = a_reader(tmp_path)
    again._learnt_from_disk()
    assert learnt.encode(again._learnt) == BODY
