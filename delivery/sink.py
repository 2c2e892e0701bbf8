"""The only writer of the log.

The steps are a generator that says which SQL comes next and is told what it gave; `write` (for
Django's requests and the importers) and `delivery.commit` (asynchronous) only carry them out. So
there is one text of the SQL for both.

Fast path: COPY straight into the log. Only when the unique key objects are the rows staged,
inserted where they are new, and compared with what was there.
"""

import datetime as dt
from collections.abc import Generator, Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeAlias

import msgspec
import psycopg
from psycopg import errors

from delivery.steps import INSIDE, WHOLE, Load, Rows, Run, Scope


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One row of the log; a field for each column that the database does not fill itself.

    `id`, `unit` and `decision` are 16 bytes; `properties` is the JSON text of an object; `mark` is
    empty for what counts, else the name of the filter that set it aside. New fields come last and
    have a default, so that a spool of an older version can be read.
    """

    day: dt.date
    id: bytes
    digest: int
    site_id: int
    kind: str
    unit: bytes
    occurred_at: dt.datetime
    received_at: dt.datetime
    experiment_id: int | None = None
    phase: int | None = None
    variant_id: int | None = None
    placement_id: int | None = None
    creative_version_id: int | None = None
    policy_version: int | None = None
    propensity: float | None = None
    flags: int = 0
    decision: bytes | None = None
    amount: int | None = None
    currency: str = ""
    order_id: str = ""
    mark: str = ""
    properties: str | None = None
    source: str = "live"
    device: str = ""
    locale: str = ""


ASSIGNED: Final = "assigned"
"""Every process says it of every unit, so many are there already: a COPY would only fail."""


class Outcome(StrEnum):
    """What became of a record: the first of an id, the same again, another one under its id."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"  # the database refuses the row itself; only a defect in intake leads here


COLUMNS: tuple[str, ...] = Record.__struct_fields__
_LIST = ", ".join(COLUMNS)
_encode = msgspec.json.Encoder().encode

COPY_LOG = f"COPY events_event ({_LIST}) FROM STDIN"
ENSURE = "SELECT events_ensure_partition(day) FROM unnest(%s::date[]) AS day"
# Without the log's constraints; made once a session and emptied by every commit.
STAGE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS events_incoming ON COMMIT DELETE ROWS"  # noqa: S608
    f" AS SELECT {_LIST} FROM events_event WITH NO DATA"
)
CLEAR_STAGE = "DELETE FROM events_incoming"
COPY_STAGE = f"COPY events_incoming ({_LIST}) FROM STDIN"
# In the order of the key: two processes with the same rows wait for each other, without deadlock.
INSERT_NEW = (
    f"INSERT INTO events_event ({_LIST}) SELECT {_LIST} FROM events_incoming ORDER BY id, day"  # noqa: S608
    " ON CONFLICT (day, id) DO NOTHING RETURNING day, id"
)
INSERT_NOTED = (
    f"INSERT INTO events_event ({_LIST}) SELECT {_LIST}"  # noqa: S608
    " FROM json_populate_recordset(NULL::events_event, %s::json) ORDER BY id, day"
    " ON CONFLICT (day, id) DO NOTHING RETURNING day, id"
)
# Row by row, in the days at hand: a join would read the whole log, of whose size nobody has told
# the planner beside that of a table made a moment ago.
DIGESTS = (
    "SELECT day, id, kept.digest FROM events_incoming AS incoming CROSS JOIN LATERAL ("
    "SELECT digest FROM events_event AS e WHERE e.day = incoming.day AND e.id = incoming.id"
    " AND e.day = ANY (%s::date[]) OFFSET 0) AS kept"
)


Steps: TypeAlias = Generator[Run | Load, Rows, list[Outcome]]
Key: TypeAlias = tuple[dt.date, bytes]

# Days whose partition this process has seen; a wrong entry (rolled back, dropped) costs one retry.
_known_days: set[dt.date] = set()
MOST_KNOWN_DAYS = 4_000  # only an importer of many years gets there


def write(connection: psycopg.Connection[Any], records: Sequence[Record]) -> list[Outcome]:
    """Store records inside the caller's transaction, or in one of their own if none is open.

    Returns:
        One outcome per record, in order.

    A new day needs a partition, whose making blocks others who need one until the caller commits:
    before a long transaction call `ensure_days` and commit.
    """
    own = connection.autocommit and connection.info.transaction_status == _IDLE
    steps = writing(records, WHOLE if own else INSIDE)
    try:
        return _carry_out(connection, steps)
    except BaseException:
        if own:
            connection.rollback()
        raise


def ensure_days(connection: psycopg.Connection[Any], days: Iterable[dt.date]) -> None:
    """Make the partitions of these days, in the caller's transaction."""
    connection.execute(ENSURE, (sorted(set(days)),))


_IDLE = psycopg.pq.TransactionStatus.IDLE


def _carry_out(connection: psycopg.Connection[Any], steps: Steps) -> list[Outcome]:
    try:
        step = next(steps)
        while True:
            try:
                rows = _do(connection, step)
            except (errors.UniqueViolation, errors.CheckViolation) as error:
                step = steps.throw(error)
            else:
                step = steps.send(rows)
    except StopIteration as done:
        return list(done.value)


def _do(connection: psycopg.Connection[Any], step: Run | Load) -> Rows:
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        if isinstance(step, Load):
            with cursor.copy(step.sql) as copy:
                copy.write(step.text)
            return []
        cursor.execute(step.sql, step.values)
        return cursor.fetchall() if cursor.description else []


