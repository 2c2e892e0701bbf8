"""When each key was used last, and secret keys that came out of a browser.

A request only notes it in memory; a task writes it down now and then, so that no request costs a
write. What could not be written waits for the next time.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from delivery.carrying import connect

log = logging.getLogger("delivery.key_use")

EVERY_SECONDS: Final = 2.0
PATIENCE: Final = 3.0
STOP_SECONDS: Final = 1.0
LONGEST_ORIGIN: Final = 200

USED: Final = (
    "UPDATE workspace_apikey SET last_used_at = greatest(last_used_at, to_timestamp(%s))"
    " WHERE id = %s"
)
EXPOSED: Final = (
    "UPDATE workspace_apikey SET seen_in_browser_at = to_timestamp(%s), seen_origin = %s"
    " WHERE id = %s"
)


@dataclass(slots=True, eq=False)
class KeyUse:
    """What was noted and not written yet, by the number of the key; times are in Unix seconds."""

    used: dict[int, float] = field(default_factory=dict)
    exposed: dict[int, tuple[float, str]] = field(default_factory=dict)

    def expose(self, key_id: int, origin: str, *, now: float) -> None:
        """A secret key came from a page of this origin, where everybody can read it."""
        self.exposed[key_id] = (now, origin.replace("\x00", "")[:LONGEST_ORIGIN])

    def take(self) -> "KeyUse":
        """What there is, which is forgotten here."""
        taken = KeyUse(self.used, self.exposed)
        self.used, self.exposed = {}, {}
        return taken

    def give_back(self, taken: "KeyUse") -> None:
        """It could not be written; what came meanwhile is newer."""
        self.used = taken.used | self.used
        self.exposed = taken.exposed | self.exposed


@dataclass(slots=True)
class KeyKeeper:
    """Writes it down."""

    database_url: str
    use: KeyUse
    _task: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Write what there is, if that is quickly done, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.write(seconds=STOP_SECONDS)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            with suppress(Exception):
                await self.write(seconds=PATIENCE)

    async def write(self, *, seconds: float) -> None:
        """One transaction for everything; while the database is away it is kept."""
        taken = self.use.take()
        if not taken.used and not taken.exposed:
            return
        try:
            async with asyncio.timeout(seconds), await connect(self.database_url) as connection:
                await _write(connection, taken)
        except (psycopg.Error, OSError, TimeoutError):
            self.use.give_back(taken)
            log.info("the use of %s keys will be noted later", len(taken.used))


async def _write(connection: psycopg.AsyncConnection[Any], taken: KeyUse) -> None:
    async with connection.transaction(), connection.cursor() as cursor:
        # In one order, so that two processes do not wait for each other in a circle.
        await cursor.executemany(USED, [(at, n) for n, at in sorted(taken.used.items())])
        rows = [(at, origin, n) for n, (at, origin) in sorted(taken.exposed.items())]
        await cursor.executemany(EXPOSED, rows)
