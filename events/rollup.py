"""From the log to totals per unit to aggregates, each new event once.

A unit (visitor) belongs to the variant and the day of its earliest counted impression in a phase
and stays there with everything it does: also a unit that saw several variants is analysed in the
first one, as it was randomised; the share of such units is reported by `events.store.health`. An
impression that arrives late and turns out to be the earliest moves its unit, with signed
differences of the aggregates. Clicks count for the unit whatever variant they name; carts and
orders from its first exposure on. An order counts once, for the unit of its earliest event.

So the state is a function of the set of counted events (`mark` is empty): their order, lateness and
repetition do not matter, and `rebuild` from nothing gives the same rows. (Days are those of the
site's time zone; a site that changes its zone keeps the days already counted until a rebuild.)
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from engine.errors import Unavailable
from events import statements as sql
from events.models import RollupState

CHUNK: Final = 200_000
"""Events per transaction: about two seconds of work, and what a crash repeats."""

MANY: Final = 20_000
"""Events from which on reading whole tables is cheaper than looking up each unit."""

LOCK_ATTEMPTS: Final = 3
LOCK_PATIENCE: Final = "250ms"
"""While this lock is waited for, new events wait behind it; a long write (an import) must not make
them wait longer than a shopper's tag would."""

TURN_PATIENCE: Final = "60s"
"""How long a roll-up waits for another one's chunk to end."""

TURN: Final = 0x1AB0_0E0E
"""The advisory lock that lets one roll-up work at a time."""


@dataclass(frozen=True, slots=True)
class RollupResult:
    """What a run has done. `delayed`: a long write held the log, so nothing was read this time."""

    events: int
    chunks: int
    watermark: int
    delayed: bool = False


class RollupBusy(Unavailable):
    """Another roll-up has been at work for longer than is worth waiting."""

    slug = "rollup-busy"
    title = "The counts are being brought up to date"


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
        _prepare(cursor)
        _forget(cursor, experiment_id)
        watermark = _watermark()
        for low in range(0, watermark, CHUNK):
            _count(cursor, low, min(low + CHUNK, watermark), experiment_id)


def _horizon() -> int | None:
    """The newest `seq` below which no transaction is open any more; None if that cannot be had."""
    for _attempt in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
                cursor.execute(sql.LOCK_LOG)
                return _number(cursor, sql.NEWEST)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    return None


def _next_chunk(horizon: int, now: dt.datetime) -> int | None:
    """Count one chunk and move the watermark on; the number of events, None when up to date."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        take_turn(cursor)
        low = _watermark()
        high = min(low + CHUNK, horizon)
        if high <= low:
            _note(low, now)
            return None
        _prepare(cursor)
        events = _count(cursor, low, high, None)
        _note(high, now)
        return events


def _count(cursor: CursorWrapper, low: int, high: int, experiment_id: int | None) -> int:
    chunk = {"low": low, "high": high, "experiment": experiment_id}
    events = _number(cursor, sql.SIZE, chunk)
    if events > MANY:
        cursor.execute(sql.WHOLE_TABLES)
    cursor.execute(sql.EMPTY)
    _each(cursor, (sql.SEEN, sql.BOUGHT), chunk)
    cursor.execute(sql.TOUCH_KNOWN)
    cursor.execute(sql.CONTRIBUTION, {"sign": -1})
    _each(cursor, (sql.KEEP_CARTS, sql.KEEP_ORDERS, sql.KEEP_UNITS, sql.TOUCH_NEW, sql.CONVERT))
    cursor.execute(sql.CONTRIBUTION, {"sign": 1})
    _each(cursor, (sql.SETTLE, sql.DROP_EMPTY))
    cursor.execute(sql.TALLY, chunk)
    return events


def _forget(cursor: CursorWrapper, experiment_id: int | None) -> None:
    if experiment_id is None:
        cursor.execute(sql.FORGET_ALL)
    else:
        _each(cursor, sql.FORGET_ONE, {"experiment": experiment_id})


def _prepare(cursor: CursorWrapper) -> None:
    cursor.execute(sql.WORKSPACE)
    cursor.execute(sql.ZONES)


def take_turn(cursor: CursorWrapper) -> None:
    cursor.execute(f"SET LOCAL lock_timeout = '{TURN_PATIENCE}'")
    try:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise RollupBusy(
            _("Another roll-up is still at work."), hint=_("Try again in a minute."), retry_after=60
        ) from error


def _watermark() -> int:
    return RollupState.objects.filter(pk=1).values_list("watermark", flat=True).first() or 0


def _note(watermark: int, now: dt.datetime) -> None:
    RollupState.objects.update_or_create(pk=1, defaults={"watermark": watermark, "rolled_at": now})


def _each(
    cursor: CursorWrapper, statements: Iterable[str], parameters: dict[str, Any] | None = None
) -> None:
    for statement in statements:
        cursor.execute(statement, parameters)


def _number(cursor: CursorWrapper, query: str, parameters: dict[str, Any] | None = None) -> int:
    cursor.execute(query, parameters)
    row = cursor.fetchone()
    return int(row[0]) if row else 0
