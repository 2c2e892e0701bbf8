"""What the visitors of each block of hours did, where the block is the unit of a test."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection

from engine.stats.aggregates import Aggregates
from events.cuts import Phase
from events.statements.named import BLOCKS_PER_PHASE

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NOBODY: Final = Aggregates()
_QUERY: Final = """
SELECT -experiment_id, phase / %(room)s, phase %% %(room)s, variant_id, explored, moments
FROM events_aggregate
WHERE cut = '' AND NOT suspicious AND (-experiment_id, phase / %(room)s) IN (
    SELECT * FROM unnest(%(experiments)s::int[], %(phases)s::int[])
)
ORDER BY 1, 2, 3, 4, day
"""


@dataclass(frozen=True, slots=True)
class Block:
    """The counted visitors of a block who were shown one variant, with everything they did there.

    Attributes:
        number: Blocks since 1970 in the zone of the shop.
        variant_id: What they were shown. A block has one variant; more than one row says that
            somebody was shown another.
        early: Visitors who first came in the first part of the block.
        settled: All others.
    """

    number: int
    variant_id: int
    early: Aggregates = NOBODY
    settled: Aggregates = NOBODY

    @property
    def whole(self) -> Aggregates:
        """Everybody."""
        return self.early + self.settled

    def starts_at(self, hours: int) -> dt.datetime:
        """When it begins, by the clock of the shop, which has no zone here."""
        return (EPOCH + dt.timedelta(hours=self.number * hours)).replace(tzinfo=None)


def blocks_of(phases: Iterable[Phase]) -> dict[Phase, tuple[Block, ...]]:
    """The blocks of many phases in the order of time, in one query."""
    found: dict[Phase, dict[tuple[int, int], Block]] = {phase: {} for phase in phases}
    for experiment, phase, number, variant, early, moments in _rows(found):
        places = found[experiment, phase]
        block = places.get((number, variant), Block(number, variant))
        units = Aggregates.from_moments(moments)
        if early:
            block = replace(block, early=block.early + units)
        else:
            block = replace(block, settled=block.settled + units)
        places[number, variant] = block
    return {phase: tuple(places.values()) for phase, places in found.items()}


def _rows(phases: Iterable[Phase]) -> list[tuple[int, int, int, int, bool, list[object]]]:
    wanted = list(phases)
    numbers: dict[str, Any] = {
        "room": BLOCKS_PER_PHASE,
        "experiments": [e for e, _p in wanted],
        "phases": [p for _e, p in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, numbers)
        return list(cursor.fetchall())
