"""The most that the database can do: COPY into the same table, groups of the same size."""

import os
import time
from collections.abc import Iterator

import psycopg
from msgspec.structs import replace

from delivery import binary, sink
from delivery.sink import Record

_AHEAD = 20_000  # rows made before the clock runs


def rate(url: str, like: Record, *, group: int, seconds: float) -> float:
    """Rows per second of one COPY after the other, each committed, with nothing to compute."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE events_event")
        written, spent = 0, 0.0
        parts = _groups(like, group)
        while spent < seconds:
            content = next(parts, None)
            if content is None:
                parts = _groups(like, group)
                continue
            begun = time.perf_counter()
            _copy(connection, content)
            spent += time.perf_counter() - begun
            written += group
        connection.execute("TRUNCATE events_event")
    return written / spent


def _copy(connection: psycopg.Connection, content: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(sink.COPY_LOG) as copy:
        copy.write(content)


def _groups(like: Record, group: int) -> Iterator[bytes]:
    for _ in range(max(1, _AHEAD // group)):
        yield binary.copied(replace(like, id=os.urandom(16)) for _ in range(group))
