"""Who was given which variant: one record per unit, phase and day, written behind the answers.

An answer only leaves a note (`Notebook.hear`): what was not said today waits in a bounded queue,
from which a task writes a little at a time through the group commit. What finds no room is dropped
and counted, and is tried again when the same unit comes back. Its name follows from what it says:
all processes, before and after a restart, name it alike, and it is counted once.
"""

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from delivery import identity, traffic
from delivery.commit import GroupCommit
from delivery.intake import stamped
from delivery.sink import ASSIGNED, Record
from delivery.surroundings import browser_language, device_of, known_device, primary_tag
from delivery.token import Stamp, phase_of
from delivery.visitor import day_at
from delivery.wire import Assigned
from engine.errors import Unavailable

log = logging.getLogger("delivery.assigned")

MOST_REMEMBERED: Final = 100_000
"""Of each of two generations, about 10 MB. What was forgotten is said again and is a duplicate."""
MOST_QUEUED: Final = 10_000
TOGETHER: Final = 100
"""Records; more would hold up the events that wait behind them."""
GATHER_SECONDS: Final = 0.2
PAUSE_SECONDS: Final = 0.025
"""Between two groups: at most 4,000 records a second, some 5 % of a process."""
_QUARTER_MS: Final = 900_000  # every zone's midnight lies on a quarter of an hour
_ASKED: Final = (b"user-agent", b"accept-language", b"sec-purpose", b"purpose")
_LONGEST_HEADER: Final = 256


class Note(msgspec.Struct, frozen=True, gc=False):
    """One assignment that was not said yet today; `day` is the site's, a proleptic ordinal."""

    about: Assigned
    stamp: bytes
    day: int


NOTHING: Final[Sequence[Note]] = ()


@dataclass(slots=True)
class Said:
    """What was said of late, in two generations: when the newer one is full the older one goes."""

    most: int = MOST_REMEMBERED
    _newer: set[bytes] = field(default_factory=set, repr=False)
    _older: set[bytes] = field(default_factory=set, repr=False)

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def news(self, assigned: Assigned, *, remember: bool = True) -> Sequence[Note]:
        """What of an answer was not said yet."""
        day, tail = _today(assigned.site.timezone, assigned.now_ms // _QUARTER_MS)
        if traffic.is_prefetch(assigned.headers):
            # Set aside now; when the page is looked at later, that counts.
            tail += traffic.PREFETCH.encode()
        unit, newer, older = assigned.unit, self._newer, self._older
        fresh: dict[bytes, bytes] = {}
        for stamp in assigned.stamps:
            key = unit + phase_of(stamp) + tail
            if key not in newer and key not in older:
                fresh.setdefault(key, stamp)
        if not fresh:
            return NOTHING
        if remember:
            self._remember(fresh)
        about = _slim(assigned)
        return [Note(about, stamp, day) for stamp in fresh.values()]

    def _remember(self, keys: Iterable[bytes]) -> None:
        if len(self._newer) >= self.most:
            self._newer, self._older = set(), self._newer
        self._newer.update(keys)


@lru_cache(maxsize=512)
def _today(timezone: str, quarter: int) -> tuple[int, bytes]:
    day = day_at(timezone, quarter * _QUARTER_MS)
    return day, day.to_bytes(4, "big")


def records(notes: Sequence[Note]) -> list[Record]:
    """The notes as they stand in the log."""
    return [_record(note) for note in notes]


def _record(note: Note) -> Record:
    about, stamp = note.about, Stamp.unpack(note.stamp)
    site, at = about.site, dt.datetime.fromtimestamp(about.now_ms / 1000, dt.UTC)
    browser = {} if about.secret else about.headers
    mark = traffic.mark(browser, robots_count=site.count_automated)
    record = Record(
        day=dt.date.fromordinal(note.day),
        id=identity.of_assignment(site.id, phase_of(note.stamp), about.unit, note.day, mark),
        digest=identity.digest(ASSIGNED),
        site_id=site.id,
        kind=ASSIGNED,
        unit=about.unit,
        occurred_at=at,
        received_at=at,
        flags=stamp.flags,
        mark=mark,
        device=device_of(traffic.agent_of(browser)) or about.device,
        locale=about.locale or browser_language(browser),
    )
    return stamped(record, stamp)


def _slim(assigned: Assigned) -> Assigned:
    """Without what will not be looked at: a queue of whole requests would be large."""
    headers = assigned.headers
    return Assigned(
        site=assigned.site,
        unit=assigned.unit,
        stamps=(),
        now_ms=assigned.now_ms,
        headers={name: headers[name][:_LONGEST_HEADER] for name in _ASKED if name in headers},
        secret=assigned.secret,
        device=known_device(assigned.device),
        locale=primary_tag(assigned.locale),
    )


@dataclass(slots=True)
class Notebook:
    """The queue behind the answers, and who writes it down."""

    commit: GroupCommit
    dropped: int = 0
    said: Said = field(default_factory=Said, repr=False)
    _queue: deque[Note] = field(default_factory=deque, repr=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    def hear(self, assigned: Assigned) -> None:
        """Take note; never waits. What finds no room is dropped, and new again next time."""
        full = len(self._queue) >= MOST_QUEUED
        notes = self.said.news(assigned, remember=not full)
        if full:
            self.dropped += len(notes)
        elif notes:
            self._queue.extend(notes)
            self._wake.set()

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write())

    async def stop(self, *, seconds: float) -> None:
        """Write what waits if there is time, then end."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._queue:
                    await self._some()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            while self._queue:
                await self._some()
                await asyncio.sleep(PAUSE_SECONDS)

    async def _some(self) -> None:
        notes = [self._queue.popleft() for _ in range(min(TOGETHER, len(self._queue)))]
        try:
            await self.commit.write(records(notes))
        except Unavailable:
            self.dropped += len(notes)
        except Exception:
            self.dropped += len(notes)
            log.exception("could not write %s assignments", len(notes))
