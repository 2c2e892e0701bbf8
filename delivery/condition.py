"""How a process fares: one reading for `/readyz`, for `/metrics` and for the alarms in the log."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from delivery.assigned import Notebook
from delivery.commit import GroupCommit
from delivery.live import Reader
from delivery.meters import Meters
from delivery.state import StateStore

log = logging.getLogger("delivery")

OLD_SECONDS: Final = 3600.0
"""So long without word that the snapshot is still the newest, and somebody should look."""
WAITING_SECONDS: Final = 60.0
"""The spool is emptied twice a second while the database is there."""
LOOK_SECONDS: Final = 1.0

ALARMS: Final = {
    "no_snapshot": "there is no snapshot: every answer is the default",
    "snapshot_old": "the snapshot has not been confirmed for an hour",
    "snapshot_refused": "the newest snapshot cannot be used: the one before stays in force",
    "database_away": "the database is away",
    "spool_waiting": "events wait in the spool for more than a minute",
    "profiles_away": "the state store is away: decisions do without profiles",
}
_GRAVE: Final = frozenset({"no_snapshot", "snapshot_old", "snapshot_refused"})
_DEGRADING: Final = frozenset({"snapshot_old", "database_away", "spool_waiting"})


@dataclass(frozen=True, slots=True)
class Spooled:
    """What waits on the disk: bytes, files, and the seconds since the oldest file was begun."""

    bytes: int = 0
    files: int = 0
    oldest: float = 0.0


def spooled(paths: Iterable[Path], *, now: float) -> Spooled:
    """Look at the files of a spool, of which another process may just be taking one away."""
    total = files = 0
    oldest = now
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size
            files += 1
            begun = path.name.partition("-")[0]
            oldest = min(oldest, int(begun) / 1e9 if begun.isdecimal() else now)
    return Spooled(total, files, max(0.0, now - oldest))


@dataclass(frozen=True, slots=True)
class Condition:
    """The parts of a process at a moment; ages are in seconds, None where there is nothing."""

    snapshot: int | None
    snapshot_age: float | None
    snapshot_refused: bool
    learnt: int | None
    learnt_age: float | None
    database: bool
    spool: Spooled
    queued: int
    profiles: bool
    uses_profiles: bool
    assigned_dropped: int

    @property
    def alarms(self) -> tuple[str, ...]:
        """What is not as it should be, by name."""
        found = {
            "no_snapshot": self.snapshot is None,
            "snapshot_old": (self.snapshot_age or 0.0) > OLD_SECONDS,
            "snapshot_refused": self.snapshot_refused,
            "database_away": not self.database,
            "spool_waiting": self.spool.oldest > WAITING_SECONDS,
            "profiles_away": self.uses_profiles and not self.profiles,
        }
        return tuple(name for name, so in found.items() if so)

    @property
    def status(self) -> str:
        """`ready`, `degraded` (shoppers are served, somebody should look) or `no snapshot`."""
        if self.snapshot is None:
            return "no snapshot"
        return "degraded" if _DEGRADING.intersection(self.alarms) else "ready"

    def told(self) -> dict[str, object]:
        """What `/readyz` says."""
        age = self.snapshot_age
        return {
            "status": self.status,
            "alarms": self.alarms,
            "snapshot": self.snapshot,
            "snapshot_age": None if age is None else round(age),
            "database": self.database,
            "spool_bytes": self.spool.bytes,
            "spool_seconds": round(self.spool.oldest),
            "profiles": self.profiles,
            "assigned_dropped": self.assigned_dropped,
        }


@dataclass(frozen=True, slots=True)
class Parts:
    """Whose condition it is."""

    reader: Reader
    commit: GroupCommit
    state: StateStore
    notebook: Notebook

    async def condition(self, *, now: float) -> Condition:
        """How they fare; the disk is asked in a thread, because it may be slow."""
        spool = await asyncio.to_thread(self._spooled, now)
        reader, live = self.reader, self.reader.current.live
        return Condition(
            snapshot=live.version if live else None,
            snapshot_age=max(0.0, now - reader.current.confirmed_at) if live else None,
            snapshot_refused=reader.refuses,
            learnt=reader.learnt_version,
            learnt_age=now - reader.learnt_at if reader.learnt_at else None,
            database=reader.connected and not self.commit.away,
            spool=spool,
            queued=self.commit.queued,
            profiles=not self.state.away,
            uses_profiles=bool(self.state.url and live and live.keeps_profiles),
            assigned_dropped=self.notebook.dropped,
        )

    def _spooled(self, now: float) -> Spooled:
        return spooled(self.commit.spool.waiting(), now=now)


@dataclass(slots=True)
class Watchman:
    """Looks each second: says once that an alarm begins or ends, counts how late the loop is."""

    parts: Parts
    meters: Meters
    _told: frozenset[str] = frozenset()
    _task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            self.meters.lag.add(max(0.0, time.monotonic() - begun - LOOK_SECONDS))
            try:
                self.tell(await self.parts.condition(now=time.time()))
            except Exception:
                log.exception("could not look at the process's own condition")

    def tell(self, condition: Condition) -> None:
        """Say what is new, once."""
        alarms = frozenset(condition.alarms)
        for name in sorted(alarms - self._told):
            level = logging.ERROR if name in _GRAVE else logging.WARNING
            log.log(level, "alarm: %s", ALARMS[name], extra={"alarm": name})
        for name in sorted(self._told - alarms):
            log.info("no longer: %s", ALARMS[name], extra={"alarm": name})
        self._told = alarms
