"""From the log to totals per unit to aggregates, each new event once.

A unit (visitor) belongs to the variant and the day of its earliest counted impression in a phase
and stays there with everything it does: also a unit that saw several variants is analysed in the
first one, as it was randomised; the share of such units is reported by `events.store.health`. An
impression that arrives late and turns out to be the earliest moves its unit, with signed
differences of the aggregates. Clicks count for the unit whatever variant they name; carts and
orders from its first exposure to the end of the site's window. An order counts once, for the unit
of its earliest event, less what was refunded. Names that an alias connects are one unit, known by
the smallest of them. What was set aside as automated is counted beside the rest, never with it.

So the state is a function of the set of events: their order, lateness and repetition do not matter,
and `rebuild` from nothing gives the same rows. (Days are those of the site's time zone; a site that
changes its zone or its windows keeps what is counted already until a rebuild. A cap, once fixed, is
kept by a rebuild.)
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from events import counting, tail
from events.corrections import fix_cap, fix_caps, set_aside
from events.counting import Chosen
from events.models import RollupState
from events.statements import workspace
from events.turn import RollupBusy, take_turn

__all__ = [
    "RollupBusy",
    "RollupResult",
    "fix_cap",
    "fix_caps",
    "rebuild",
    "run",
    "set_aside",
    "take_turn",
]

CHUNK: Final = 200_000
"""Events per transaction: about two seconds of work, and what a crash repeats."""

LOCK_ATTEMPTS: Final = 3
LOCK_PATIENCE: Final = "250ms"
"""While this lock is waited for, new events wait behind it; a long write (an import) must not make
them wait longer than a shopper's tag would."""


@dataclass(frozen=True, slots=True)
class RollupResult:
    """What a run has done. `delayed`: a long write held the log, so nothing was read this time."""

    events: int
    chunks: int
    watermark: int
    delayed: bool = False


def run(*, now: dt.datetime) -> RollupResult:
    """Take all events committed so far into the totals.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    horizon = _horizon()
    if horizon is None:
        return RollupResult(events=0, chunks=0, watermark=_watermark(), delayed=True)
    events = chunks = 0
    while (done := _next_chunk(horizon, now)) is not None:
        events += done
        chunks += 1
    return RollupResult(events=events, chunks=chunks, watermark=_watermark())


def rebuild(experiment_id: int | None = None) -> None:
    """Count again from the log what is in it up to the watermark, of one experiment or of all.

    Experiments whose totals were imported have no events and stay as they are.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        take_turn(cursor)
        counting.prepare(cursor)
        _forget(experiment_id)
        watermark = _watermark()
        for low in range(0, watermark, CHUNK):
            counting.count(cursor, Chosen(low, min(low + CHUNK, watermark), experiment_id))


def _horizon() -> int | None:
    """The newest `seq` below which no transaction is open any more; None if that cannot be had."""
    for _attempt in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
                cursor.execute(workspace.LOCK_LOG)
                return tail.newest()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    return None


def _next_chunk(horizon: int, now: dt.datetime) -> int | None:
    """Count one chunk and move the watermark on; the number of events, None when up to date."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # Not waiting for the disk is safe: the log is the truth, and the watermark is of the same
        # transaction. What a crash takes is counted again by the next run.
        cursor.execute("SET LOCAL synchronous_commit = off")
        take_turn(cursor)
        low = _watermark()
        high = min(low + CHUNK, horizon)
        if high <= low:
            _note(low, now)
            return None
        counting.prepare(cursor)
        events = counting.count(cursor, Chosen(low, high))
        _note(high, now)
        return events


def _forget(experiment_id: int | None) -> None:
    with connection.cursor() as cursor:
        if experiment_id is None:
            cursor.execute(workspace.FORGET_ALL)
        else:
            counting.each(cursor, workspace.FORGET_ONE, {"experiment": experiment_id})


def _watermark() -> int:
    return RollupState.objects.filter(pk=1).values_list("watermark", flat=True).first() or 0


def _note(watermark: int, now: dt.datetime) -> None:
    RollupState.objects.update_or_create(pk=1, defaults={"watermark": watermark, "rolled_at": now})
