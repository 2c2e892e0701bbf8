"""The steps by which some events of the log change the totals and the aggregates.

Whatever is counted, the order is the same: what the events say about each unit; the totals that
this touches as they were; what they become; both written down, the difference into the aggregates.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from django.db.backends.utils import CursorWrapper

from events.statements import aggregates, chunk, conversions, names, units, workspace
from events.statements import reactions as reacting

Name: TypeAlias = tuple[int, uuid.UUID]
"""A site's id and a name of a unit there."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which events of the log are counted; see `events.statements`."""

    low: int
    high: int
    experiment: int | None = None
    site: int | None = None
    names: list[uuid.UUID] | None = None
    orders: list[str] | None = None


def prepare(cursor: CursorWrapper) -> None:
    """Make the room to work in, and read what the sites say."""
    each(
        cursor,
        (workspace.IN_MEMORY, workspace.WORKSPACE, workspace.SITES, workspace.DESIGNS),
    )
    empty(cursor)


def empty(cursor: CursorWrapper) -> None:
    """Clear what the chunk before has left, if it was in this transaction."""
    if number(cursor, workspace.FILLED):
        cursor.execute(workspace.EMPTY)


def count(cursor: CursorWrapper, chosen: Chosen) -> int:
    """Count every event of a chunk; how many there are.

    Names that are joined in the chunk are joined last: the state depends on the events alone.
    """
    empty(cursor)
    cursor.execute(workspace.BY_INDEX)
    cursor.execute(chunk.READ, asdict(chosen))
    events, aliases, bought, reactions = cursor.fetchone()
    cursor.execute(workspace.FREELY)
    take_in(cursor, bought=bool(bought))
    if reactions:
        cursor.execute(reacting.KEEP, asdict(chosen))
    if aliases:
        empty(cursor)
        join_names(cursor, chosen)
    return int(events)


def take_in(cursor: CursorWrapper, *, bought: bool) -> None:
    """Add what the chunk says about those who did not just grow to the totals of their units."""
    touch = [units.WAS_SEEN, units.TOUCH_LATE]
    if bought:
        touch += [conversions.TOUCH_BOUGHT, conversions.TOUCH_ORDERS]
    touch.append(units.TOUCH_BLOCKS)
    by_index(cursor, touch)
    look_up(cursor)
    if bought:
        each(cursor, (conversions.KEEP_ALL, conversions.KEEP_ORDERS))
    settle(cursor)


def look_up(cursor: CursorWrapper) -> None:
    """Read the totals of what is touched, as far as that is not done; all is worked out anew."""
    if number(cursor, units.TOUCHED):
        each(cursor, (units.DERIVE, units.UNSEEN))
        by_index(cursor, (units.WAS_TOUCHED,))


def settle(cursor: CursorWrapper) -> None:
    """From what was touched and what was seen to totals and aggregates."""
    cursor.execute(units.MERGE)
    by_index(cursor, (conversions.CONVERT, units.PAST))
    cursor.execute(units.RETURN)
    by_index(cursor, units.WRITE)
    each(cursor, aggregates.CELLS)
    each(cursor, (aggregates.SETTLE, aggregates.SETTLE_AGES, aggregates.DROP_EMPTY))
    each(cursor, (aggregates.ASSIGN, aggregates.DROP_UNASSIGNED))


def join_names(cursor: CursorWrapper, chosen: Chosen) -> None:
    """Give the units that aliases of the chunk connect one name each, and one row of totals."""
    cursor.execute(names.PAIRS, asdict(chosen))
    moves = connected(((site, one), (site, other)) for site, one, other in cursor.fetchall())
    if not moves:
        return
    move(cursor, moves)
    each(cursor, (*names.RENAME, reacting.RENAME))
    by_index(cursor, (names.TOUCH_NAMED, units.WAS_NAMED))
    cursor.execute(names.SEEN_AGAIN)
    settle(cursor)
    empty(cursor)


def connected(pairs: Iterable[tuple[Name, Name]]) -> dict[Name, Name]:
    """The smallest name of everything that pairs of names connect, for each of the others."""
    above: dict[Name, Name] = {}
    for one, other in pairs:
        first, second = sorted((_top(above, one), _top(above, other)))
        if first != second:
            above[second] = first
    return {name: _top(above, name) for name in above}


def _top(above: dict[Name, Name], name: Name) -> Name:
    top = name
    while top in above:
        top = above[top]
    while name != top:  # the way is shorter next time
        above[name], name = top, above[name]
    return top


def move(cursor: CursorWrapper, moves: Mapping[Name, Name]) -> None:
    """Say which names are counted under another one, or again."""
    columns = zip(*((site, old, new) for (site, old), (_, new) in moves.items()), strict=True)
    cursor.execute(names.MOVES, [list(column) for column in columns])


def each(
    cursor: CursorWrapper, statements: Iterable[str], parameters: Mapping[str, Any] | None = None
) -> None:
    """Carry out one statement after the other."""
    for statement in statements:
        cursor.execute(statement, parameters)


def by_index(
    cursor: CursorWrapper, statements: Iterable[str], parameters: Mapping[str, Any] | None = None
) -> None:
    """The same, looking up each touched row instead of reading tables whole."""
    cursor.execute(workspace.BY_INDEX)
    each(cursor, statements, parameters)
    cursor.execute(workspace.FREELY)


def number(cursor: CursorWrapper, query: str, parameters: Mapping[str, Any] | None = None) -> int:
    """The one number that a query answers with."""
    cursor.execute(query, parameters)
    row = cursor.fetchone()
    return int(row[0]) if row else 0
