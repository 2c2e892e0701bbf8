"""The partitions of the log: those of the coming days made ahead, old ones dropped.

What reports need is in the totals by then. A day goes when it is more than `LOG_DAYS` old and the
roll-up has read all of it; events without a day of their own are removed in small pieces. A day
that has gone does not come back (`DroppedDay`), so a late event of it cannot count a second time.

New events wait behind the lock for a drop, so it is asked for shortly, and again at the next time.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from delivery.identity import UNDATED
from events.models import DroppedDay, RollupState
from events.statements import partitions as sql
from events.turn import RollupBusy, take_turn

log = logging.getLogger(__name__)

AHEAD: Final = 7
"""Days that have their partition before anything happens on them."""
LOCK_PATIENCE: Final = "250ms"
LOCK_ATTEMPTS: Final = 3
AT_ONCE: Final = 5_000
"""Events without a day that are looked at in one transaction."""


class Waits(StrEnum):
    """Why a day that is due has not gone."""

    UNREAD = "unread"  # the roll-up has not read all of it
    BUSY = "busy"  # somebody was at the log for longer than new events may wait


@dataclass(frozen=True, slots=True)
class Partition:
    """One day of the log; `events` is the database's estimate."""

    day: dt.date
    table: str
    bytes: int
    events: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log holds. `due` are days that should have gone, `unread` whether the roll-up has
    not read all of the oldest of them."""

    days: int
    oldest: dt.date | None
    newest: dt.date | None
    bytes: int
    undated_bytes: int
    due: int
    unread: bool


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round has done: days made and dropped, events removed, and what had to wait."""

    made: int
    dropped: tuple[dt.date, ...]
    removed: int
    waiting: tuple[tuple[dt.date, Waits], ...]


def keep(*, log_days: int, now: dt.datetime) -> Upkeep:
    """Make the days ahead, drop those that are due, remove what is old and has no day."""
    made = make_ahead(now=now)
    dropped, waiting = drop_due(log_days=log_days, now=now)
    removed = remove_undated(log_days=log_days, now=now)
    for day, why in waiting:
        log.warning("the log keeps %s for longer than LOG_DAYS: %s", day, why)
    return Upkeep(made, tuple(dropped), removed, tuple(waiting))


def all_of_them() -> tuple[Partition, ...]:
    """Every partition, the oldest first; the undated one is the very first."""
    with connection.cursor() as cursor:
        cursor.execute(sql.ALL)
        return tuple(Partition(*row) for row in cursor.fetchall())


def make_ahead(*, now: dt.datetime) -> int:
    """Make the partitions of today and the coming days; how many were missing."""
    known = {one.day for one in all_of_them()}
    today = now.astimezone(dt.UTC).date()
    days = [today + dt.timedelta(days=n) for n in range(AHEAD + 1)]
    missing = [day for day in days if day not in known]
    made = _shortly(lambda cursor: cursor.execute(sql.ENSURE, [missing])) if missing else True
    return len(missing) if made else 0


def drop_due(
    *, log_days: int, now: dt.datetime
) -> tuple[list[dt.date], list[tuple[dt.date, Waits]]]:
    """Drop the days that are due, the oldest first; which went, and which have to wait and why."""
    dropped: list[dt.date] = []
    waiting: list[tuple[dt.date, Waits]] = []
    due = _due(all_of_them(), log_days, now)
    for place, one in enumerate(due):
        why = _drop(one, now)
        if why is Waits.BUSY:
            # It would be the same with the next ones, and new events would wait each time.
            return dropped, waiting + [(late.day, why) for late in due[place:]]
        if why is not None:
            waiting.append((one.day, why))
        else:
            dropped.append(one.day)
    return dropped, waiting


def remove_undated(*, log_days: int, now: dt.datetime) -> int:
    """Remove old events that have no day of their own, a few in each transaction; how many."""
    removed, low = 0, 0
    while True:
        try:
            step = _remove_some(low, before=now - dt.timedelta(days=log_days), now=now)
        except RollupBusy:
            return removed
        removed += step.removed
        if step.seen is None or step.fresh:
            return removed
        low = step.seen


def standing(*, log_days: int, now: dt.datetime) -> Standing:
    """What the log holds now, for a page."""
    every = all_of_them()
    dated = [one for one in every if one.day != UNDATED]
    due = _due(every, log_days, now)
    return Standing(
        days=len(dated),
        oldest=dated[0].day if dated else None,
        newest=dated[-1].day if dated else None,
        bytes=sum(one.bytes for one in every),
        undated_bytes=sum(one.bytes for one in every if one.day == UNDATED),
        due=len(due),
        unread=bool(due) and _newest(due[0]) > _watermark(),
    )


def given_up() -> tuple[int, dt.date | None]:
    """How many days have been dropped, and the newest of them."""
    days = DroppedDay.objects.exclude(day=UNDATED).order_by("-day").values_list("day", flat=True)
    return len(days), days.first()


def _due(every: Sequence[Partition], log_days: int, now: dt.datetime) -> list[Partition]:
    oldest_kept = now.astimezone(dt.UTC).date() - dt.timedelta(days=log_days)
    return [one for one in every if one.day != UNDATED and one.day < oldest_kept]


def _drop(one: Partition, now: dt.datetime) -> Waits | None:
    """Drop a day if it can be had shortly; why not otherwise."""
    newest = _newest(one)
    if newest > _watermark():
        return Waits.UNREAD
    with connection.cursor() as cursor:
        # Long before the lock: what is in a day of so long ago does not change any more, …
        cursor.execute(sql.CONTENTS.format(name=one.table))
        events, experiments = cursor.fetchone()
    row = {"day": one.day, "events": events, "experiments": experiments, "now": now}
    try:
        went = _shortly(lambda cursor: _drop_known(cursor, one, newest, row))
    except _HasGrown:
        return Waits.UNREAD
    return None if went else Waits.BUSY


class _HasGrown(Exception):
    """Something has come while nobody looked."""


def _drop_known(cursor: CursorWrapper, one: Partition, newest: int, row: dict[str, Any]) -> None:
    cursor.execute(sql.LOCK)
    # … and if it does, it is noticed here, where nobody can write.
    if _newest(one) != newest:
        raise _HasGrown
    cursor.execute(sql.DROP.format(name=one.table))
    _note(cursor, row)


def _note(cursor: CursorWrapper, row: dict[str, Any]) -> None:
    cursor.execute(sql.NOTE, row)


def _newest(one: Partition) -> int:
    """The number of the newest event of a day."""
    with connection.cursor() as cursor:
        cursor.execute(sql.NEWEST.format(name=one.table))
        return int(cursor.fetchone()[0])


def _watermark() -> int:
    return RollupState.objects.filter(pk=1).values_list("watermark", flat=True).first() or 0


def _shortly(work: Callable[[CursorWrapper], object]) -> bool:
    """Do it in a transaction that waits for locks only shortly; whether that was possible."""
    for _attempt in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
                work(cursor)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        else:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a step has looked, how many it removed, and whether it met what is not old yet."""

    seen: int | None
    fresh: bool
    removed: int


def _remove_some(low: int, *, before: dt.datetime, now: dt.datetime) -> _Step:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        take_turn(cursor)
        place: dict[str, Any] = {
            "low": low,
            "high": _watermark(),
            "most": AT_ONCE,
            "before": before,
        }
        cursor.execute(sql.CLEAR, place)
        seen, newest, removed, experiments = cursor.fetchone()
        if removed:
            row = {"day": UNDATED, "events": removed, "experiments": experiments, "now": now}
            _note(cursor, row)
    return _Step(seen, newest is not None and newest >= before, removed)
