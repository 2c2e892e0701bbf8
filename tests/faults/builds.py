"""Data planes that must fail the judge, so that the judge is believed: `FAULT_BUILD` names one.

Only tests start them, as `tests.faults.builds:app`; the product knows nothing of them.
"""

import asyncio
import datetime as dt
import os
import random
from collections.abc import Sequence

from msgspec.structs import replace

import delivery.app
from delivery.commit import GroupCommit
from delivery.record import ASSIGNED, Outcome, Record, Refusal

LINGER = 0.3
"""Seconds that the hasty build keeps in memory what it has acknowledged."""


class Hasty(GroupCommit):
    """Acknowledges before the commit."""

    async def write(
        self, records: Sequence[Record], refusals: Sequence[Refusal] = ()
    ) -> list[Outcome]:
        task = asyncio.create_task(self._later(records, refusals))
        _running.add(task)
        task.add_done_callback(_running.discard)
        return [Outcome.STORED] * len(records)

    async def _later(self, records: Sequence[Record], refusals: Sequence[Refusal]) -> None:
        await asyncio.sleep(LINGER)
        await GroupCommit.write(self, records, refusals)


class Forgetful(GroupCommit):
    """Does not know an event again: the day that is part of its key follows from nothing."""

    async def write(
        self, records: Sequence[Record], refusals: Sequence[Refusal] = ()
    ) -> list[Outcome]:
        return await GroupCommit.write(self, list(map(_on_some_day, records)), refusals)


def _on_some_day(record: Record) -> Record:
    if record.kind == ASSIGNED:
        return record
    return replace(record, day=record.day + dt.timedelta(days=random.randrange(20)))


_running: set["asyncio.Task[None]"] = set()

delivery.app.GroupCommit = {"hasty": Hasty, "forgetful": Forgetful}[  # type: ignore[misc]
    os.environ["FAULT_BUILD"]
]
app = delivery.app.app
