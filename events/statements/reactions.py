"""What units did in banners of tests that is of a kind of its own: each once, and how many did."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import TEST
from events.statements.named import CANONICAL
from events.statements.workspace import CHUNK

_CELL: Final = "experiment_id, phase, variant_id, kind"
_KEY: Final = f"site_id, {_CELL}, unit"
# A set that changes by a few rows says by how many; so nobody ever counts it.
_ADD: Final = f"""
INSERT INTO events_reacted AS kept ({_CELL}, units)
SELECT {_CELL}, sum(change) FROM changed GROUP BY {_CELL} HAVING sum(change) <> 0
ON CONFLICT ({_CELL}) DO UPDATE SET units = kept.units + EXCLUDED.units
"""
# Only what a token proves belongs to a test, so `decision` is asked for as well.
KEEP: Final = f"""
WITH named AS (
    SELECT DISTINCT e.site_id, e.experiment_id, e.phase, e.variant_id, e.kind, {CANONICAL} AS unit
    FROM events_event e
    WHERE {CHUNK} AND e.kind LIKE 'custom:%%' AND e.decision IS NOT NULL
        AND e.experiment_id IS NOT NULL AND e.variant_id IS NOT NULL
        AND e.mark = '' AND e.flags & {TEST} = 0
), changed AS (
    INSERT INTO events_reaction ({_KEY}) SELECT {_KEY} FROM named
    ON CONFLICT DO NOTHING RETURNING {_CELL}, 1 AS change
)
{_ADD}
"""
# After names were joined: `rollup_move` says which one stays.
RENAME: Final = f"""
WITH gone AS (
    DELETE FROM events_reaction r USING rollup_move m
    WHERE r.site_id = m.site_id AND r.unit = m.unit
    RETURNING r.site_id, r.experiment_id, r.phase, r.variant_id, r.kind, m.canonical AS unit
), new AS (
    INSERT INTO events_reaction ({_KEY}) SELECT DISTINCT {_KEY} FROM gone
    ON CONFLICT DO NOTHING RETURNING {_CELL}
), changed AS (
    SELECT {_CELL}, -1 AS change FROM gone UNION ALL SELECT {_CELL}, 1 FROM new
)
{_ADD}
"""
# The events of these units have just got a mark.
SET_ASIDE: Final = (
    f"""
WITH changed AS (
    DELETE FROM events_reaction WHERE site_id = %(site)s AND unit = ANY (%(names)s::uuid[])
    RETURNING {_CELL}, -1 AS change
)
{_ADD}
""",
    "DELETE FROM events_reacted WHERE units = 0",
)
