"""One commit for all events that came in together, and the spool while the database is away.

Requests put their records in a list and wait. A single task takes the whole list, writes it in one
transaction and only then lets them answer; what arrives meanwhile is the next group. So the groups
grow with the load, and a lonely request waits for nobody.
"""

import asyncio
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from delivery.carrying import carry_out, connect
from delivery.log_lines import reason
from delivery.merging import merged
from delivery.meters import Meters
from delivery.record import Group, Outcome, Record, Refusal
from delivery.refusing import unstorable
from delivery.spool import Spool, Taken
from delivery.waiting import Waiting, answer, fail, next_group, not_durable

log = logging.getLogger("delivery.commit")

PATIENCE = 2.0
"""Seconds until a write counts as hanging. It may still happen: the unique key allows for that."""
PROBE_SECONDS = 0.5
GATHER_SECONDS = 0.02
"""How long a group gathers while the database is away: each costs the disk a sync."""
MOST_WAITING = 50_000
"""Records; more would only turn into answers that come too late."""

# The row itself is at fault, not the database. Everything else is taken for an outage.
_BAD_ROW = (psycopg.DataError, psycopg.IntegrityError)


class Away(Exception):
    """The database cannot be reached, or does not answer in time."""


@dataclass(slots=True)
class GroupCommit:
    """Makes records durable, in the database or in the spool."""

    database_url: str
    spool: Spool
    meters: Meters = field(default_factory=Meters, repr=False)
    away: bool = True  # until the first connection
    _queue: list[Waiting] = field(default_factory=list, repr=False)
    _queued: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _connection: psycopg.AsyncConnection[Any] | None = field(default=None, repr=False)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list, repr=False)
    _left: set["asyncio.Task[None]"] = field(default_factory=set, repr=False)

    @property
    def queued(self) -> int:
        """How many records wait for their group."""
        return self._queued

    async def start(self) -> None:
        """Begin to write; waits a little for the database, but does not need it."""
        await self._probe()
        self._tasks = [asyncio.create_task(self._write_groups()), asyncio.create_task(self._mend())]

    async def stop(self, *, seconds: float) -> None:
        """Write what waits, then end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._queued:
                    await asyncio.sleep(0.01)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop()
        self.spool.rotate()

    async def write(
        self, records: Sequence[Record], refusals: Sequence[Refusal] = ()
    ) -> list[Outcome]:
        """Wait until the records, and what was refused beside them, are durable.

        While the database is away nobody can say what is a duplicate: all count as stored, and the
        unique key sorts them out when the spool is drained.

        Raises:
            Unavailable: They can be made durable nowhere, or too much is waiting already.
        """
        if self._queued > MOST_WAITING:
            raise not_durable()
        done: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        waiting = Waiting(records, refusals, done)
        self._queue.append(waiting)
        self._queued += waiting.size
        self._wake.set()
        return await done

    async def _write_groups(self) -> None:
        while True:
            await self._wake.wait()
            if self.away:
                await asyncio.sleep(GATHER_SECONDS)
            group, self._queue = next_group(self._queue)
            if group:
                await self._settle(group)
            if not self._queue:
                self._wake.clear()

    async def _settle(self, waiting: list[Waiting]) -> None:
        group = Group(
            records=[record for one in waiting for record in one.records],
            refusals=[refusal for one in waiting for refusal in one.refusals],
            name=os.urandom(16),
            tried=not self.away,
        )
        try:
            outcomes = await self._store_or_spool(group)
        except Exception:
            log.exception("could not store a group of %s", group.size)
            fail(waiting)
        else:
            answer(waiting, outcomes)
        finally:
            self._queued -= group.size

    async def _store_or_spool(self, group: Group) -> list[Outcome]:
        if not self.away:
            try:
                return await self._in_turn(group)
            except Away as why:
                log.warning("the database is away (%s): events go to the spool", why)
                self.away = True
        await asyncio.to_thread(self.spool.append, group)
        self.meters.spooled += group.size
        return [Outcome.STORED] * len(group.records)

    async def _in_turn(self, group: Group) -> list[Outcome]:
        """The one place where every outcome of a group is known, drained ones included."""
        async with self._turn:
            begun = time.perf_counter()
            outcomes = await self._store(group)
            self.meters.group(group, outcomes, seconds=time.perf_counter() - begun)
            return outcomes

    async def _store(self, group: Group) -> list[Outcome]:
        """Write in one transaction; rows that the database refuses are found by halving."""
        try:
            return await self._patiently(group)
        except _BAD_ROW:
            if group.size > 1:
                first, second = group.halves()
                return await self._store(first) + await self._store(second)
            if not group.records:
                log.exception("the database refuses what was kept of an event")
                return []
            log.exception("the database refuses an event of type %s", group.records[0].kind)
            await self._store(unstorable(group))
            return [Outcome.REJECTED]

    async def _patiently(self, group: Group) -> list[Outcome]:
        """Write, but never wait longer than PATIENCE, not even for the cancelling."""
        task = asyncio.create_task(self._transact(group))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            connection, self._connection = self._connection, None
            self._left.add(asyncio.create_task(_abandon(task, connection, self._left)))
            raise Away("no answer in time")
        try:
            return task.result()
        except _BAD_ROW:
            raise
        except (psycopg.Error, OSError) as error:
            await self._drop()
            raise Away(reason(error)) from error

    async def _transact(self, group: Group) -> list[Outcome]:
        if self._connection is None:
            self._connection = await connect(self.database_url)
        connection = self._connection
        try:
            return await carry_out(connection, group)
        except psycopg.Error:
            with suppress(psycopg.Error):
                await connection.rollback()
            raise

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error, OSError):
                await connection.close()

    async def _mend(self) -> None:
        """Notice that the database is back, then bring in what waits on the disk."""
        while True:
            try:
                if self.away:
                    await self._probe()
                if not self.away:
                    await self._drain()
            except Exception:
                log.exception("could not drain the spool")
            await asyncio.sleep(PROBE_SECONDS)

    async def _probe(self) -> None:
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    if self._connection is None:
                        self._connection = await connect(self.database_url)
                    await self._connection.execute("SELECT 1 FROM events_event LIMIT 0")
                self.away = False
            except (psycopg.Error, OSError, TimeoutError):
                await self._drop()

    async def _drain(self) -> None:
        for path in await asyncio.to_thread(self.spool.waiting):
            taken = await asyncio.to_thread(self.spool.take, path)
            if taken is not None:
                await self._bring_in(taken)

    async def _bring_in(self, taken: Taken) -> None:
        try:
            for group in merged(taken.groups()):
                await self._in_turn(group)
        except Away as why:
            log.warning("the database went away while draining (%s)", why)
            self.away = True
            taken.release()
        except BaseException:
            taken.release()
            raise
        else:
            taken.done()
            log.info("drained %s", taken.path.name)


async def _abandon(
    task: "asyncio.Task[list[Outcome]]",
    connection: psycopg.AsyncConnection[Any] | None,
    left: set["asyncio.Task[None]"],
) -> None:
    """See a write that hangs to its end, which may take as long as the network likes."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if connection is not None:
        with suppress(psycopg.Error, OSError):
            await connection.close()
    left.discard(asyncio.current_task())