def writing(records: Sequence[Record], scope: Scope) -> Steps:
    """The steps that store records; returns one outcome per record."""
    if not records:
        return []
    first = _first_of_each(records)
    days = {day for day, _ in first}
    if records[0].kind == ASSIGNED:
        return _outcomes(records, first, (yield from _noted(first, days, scope)))
    try:
        yield from _run(scope.begin)
        if not days <= _known_days:
            yield Run(ENSURE, (sorted(days),))
        yield Load(COPY_LOG, _text(first))
        settled, end = dict.fromkeys(first, Outcome.STORED), scope.end
    except (errors.UniqueViolation, errors.CheckViolation):
        # Something is there already, or a partition that was known is gone.
        yield Run(scope.anew)
        settled, end = (yield from _compared(first, days)), scope.end_slow
    yield from _run(end)
    _remember(days)
    return _outcomes(records, first, settled)


def _run(sql: str) -> Generator[Run, Rows, None]:
    if sql:
        yield Run(sql)


def _noted(
    first: dict[Key, Record], days: set[dt.date], scope: Scope
) -> Generator[Run | Load, Rows, dict[Key, Outcome]]:
    """In one statement, which leaves out what is there; all digests of a key are the same."""
    insert, end = Run(INSERT_NOTED, (_json(first),)), scope.end
    try:
        yield from _run(scope.begin)
        if not days <= _known_days:
            yield Run(ENSURE, (sorted(days),))
        rows = yield insert
    except errors.CheckViolation:
        yield Run(scope.anew)
        yield Run(ENSURE, (sorted(days),))
        rows, end = (yield insert), scope.end_slow
    yield from _run(end)
    _remember(days)
    new = {(day, name.bytes) for day, name in rows}
    return {key: Outcome.STORED if key in new else Outcome.DUPLICATE for key in first}


def _json(first: dict[Key, Record]) -> str:
    return _encode([_hexed(record) for record in first.values()]).decode()


def _hexed(record: Record) -> dict[str, Any]:
    values = msgspec.structs.asdict(record)
    return {n: v.hex() if isinstance(v, bytes) else v for n, v in values.items()}


def _first_of_each(records: Sequence[Record]) -> dict[Key, Record]:
    found: dict[Key, Record] = {}
    for record in records:
        found.setdefault((record.day, record.id), record)
    return found


def _compared(
    first: dict[Key, Record], days: set[dt.date]
) -> Generator[Run | Load, Rows, dict[Key, Outcome]]:
    yield Run(ENSURE, (sorted(days),))
    yield Run(STAGE)
    yield Run(CLEAR_STAGE)
    yield Load(COPY_STAGE, _text(first))
    new = {(day, name.bytes) for day, name in (yield Run(INSERT_NEW))}
    kept = {
        (day, name.bytes): digest for day, name, digest in (yield Run(DIGESTS, (sorted(days),)))
    }
    return {
        key: Outcome.STORED if key in new else _compare(record.digest, kept[key])
        for key, record in first.items()
    }


def _compare(digest: int, kept: int) -> Outcome:
    return Outcome.DUPLICATE if digest == kept else Outcome.CONFLICT


def _remember(days: set[dt.date]) -> None:
    if len(_known_days) > MOST_KNOWN_DAYS:
        _known_days.clear()
    _known_days.update(days)


def _outcomes(
    records: Sequence[Record], first: dict[Key, Record], settled: dict[Key, Outcome]
) -> list[Outcome]:
    answers = []
    for record in records:
        key = (record.day, record.id)
        if first[key] is record:
            answers.append(settled[key])
        else:
            answers.append(_compare(record.digest, first[key].digest))
    return answers


# COPY's text format: a tab between columns, a line per row, \N for NULL.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(first: dict[Key, Record]) -> str:
    # Everybody inserts in one order, so that two processes with the same rows cannot deadlock.
    return "".join(map(_line, sorted(first.values(), key=_ID)))


_ID = attrgetter("id")
_NULL = "\\N"


@lru_cache(maxsize=1024)
def _said(time: dt.date | dt.datetime) -> str:
    # Day and receipt are the same in many rows, and writing a time is the dearest part of one.
    return str(time)


def _line(row: Record) -> str:
    decision, properties = row.decision, row.properties
    return (
        f"{_said(row.day)}\t{row.id.hex()}\t{row.digest}\t{row.site_id}\t{row.kind.translate(_ESCAPES)}\t"
        f"{row.unit.hex()}\t{row.occurred_at}\t{_said(row.received_at)}\t"
        f"{_NULL if row.experiment_id is None else row.experiment_id}\t"
        f"{_NULL if row.phase is None else row.phase}\t"
        f"{_NULL if row.variant_id is None else row.variant_id}\t"
        f"{_NULL if row.placement_id is None else row.placement_id}\t"
        f"{_NULL if row.creative_version_id is None else row.creative_version_id}\t"
        f"{_NULL if row.policy_version is None else row.policy_version}\t"
        f"{_NULL if row.propensity is None else row.propensity}\t{row.flags}\t"
        f"{_NULL if decision is None else decision.hex()}\t"
        f"{_NULL if row.amount is None else row.amount}\t{row.currency.translate(_ESCAPES)}\t"
        f"{row.order_id.translate(_ESCAPES)}\t{row.mark.translate(_ESCAPES)}\t"
        f"{_NULL if properties is None else properties.translate(_ESCAPES)}\t"
        f"{row.source.translate(_ESCAPES)}\t{row.device.translate(_ESCAPES)}\t"
        f"{row.locale.translate(_ESCAPES)}\n"
    )
