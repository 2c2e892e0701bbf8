"""For which unit, experiment and phase an event counts.

An event counts for its own experiment, or for none (0). It may count for another one beside:

- *Holdout.* Every impression at a site with a holdout counts for the experiment of the quarter, as
  `held` or as `rest`, whatever experiment it is of. So the event of a held visitor, which names the
  holdout, is of no experiment of its own.
- *Blocks.* Where the block of hours is the unit, what a visitor does in a block is kept under the
  number of the experiment below zero, with phase and block as one number. There `explored` says
  that the visitor came in the first part of the block, which the block before may still move.

Which quarter and which block is decided by the time of the decision: a banner that was chosen in
one block and rendered in the next is of the first.
"""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import EXPLORED, REST
from events.statements.workspace import COUNTED, ZONE

BLOCKS_PER_PHASE: Final = 1 << 20
"""Blocks of one hour since 1970 that have room beside the number of a phase: until 2089."""
EARLY: Final = 0.2
"""The first part of a block, in which its visitors may still act on what the last one showed."""

# Nearly no shop joins names: then not one of them is looked up.
CANONICAL: Final = """coalesce(CASE WHEN (SELECT EXISTS (TABLE events_alias)) THEN (
    SELECT a.canonical FROM events_alias a WHERE a.site_id = e.site_id AND a.unit = e.unit
) END, e.unit)"""
# What is kept beside is of the same impressions: it is no past of its own. The sum keeps the
# planner from looking rows up by experiment: nearly all of them have such a number.
BESIDE: Final = """
(o.experiment_id + 0 < 0
    OR o.experiment_id + 0 = ANY (ARRAY(SELECT experiment_id FROM rollup_holdout)))
"""
READ: Final = f"""
e.seq > %(low)s AND e.seq <= %(high)s AND (%(site)s::int IS NULL OR e.site_id = %(site)s)
    AND (%(experiment)s::int IS NULL OR e.experiment_id = %(experiment)s OR (e.flags & {REST} > 0
        AND %(experiment)s = ANY (ARRAY(SELECT experiment_id FROM rollup_holdout))))
"""
"""Which events of the log may count for what is chosen; `NAMES_IT` and `EVENT` choose of them."""
NAMES_IT: Final = "(%(experiment)s::int IS NULL OR named_experiment = %(experiment)s)"

# What belongs to no experiment (a fallback was shown) is kept under experiment 0 by its day alone.
# The flag of the token says in which branch of a policy the decision was made.
_OWN: Final = f"""
SELECT e.site_id, {CANONICAL} AS unit, e.mark <> '' AS suspicious,
    CASE WHEN k.known THEN e.experiment_id ELSE 0 END AS experiment_id,
    CASE WHEN k.known THEN e.phase ELSE 0 END AS phase, e.variant_id, e.placement_id, e.id,
    e.flags & {EXPLORED} > 0 AS explored, e.device, e.locale, e.occurred_at,
    (e.occurred_at AT TIME ZONE {ZONE})::date AS day,
    k.known AND e.kind = 'impression' AS shown, k.known AND e.kind = 'click' AS clicked,
    k.known AND e.kind = 'viewable' AS viewable, k.known AND e.kind = 'assigned' AS assigned,
    e.kind IN ('impression', 'click') AS daily, (e.kind = 'click')::int AS click,
    {COUNTED} AS counted, e.kind, e.mark, e.received_at, e.amount, e.order_id,
    e.experiment_id AS named_experiment, e.phase AS named_phase,
    e.flags & {REST} > 0 AS rest, e.decision, {ZONE} AS zone
FROM events_event e
LEFT JOIN rollup_site z USING (site_id)
CROSS JOIN LATERAL (
    SELECT e.experiment_id IS NOT NULL AND e.phase IS NOT NULL AND e.variant_id IS NOT NULL
        AND e.experiment_id <> ALL (ARRAY(SELECT experiment_id FROM rollup_holdout)) AS known
) k
"""
# A decision is a UUIDv7, whose first 48 bits are its time in milliseconds.
_DECIDED: Final = """(CASE WHEN substr(o.decision::text, 15, 1) = '7'
    THEN to_timestamp(('x' || left(replace(o.decision::text, '-', ''), 12))::bit(48)::bigint / 1e3)
    ELSE o.occurred_at END)"""
_SAYS: Final = "o.counted AND o.kind IN ('impression', 'click', 'viewable')"
_WHAT: Final = """o.kind = 'impression' AS shown, o.kind = 'click' AS clicked,
    o.kind = 'viewable' AS viewable, FALSE AS assigned, o.daily, o.click"""
_COLUMNS: Final = """site_id, unit, suspicious, experiment_id, phase, variant_id, placement_id, id,
    explored, device, locale, occurred_at, day, shown, clicked, viewable, assigned, daily, click"""

_OF_OWN: Final = f"""
SELECT {_COLUMNS} FROM own WHERE counted AND (daily OR viewable OR assigned)
"""
_OF_HOLDOUT: Final = f"""
SELECT o.site_id, o.unit, o.suspicious, h.experiment_id, d.phase, d.variant_id, o.placement_id,
    o.id, FALSE, o.device, o.locale, o.occurred_at, o.day, {_WHAT}
FROM own o JOIN rollup_holdout h ON h.site_id = o.site_id
CROSS JOIN LATERAL (
    SELECT o.named_phase AS phase, o.variant_id WHERE o.named_experiment = h.experiment_id
    UNION ALL
    SELECT h.phase, h.variant_id
    WHERE o.rest AND o.named_experiment IS DISTINCT FROM h.experiment_id
        AND {_DECIDED} >= h.since AND {_DECIDED} < h.until
) d
WHERE (SELECT EXISTS (TABLE rollup_holdout)) AND {_SAYS}
    AND d.phase IS NOT NULL AND d.variant_id IS NOT NULL
"""
_OF_BLOCK: Final = f"""
SELECT o.site_id, o.unit, o.suspicious, -o.experiment_id,
    o.phase * {BLOCKS_PER_PHASE} + n.block::int, o.variant_id, o.placement_id, o.id,
    n.place - n.block < {EARLY}, o.device, o.locale, o.occurred_at, o.day, {_WHAT}
FROM own o JOIN rollup_block b ON b.experiment_id = o.experiment_id
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM {_DECIDED} AT TIME ZONE o.zone) / (3600 * b.hours) AS place
) p
CROSS JOIN LATERAL (SELECT p.place, floor(p.place) AS block) n
WHERE (SELECT EXISTS (TABLE rollup_block)) AND {_SAYS}
"""


def own(where: str) -> str:
    """Events of the log with what each is of; `where` is about `e`."""
    return f"{_OWN} WHERE {where}"


EVENT: Final = f"""
SELECT * FROM ({_OF_OWN} UNION ALL {_OF_HOLDOUT} UNION ALL {_OF_BLOCK}) every
WHERE %(experiment)s::int IS NULL OR abs(experiment_id) = %(experiment)s
"""
"""What the events of `own` say, each as often as it counts."""
