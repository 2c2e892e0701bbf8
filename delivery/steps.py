"""What the sink wants from a connection: statements and loads, one after the other."""

from typing import Any, NamedTuple, TypeAlias

Rows: TypeAlias = list[tuple[Any, ...]]


class Run(NamedTuple):
    """A statement; the generator is sent its rows."""

    sql: str
    values: tuple[object, ...] | None = None


class Load(NamedTuple):
    """A COPY with its rows."""

    sql: str
    content: bytes


class Scope(NamedTuple):
    """How work begins, starts anew on the slow path, and ends on either; empty: not at all."""

    begin: str
    anew: str
    end: str
    end_slow: str


INSIDE = Scope(
    begin="SAVEPOINT events_sink",
    anew="ROLLBACK TO SAVEPOINT events_sink",
    end="RELEASE SAVEPOINT events_sink",
    end_slow="RELEASE SAVEPOINT events_sink",
)
# A lone COPY is a transaction already: one round trip instead of three.
WHOLE = Scope(begin="", anew="BEGIN", end="", end_slow="COMMIT")
# Where a COPY is not all there is to write.
TOGETHER = Scope(begin="BEGIN", anew="ROLLBACK AND CHAIN", end="COMMIT", end_slow="COMMIT")
