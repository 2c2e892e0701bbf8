"""The snapshot in force: from the database when it is there, from the disk when it is not.

Notified by PostgreSQL, and asking each second besides, because a notification can be lost. A
snapshot that cannot be read never replaces one that could.
"""

import asyncio
import dataclasses
import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from delivery import learnt, pauses, snapshot
from delivery.carrying import connect
from delivery.doors import Current
from delivery.index import Live, index, learning, renewed, with_learnt
from delivery.learnt import NOTHING, Learnt
from delivery.log_lines import reason
from delivery.presence import InForce, Presence
from engine.errors import LabError

log = logging.getLogger("delivery.live")

CHANNEL = "snapshot"
POLL_SECONDS = 1.0
PATIENCE = 3.0
NEWEST = "SELECT version, sha256 FROM experiments_snapshot ORDER BY version DESC LIMIT 1"
NEWEST_LEARNT = NEWEST.replace("_snapshot", "_learntsnapshot")
BODY_LEARNT = "SELECT body FROM experiments_learntsnapshot WHERE version = %s"
BODY = (
    "SELECT body, extract(epoch FROM created_at)::float8 FROM experiments_snapshot"
    " WHERE version = %s"
)


class Unreadable(Exception):
    """A snapshot that must not come into force."""


def make(body: bytes, *, sha256: str, version: int, as_of: float) -> Live:
    """Check and compile a snapshot as of now; raises Unreadable."""
    try:
        read = snapshot.decode(body, sha256)
        return index(read, version=version, as_of=as_of, now=time.time())
    except (LabError, KeyError, ValueError, TypeError) as error:
        raise Unreadable(str(error)) from error


async def gradually(live: Live, learnt: Learnt) -> Live:
    """The same with newer parameters; between two policies shoppers get their answers."""
    found = {}
    for name, policy in learning(live, learnt):
        found[name] = policy
        await asyncio.sleep(0)
    return dataclasses.replace(live, learnt=found)


