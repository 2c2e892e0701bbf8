"""Records as rows of a binary COPY.

PostgreSQL takes such a row as it is instead of parsing a text, and writing one is cheaper for us
as well. A row is the number of its columns, then for each a length (-1 for NULL) and the value,
all big-endian; times are microseconds and days days since 2000. The columns come in an order of
our own: first the id, so that rows sort like ids, and at the end what many rows have in common.
"""

import datetime as dt
import struct
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import psycopg

from delivery.record import Record

_OWN: Final = ("id", "unit", "digest", "occurred_at", "received_at", "decision")
_RARE: Final = ("amount", "order_id", "properties")
# What is the same for everybody who did the same with the same variant, with the form of each.
_SHARED: Final = {
    "day": "day",
    "site_id": "i",
    "kind": "text",
    "experiment_id": "i",
    "phase": "i",
    "variant_id": "i",
    "placement_id": "i",
    "creative_version_id": "i",
    "policy_version": "i",
    "propensity": "f",
    "flags": "i",
    "currency": "text",
    "mark": "text",
    "source": "text",
    "device": "text",
    "locale": "text",
}
COLUMNS: Final = (*_OWN, *_RARE, *_SHARED)

HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL: Final = b"\xff\xff"

_NULL: Final = b"\xff\xff\xff\xff"
_NOTHING_RARE: Final = _NULL + bytes(4) + _NULL
_FIRST: Final = struct.Struct(">hi16si16siqiqiq")
_AMOUNT: Final = struct.Struct(">iq")
_LENGTH: Final = struct.Struct(">i")
_SIXTEEN: Final = _LENGTH.pack(16)
_MANY: Final = len(COLUMNS)
_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_EPOCH_DAY: Final = dt.date(2000, 1, 1).toordinal()
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_JSONB: Final = b"\x01"


def copied(records: Iterable[Record], *, by_key: bool = True) -> bytes:
    """What a COPY of these records sends.

    Into the log everybody inserts in the order of the key, so that two processes with the same rows
    cannot deadlock.

    Raises:
        psycopg.DataError: A value fits into no column; the database would say the same.
    """
    try:
        rows = map(_row, records)
        return b"".join([HEAD, *(sorted(rows) if by_key else rows), TAIL])
    except (struct.error, UnicodeEncodeError, OverflowError) as error:
        raise psycopg.DataError(f"a record fits into no row: {error}") from None


def _row(record: Record) -> bytes:
    decision, amount, order_id = record.decision, record.amount, record.order_id
    occurred_at = (record.occurred_at - _EPOCH) // _MICROSECOND
    received_at = _micros(record.received_at)
    row = _FIRST.pack(
        _MANY, 16, record.id, 16, record.unit, 8, record.digest, 8, occurred_at, 8, received_at
    )
    row += _NULL if decision is None else _SIXTEEN + decision
    if amount is None and not order_id and record.properties is None:
        return row + _NOTHING_RARE + _shared(_common(record))
    return row + _rare(record) + _shared(_common(record))


def _rare(record: Record) -> bytes:
    amount, properties = record.amount, record.properties
    return b"".join(
        (
            _NULL if amount is None else _AMOUNT.pack(8, amount),
            _sized(record.order_id.encode()),
            _NULL if properties is None else _sized(_JSONB + properties.encode()),
        )
    )


def _sized(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


@lru_cache(maxsize=64)
def _micros(time: dt.datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


_common = attrgetter(*_SHARED)


@lru_cache(maxsize=4096)
def _shared(values: tuple[Any, ...]) -> bytes:
    return b"".join(map(_column, _SHARED.values(), values))


def _column(form: str, value: Any) -> bytes:  # noqa: ANN401 - as the record has it
    if value is None:
        return _NULL
    if form == "text":
        return _sized(value.encode())
    if form == "day":
        form, value = "i", value.toordinal() - _EPOCH_DAY
    return struct.pack(f">i{form}", 4, value)
