"""The most that the database can do: COPY into the same table, groups of the same size."""

import os
import time
from collections.abc import Iterator

import psycopg

from delivery import sink
from delivery.sink import Record

_AHEAD = 20_000  # rows made before the clock runs


def rate(url: str, like: list[Record], *, group: int, seconds: float) -> float:
    """Rows per second of one COPY after the other, each committed, with nothing to compute."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE events_event")
        written, spent = 0, 0.0
        parts = _groups(like[0], group)
        while spent < seconds:
            text = next(parts, None)
            if text is None:
                parts = _groups(like[0], group)
                continue
            begun = time.perf_counter()
            _copy(connection, text)
            spent += time.perf_counter() - begun
            written += group
        connection.execute("TRUNCATE events_event")
    return written / spent


def _copy(connection: psycopg.Connection, text: str) -> None:
    with connection.cursor() as cursor, cursor.copy(sink.COPY_LOG) as copy:
        copy.write(text)


def _groups(like: Record, group: int) -> Iterator[str]:
    line = sink._line(like)  # noqa: SLF001 - the very same bytes
    _, _, rest = line.split("\t", 2)
    for _ in range(max(1, _AHEAD // group)):
        ids = sorted(os.urandom(16).hex() for _ in range(group))
        yield "".join(f"{like.day}\t{name}\t{rest}" for name in ids)
