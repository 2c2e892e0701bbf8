"""A process says that it is there and what it has in force: one small row for the pages.

It rides on the connection that asks for snapshots anyway. No request waits for it, and where the
row cannot be written (an older database, a copy that is only read) shoppers are served as before.
"""

import asyncio
import logging
import socket
import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

from delivery.carrying import connect
from delivery.log_lines import reason

log = logging.getLogger("delivery.presence")

EVERY_SECONDS: Final = 5.0
PATIENCE: Final = 1.0
"""What waits longer, behind somebody's lock, is said the next time: snapshots come first."""
LONGEST_NAME: Final = 100
SAY: Final = (
    "INSERT INTO experiments_planeprocess"
    " (id, name, version, published_at, refuses, stopped, heard_at)"
    " VALUES (%s, %s, %s, to_timestamp(%s), %s, false, now())"
    " ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version,"
    " published_at = excluded.published_at, refuses = excluded.refuses, stopped = false,"
    " heard_at = excluded.heard_at"
)
LEAVE: Final = "UPDATE experiments_planeprocess SET stopped = true, heard_at = now() WHERE id = %s"


class InForce(NamedTuple):
    """A snapshot's version, when it was published (Unix seconds), whether one is refused."""

    version: int | None = None
    published_at: float | None = None
    refuses: bool = False


@dataclass(slots=True)
class Presence:
    """Who says it, and what was said last; `id` is that of the folder in which the process keeps
    its state, so that a process that begins again is the same one.
    """

    id: str
    name: str
    _said: InForce | None = None
    _at: float = 0.0
    _failed: bool = False

    @classmethod
    def of(cls, folder: Path) -> "Presence":
        """The process that keeps its state there."""
        host = socket.gethostname()
        named = blake2b(f"{host}\0{folder.resolve()}".encode(), digest_size=16)
        return cls(named.hexdigest(), f"{host} / {folder.name}"[:LONGEST_NAME])

    async def say(self, connection: psycopg.AsyncConnection[Any], told: InForce) -> None:
        """Write the row when it is time for it, or when something has changed. Never raises."""
        now = time.monotonic()
        if told == self._said and now - self._at < EVERY_SECONDS:
            return
        self._said, self._at = told, now
        try:
            async with asyncio.timeout(PATIENCE):
                await connection.execute(SAY, (self.id, self.name, *told))
            self._failed = False
        except (psycopg.Error, OSError, TimeoutError) as error:
            if not self._failed:
                log.warning(
                    "the pages cannot be told that this process is there (%s)", reason(error)
                )
            self._failed = True

    async def leave(self, database_url: str) -> None:
        """Say that it ends, if that is quickly done: nobody need look for it then."""
        try:
            async with asyncio.timeout(PATIENCE), await connect(database_url) as connection:
                await connection.execute(LEAVE, (self.id,))
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.info("the pages were not told that this process ends (%s)", reason(error))