@dataclass(slots=True)
class Reader:
    """Keeps `current` up to date in the background."""

    database_url: str
    folder: Path
    current: Current = field(default_factory=Current)
    connected: bool = False
    presence: Presence | None = None
    # Which version of what has been learned is in force, and since when (Unix seconds).
    learnt_version: int | None = None
    learnt_at: float = 0.0
    # Version and hash: after a restore an old number may stand for something else.
    _in_force: tuple[int, str] | None = None
    _refused: tuple[int, str] | None = None
    # What has been learned, and which version of it: laid over every snapshot that comes.
    _learnt: Learnt = NOTHING
    _learnt_seen: tuple[int, str] | None = None
    _task: "asyncio.Task[None] | None" = None
    _clock: "asyncio.Task[None] | None" = None

    @property
    def refuses(self) -> bool:
        """Whether the newest snapshot cannot be used, so that an older one stays in force."""
        return self._refused is not None

    async def start(self) -> None:
        """Begin with what can be had now: the database's, else the disk's, else nothing."""
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await connect(self.database_url)
                async with connection:
                    await self._refresh(connection)
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("the database is away (%s)", reason(error))
        if self.current.live is None:
            pauses.lasting(self.from_disk)
        self._task = asyncio.create_task(self._watch())
        self._clock = asyncio.create_task(self._expire())

    @property
    def in_force(self) -> InForce:
        """What the pages are told of this process."""
        live = self.current.live
        if live is None:
            return InForce(refuses=self.refuses)
        return InForce(live.version, live.as_of, self.refuses)

    async def stop(self) -> None:
        """End."""
        for task in filter(None, (self._task, self._clock)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self.presence is not None and self.connected:
            await self.presence.leave(self.database_url)

    async def _expire(self) -> None:
        """Stop showing what expires, by our own clock: it needs nobody else."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            live, now = self.current.live, time.time()
            if live is None or now < live.until:
                continue
            fresh = await asyncio.to_thread(pauses.lasting, renewed, live, now=now)
            if self.current.live is live:
                self.current = Current(fresh, self.current.confirmed_at)

    async def _watch(self) -> None:
        while True:
            try:
                async with await connect(self.database_url) as connection:
                    await self._listen(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                if self.connected:
                    log.warning("the database is away (%s)", reason(error))
            except Exception:
                log.exception("could not read the snapshot")
            self.connected = False
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            await connection.execute(f"LISTEN {CHANNEL}")
        while True:
            async with asyncio.timeout(PATIENCE):
                await self._refresh(connection)
            if self.presence is not None:
                await self.presence.say(connection, self.in_force)
            async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    async def _refresh(self, connection: psycopg.AsyncConnection[Any]) -> None:
        newest = await (await connection.execute(NEWEST)).fetchone()
        self.connected = True
        if newest is None or newest == self._refused:
            return
        self._refused = None
        version, sha256 = newest
        live = self.current.live
        if live is None or newest != self._in_force:
            row = await (await connection.execute(BODY, (version,), binary=True)).fetchone()
            live = await self._load(version, sha256, row) if row else live
        live = await self._with_newest_learnt(connection, live)
        if live is not None:
            self.current = Current(live, time.time())

    async def _with_newest_learnt(
        self, connection: psycopg.AsyncConnection[Any], live: Live | None
    ) -> Live | None:
        """The small snapshot, swapped without touching the large one."""
        newest = await (await connection.execute(NEWEST_LEARNT)).fetchone()
        if live is None or newest is None or newest == self._learnt_seen:
            return live
        version, sha256 = newest
        row = await (await connection.execute(BODY_LEARNT, (version,))).fetchone()
        if row is None:
            return live
        self._learnt_seen = newest  # only now: a connection lost before must not count as read
        try:
            self._learnt = learnt.decode(bytes(row[0]), sha256)
        except LabError as error:
            log.error("what was learned (%s) is refused, the last stays: %s", version, error)
            return live
        self.learnt_version, self.learnt_at = version, time.time()
        await asyncio.to_thread(self._keep, "learnt", bytes(row[0]), {"sha256": sha256})
        return await gradually(live, self._learnt)

    async def _load(self, version: int, sha256: str, row: tuple[Any, ...]) -> Live | None:
        body, as_of = bytes(row[0]), float(row[1])
        try:
            # In a thread: compiling a thousand experiments must not hold up the shoppers.
            live = await asyncio.to_thread(
                pauses.lasting, make, body, sha256=sha256, version=version, as_of=as_of
            )
        except Unreadable as error:
            log.error("snapshot %s is refused, the last one stays in force: %s", version, error)
            self._refused = (version, sha256)
            return None
        self._in_force = (version, sha256)
        log.info("snapshot %s is in force", version)
        about = {"version": version, "sha256": sha256, "as_of": as_of}
        await asyncio.to_thread(self._keep, "snapshot", body, about)
        return with_learnt(live, self._learnt)

    def _keep(self, name: str, body: bytes, about: dict[str, object]) -> None:
        try:
            replace(self.folder / name, json.dumps(about).encode() + b"\n" + body)
        except OSError as error:
            log.warning("the %s could not be kept on disk: %s", name, error)

    def _kept(self, name: str) -> tuple[bytes, dict[str, Any]]:
        about, _, body = (self.folder / name).read_bytes().partition(b"\n")
        return body, dict(json.loads(about))

    def _learnt_from_disk(self) -> None:
        with suppress(OSError, ValueError, TypeError, LabError):
            body, about = self._kept("learnt")
            self._learnt = learnt.decode(body, **about)

    def from_disk(self) -> None:
        """Take into force what was kept when the database was last there."""
        self._learnt_from_disk()
        try:
            body, about = self._kept("snapshot")
            live = with_learnt(make(body, **about), self._learnt)
        except FileNotFoundError:
            log.warning("there is no snapshot yet: every answer is the default")
        except (OSError, ValueError, TypeError, Unreadable) as error:
            log.error("the snapshot on disk cannot be used: %s", error)
        else:
            log.warning("began with snapshot %s from disk", live.version)
            self.current = Current(live, live.as_of)


def replace(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it, not even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
