"""The only writer of the log.

The steps are a generator that says which SQL comes next and is told what it gave; `write` (for
Django's requests and the importers) and `delivery.commit` (asynchronous) only carry them out. So
there is one text of the SQL for both.

Fast path: COPY straight into the log. Only when the unique key objects are the rows staged,
inserted where they are new, and compared with what was there.
"""

import datetime as dt
from collections.abc import Generator, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
import psycopg
from psycopg import errors

from delivery import settling
from delivery.record import ASSIGNED, Group, Outcome, Record, Refusal
from delivery.steps import INSIDE, TOGETHER, WHOLE, Load, Rows, Run, Scope

__all__ = ["ASSIGNED", "COLUMNS", "Outcome", "Record", "ensure_days", "write", "writing"]

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
    "SELECT day, id, kept.digest, kept.received_at FROM events_incoming AS incoming"
    " CROSS JOIN LATERAL (SELECT digest, received_at FROM events_event AS e"
    " WHERE e.day = incoming.day AND e.id = incoming.id AND e.day = ANY (%s::date[]) OFFSET 0)"
    " AS kept"
)


Steps: TypeAlias = Generator[Run | Load, Rows, list[Outcome]]
Key: TypeAlias = tuple[dt.date, bytes]

# Days whose partition this process has seen; a wrong entry (rolled back, dropped) costs one retry.
_known_days: set[dt.date] = set()
MOST_KNOWN_DAYS = 4_000  # only an importer of many years gets there


def write(
    connection: psycopg.Connection[Any],
    records: Sequence[Record],
    refusals: Sequence[Refusal] = (),
) -> list[Outcome]:
    """Store records inside the caller's transaction, or in one of their own if none is open.

    What is not new in the log is counted beside it, and so is what was refused.

    Returns:
        One outcome per record, in order.

    A new day needs a partition, whose making blocks others who need one until the caller commits:
    before a long transaction call `ensure_days` and commit.
    """
    own = connection.autocommit and connection.info.transaction_status == _IDLE
    steps = writing(Group(records, refusals), WHOLE if own else INSIDE)
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


def writing(group: Group, scope: Scope) -> Steps:
    """The steps that store a group; returns one outcome per record."""
    records = group.records
    if not group.size:
        return []
    first = _first_of_each(records)
    days = {day for day, _ in first}
    if records and records[0].kind == ASSIGNED:
        return _outcomes(records, first, (yield from _noted(first, days, scope)))
    # A group in which everything is new is one COPY and nothing else.
    beside = len(first) < len(records) or bool(group.refusals)
    if (beside or group.again) and scope is WHOLE:
        scope = TOGETHER
    try:
        yield from _run(scope.begin)
        if group.again and (yield from settling.is_settled(group)):
            yield from _run(scope.end)
            return [Outcome.STORED] * len(records)
        if not days <= _known_days:
            yield Run(ENSURE, (sorted(days),))
        if first:
            yield Load(COPY_LOG, _text(first))
        settled, end = dict.fromkeys(first, Outcome.STORED), scope.end
    except (errors.UniqueViolation, errors.CheckViolation):
        # Something is there already, or a partition that was known is gone.
        yield Run(scope.anew)
        settled, end = (yield from _compared(first, days, group.again)), scope.end_slow
        beside = True
    outcomes = _outcomes(records, first, settled)
    if beside:
        yield from settling.settled(group, outcomes)
    yield from _run(end)
    _remember(days)
    return outcomes


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
    first: dict[Key, Record], days: set[dt.date], again: bool
) -> Generator[Run | Load, Rows, dict[Key, Outcome]]:
    yield Run(ENSURE, (sorted(days),))
    yield Run(STAGE)
    yield Run(CLEAR_STAGE)
    yield Load(COPY_STAGE, _text(first))
    new = {(day, name.bytes) for day, name in (yield Run(INSERT_NEW))}
    rows = yield Run(DIGESTS, (sorted(days),))
    kept = {(day, name.bytes): rest for day, name, *rest in rows}
    return {
        key: Outcome.STORED if key in new else _told_apart(record, *kept[key], again=again)
        for key, record in first.items()
    }


def _told_apart(record: Record, digest: int, received_at: dt.datetime, *, again: bool) -> Outcome:
    # Received in the same microsecond: what is there is this very record, of the earlier try.
    if again and digest == record.digest and received_at == record.received_at:
        return Outcome.STORED
    return _compare(record.digest, digest)


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
