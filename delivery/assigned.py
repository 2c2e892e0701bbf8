"""Who was given which variant: one record per unit, phase and day, written behind the answers.

An answer only leaves a note (`Notebook.hear`): what was not said today waits in a bounded queue,
from which a task writes a little at a time through the group commit. What finds no room is dropped
and counted, and is tried again when the same unit comes back. Its name follows from what it says:
all processes, before and after a restart, name it alike, and it is counted once.
"""

import asyncio
import datetime as dt
import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from delivery import identity, traffic
from delivery.commit import GroupCommit
from delivery.intake import stamped
from delivery.limits import Watch, place_of
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
PAUSE_SECONDS: Final = 0.05
"""Between two groups: at most 2,000 records a second, some 3 % of a process."""
PAUSES: Final = 9
"""Times as long as a group took, so that a slow database has most of its time for events."""
_QUARTER_MS: Final = 900_000  # every zone's midnight lies on a quarter of an hour
_ASKED: Final = (b"user-agent", b"accept-language", *traffic.PURPOSES)
_LONGEST_HEADER: Final = 256


class Note(msgspec.Struct, frozen=True, gc=False):
    """What of an answer was not said yet today; `day` is the site's, a proleptic ordinal.

    `crowd`: the visitor is one too many of one network.
    """

    about: Assigned
    day: int
    crowd: bool = False


@dataclass(slots=True)
class Said:
    """What was said of late, in two generations: when the newer one is full the older one goes."""

    most: int = MOST_REMEMBERED
    watch: Watch = field(default_factory=Watch, repr=False)
    _newer: set[bytes] = field(default_factory=set, repr=False)
    _older: set[bytes] = field(default_factory=set, repr=False)

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    def news(self, assigned: Assigned) -> Note | None:
        """What of an answer was not said yet, and is now."""
        day, fresh = self.fresh(assigned)
        if not fresh:
            return None
        if len(self._newer) >= self.most:
            self._newer, self._older = set(), self._newer
        self._newer.update(fresh)
        return Note(_slim(assigned, tuple(fresh.values())), day, self._crowd(assigned))

    def _crowd(self, assigned: Assigned) -> bool:
        site = assigned.site
        if assigned.secret or site.count_automated:
            return False
        place = place_of(assigned.address)
        return self.watch.crowd(site.id, assigned.unit, place, now_ms=assigned.now_ms)

    def fresh(self, assigned: Assigned) -> tuple[int, dict[bytes, bytes]]:
        """The day, and the stamps that were not said yet by what they would be remembered by."""
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
        return day, fresh


@lru_cache(maxsize=512)
def _today(timezone: str, quarter: int) -> tuple[int, bytes]:
    day = day_at(timezone, quarter * _QUARTER_MS)
    return day, day.to_bytes(4, "big")


def records(notes: Iterable[Note]) -> list[Record]:
    """The notes as they stand in the log."""
    return [_record(note, stamp) for note in notes for stamp in note.about.stamps]


def _record(note: Note, packed: bytes) -> Record:
    about, day, stamp = note.about, note.day, Stamp.unpack(packed)
    site, at = about.site, dt.datetime.fromtimestamp(about.now_ms / 1000, dt.UTC)
    browser = {} if about.secret else about.headers
    mark = traffic.mark(browser, robots_count=site.count_automated)
    mark = mark or (traffic.RATE if note.crowd else "")
    record = Record(
        day=dt.date.fromordinal(day),
        id=identity.of_assignment(site.id, phase_of(packed), about.unit, day, mark),
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


def _slim(assigned: Assigned, stamps: tuple[bytes, ...]) -> Assigned:
    """Without what will not be looked at: a queue of whole requests would be large.

    The address has been looked at already and goes no further.
    """
    headers = assigned.headers
    return Assigned(
        site=assigned.site,
        unit=assigned.unit,
        stamps=stamps,
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
    _waiting: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    def hear(self, assigned: Assigned) -> None:
        """Take note; never waits. What finds no room is dropped, and new again next time."""
        if self._waiting >= MOST_QUEUED:
            self.dropped += len(self.said.fresh(assigned)[1])
        elif note := self.said.news(assigned):
            self._queue.append(note)
            self._waiting += len(note.about.stamps)
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
                begun = time.monotonic()
                await self._some()
                spent = time.monotonic() - begun
                await asyncio.sleep(max(PAUSE_SECONDS, PAUSES * spent))

    async def _some(self) -> None:
        taken = records(self._take())
        self._waiting -= len(taken)
        try:
            await self.commit.write(taken)
        except Unavailable:
            self.dropped += len(taken)
        except Exception:
            self.dropped += len(taken)
            log.exception("could not write %s assignments", len(taken))

    def _take(self) -> Iterator[Note]:
        taken = 0
        while self._queue and taken < TOGETHER:
            note = self._queue.popleft()
            taken += len(note.about.stamps)
            yield note
