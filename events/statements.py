"""The SQL of the roll-up: whole sets at a time, each statement one step of `events.rollup`.

Every step is written so that the result depends only on *which* counted events there are: sums, the
earliest of several, the set of variants. The temporary tables live as long as the connection and
are emptied with each chunk.

Parameters: `low` and `high` bound the chunk by `seq`, half-open on the left; `experiment` restricts
it to one experiment (a rebuild), or is NULL.
"""

# ruff: noqa: S608 - put together from the constants below, never from what somebody sent

from typing import Final

from delivery.token import EXPLORED
from engine.stats.aggregates import ONE, PAIRS, TOTALS

WATERMARK: Final = "SELECT watermark FROM events_rollupstate WHERE id = 1"
NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM events_event"

# Waits until everybody who has drawn a `seq` has committed or gone: then nothing below is open.
LOCK_LOG: Final = "LOCK TABLE ONLY events_event IN SHARE MODE"

WORKSPACE: Final = """
CREATE TEMP TABLE IF NOT EXISTS rollup_zone (site_id int PRIMARY KEY, zone text NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS rollup_seen (
    site_id int, experiment_id int, phase int, unit uuid, variant_id int,
    first_exposed_at timestamptz, first_event_id uuid, explored boolean, variants_seen int[],
    impressions bigint, viewables bigint, clicks bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_bought (
    site_id int, experiment_id int, unit uuid, event_id uuid, kind text,
    occurred_at timestamptz, amount bigint, order_id text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_touched (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_change (
    sign int, experiment_id int, phase int, variant_id int, explored boolean, day date,
    impressions bigint, viewables bigint, clicks bigint, carts bigint, orders bigint,
    converted bigint, revenue bigint
) ON COMMIT DELETE ROWS;
"""
# Within one transaction (a rebuild) nothing else empties them; DELETE makes no files and no locks.
EMPTY: Final = """
DELETE FROM rollup_seen;
DELETE FROM rollup_bought;
DELETE FROM rollup_touched;
DELETE FROM rollup_change;
"""

# A zone that this server does not know must not stop everybody's roll-up: that site is read in UTC.
ZONES: Final = """
DELETE FROM rollup_zone;
INSERT INTO rollup_zone
SELECT s.id, coalesce(z.name, 'UTC')
FROM workspace_site s LEFT JOIN pg_timezone_names z ON z.name = s.timezone;
"""

# After a large load the planner's idea of these tables is old until they are analysed: it has taken
# a loop over loops for the best plan, which took minutes where a hash join takes a second.
WHOLE_TABLES: Final = "SET LOCAL enable_nestloop = off"

_CHUNK: Final = """
    e.seq > %(low)s AND e.seq <= %(high)s
    AND (%(experiment)s::int IS NULL OR e.experiment_id = %(experiment)s)
"""

SIZE: Final = f"SELECT count(*) FROM events_event e WHERE {_CHUNK}"

SEEN: Final = f"""
INSERT INTO rollup_seen
SELECT min(e.site_id), e.experiment_id, e.phase, e.unit,
    (array_agg(e.variant_id ORDER BY e.occurred_at, e.id) FILTER (WHERE e.kind = 'impression'))[1],
    min(e.occurred_at) FILTER (WHERE e.kind = 'impression'),
    (array_agg(e.id ORDER BY e.occurred_at, e.id) FILTER (WHERE e.kind = 'impression'))[1],
    -- The flag of the token says in which branch of a policy the decision was made.
    coalesce((array_agg(e.flags & {EXPLORED} ORDER BY e.occurred_at, e.id)
        FILTER (WHERE e.kind = 'impression'))[1], 0) > 0,
    coalesce(array_agg(DISTINCT e.variant_id) FILTER (WHERE e.kind = 'impression'), '{{}}'),
    count(*) FILTER (WHERE e.kind = 'impression'),
    count(*) FILTER (WHERE e.kind = 'viewable'),
    count(*) FILTER (WHERE e.kind = 'click')
FROM events_event e
WHERE {_CHUNK} AND e.mark = '' AND e.kind IN ('impression', 'viewable', 'click')
    AND e.experiment_id IS NOT NULL AND e.phase IS NOT NULL AND e.variant_id IS NOT NULL
GROUP BY e.experiment_id, e.phase, e.unit;
ANALYZE rollup_seen;
"""

BOUGHT: Final = f"""
INSERT INTO rollup_bought
SELECT e.site_id, coalesce(e.experiment_id, 0), e.unit, e.id, e.kind, e.occurred_at,
    coalesce(e.amount, 0), CASE WHEN e.kind = 'purchase' THEN e.order_id ELSE '' END
FROM events_event e
WHERE {_CHUNK} AND e.mark = '' AND e.kind IN ('add_to_cart', 'purchase');
ANALYZE rollup_bought;
"""

# Before the ledger changes: what the touched units are now goes out of the aggregates …
TOUCH_KNOWN: Final = """
INSERT INTO rollup_touched
SELECT t.id FROM events_unittotal t JOIN rollup_seen s USING (experiment_id, phase, unit)
UNION
SELECT t.id FROM events_unittotal t JOIN rollup_bought b USING (site_id, unit)
UNION
-- An order that an earlier event claims for another unit changes that of the unit which had it.
SELECT t.id FROM rollup_bought b
JOIN events_conversion c USING (site_id, experiment_id, order_id)
JOIN events_unittotal t ON t.site_id = c.site_id AND t.unit = c.unit
WHERE order_id <> '';
"""

KEEP_CARTS: Final = """
INSERT INTO events_conversion
    (site_id, experiment_id, unit, event_id, kind, occurred_at, amount, order_id)
SELECT * FROM rollup_bought WHERE order_id = ''
ON CONFLICT (site_id, event_id) DO NOTHING
"""

KEEP_ORDERS: Final = """
INSERT INTO events_conversion AS kept
    (site_id, experiment_id, unit, event_id, kind, occurred_at, amount, order_id)
SELECT DISTINCT ON (site_id, experiment_id, order_id) * FROM rollup_bought
WHERE order_id <> ''
ORDER BY site_id, experiment_id, order_id, occurred_at, event_id
ON CONFLICT (site_id, experiment_id, order_id) WHERE order_id <> '' DO UPDATE SET
    unit = EXCLUDED.unit, event_id = EXCLUDED.event_id, kind = EXCLUDED.kind,
    occurred_at = EXCLUDED.occurred_at, amount = EXCLUDED.amount
WHERE (EXCLUDED.occurred_at, EXCLUDED.event_id) < (kept.occurred_at, kept.event_id)
"""

KEEP_UNITS: Final = """
INSERT INTO events_unittotal AS kept
    (site_id, experiment_id, phase, unit, variant_id, first_exposed_at, first_event_id, day,
     explored, variants_seen, impressions, viewables, clicks, carts, orders, converted, revenue)
SELECT s.site_id, s.experiment_id, s.phase, s.unit, s.variant_id, s.first_exposed_at,
    s.first_event_id, (s.first_exposed_at AT TIME ZONE coalesce(z.zone, 'UTC'))::date,
    s.explored, s.variants_seen, s.impressions, s.viewables, s.clicks, 0, 0, 0, 0
FROM rollup_seen s LEFT JOIN rollup_zone z USING (site_id)
ON CONFLICT (experiment_id, phase, unit) DO UPDATE SET
    (variant_id, first_exposed_at, first_event_id, day, explored) = (
        SELECT * FROM (VALUES
            (kept.variant_id, kept.first_exposed_at, kept.first_event_id, kept.day,
             kept.explored),
            (EXCLUDED.variant_id, EXCLUDED.first_exposed_at, EXCLUDED.first_event_id, EXCLUDED.day,
             EXCLUDED.explored)
        ) AS either (variant_id, first_exposed_at, first_event_id, day, explored)
        ORDER BY first_exposed_at NULLS LAST, first_event_id LIMIT 1
    ),
    variants_seen = ARRAY(
        SELECT DISTINCT unnest(kept.variants_seen || EXCLUDED.variants_seen) ORDER BY 1
    ),
    impressions = kept.impressions + EXCLUDED.impressions,
    viewables = kept.viewables + EXCLUDED.viewables,
    clicks = kept.clicks + EXCLUDED.clicks
"""

TOUCH_NEW: Final = """
INSERT INTO rollup_touched
SELECT t.id FROM events_unittotal t JOIN rollup_seen s USING (experiment_id, phase, unit)
ON CONFLICT DO NOTHING;
ANALYZE rollup_touched;
"""

# … and what they have become comes back in.
CONVERT: Final = """
UPDATE events_unittotal t
SET carts = n.carts, orders = n.orders, converted = least(n.orders, 1), revenue = n.revenue
FROM (
    SELECT t.id,
        count(c.id) FILTER (WHERE c.kind = 'add_to_cart') AS carts,
        count(c.id) FILTER (WHERE c.kind = 'purchase') AS orders,
        coalesce(sum(c.amount) FILTER (WHERE c.kind = 'purchase'), 0)::bigint AS revenue
    FROM rollup_touched k
    JOIN events_unittotal t USING (id)
    LEFT JOIN events_conversion c ON c.site_id = t.site_id AND c.unit = t.unit
        AND c.experiment_id IN (0, t.experiment_id) AND c.occurred_at >= t.first_exposed_at
    GROUP BY t.id
) n
WHERE n.id = t.id AND (t.carts, t.orders, t.revenue) IS DISTINCT FROM (n.carts, n.orders, n.revenue)
"""

CONTRIBUTION: Final = f"""
INSERT INTO rollup_change
SELECT %(sign)s, t.experiment_id, t.phase, t.variant_id, t.explored, t.day,
    {", ".join(f"t.{total}" for total in TOTALS)}
FROM rollup_touched k JOIN events_unittotal t USING (id)
WHERE t.variant_id IS NOT NULL
"""


def _moment(one: str, other: str) -> str:
    """The sum of a product as exact SQL; money times anything may leave 64 bits."""
    money = "revenue" in (one, other)
    factors = ["sign::numeric" if money else "sign"]
    factors += [name for name in (one, other) if name != ONE]
    return f"coalesce(sum({' * '.join(factors)}), 0)"


SETTLE: Final = f"""
INSERT INTO events_aggregate AS kept
    (experiment_id, phase, variant_id, explored, day, moments, given)
SELECT experiment_id, phase, variant_id, explored, day,
    ARRAY[{", ".join(_moment(*pair) for pair in PAIRS)}]::numeric[], FALSE
FROM rollup_change
GROUP BY experiment_id, phase, variant_id, explored, day
ON CONFLICT (experiment_id, phase, variant_id, explored, day) DO UPDATE SET moments = ARRAY(
    SELECT was + change FROM unnest(kept.moments, EXCLUDED.moments)
        WITH ORDINALITY AS pair (was, change, place) ORDER BY place
)
"""
# A day that every unit has left, because an earlier impression of each turned up, never was.
DROP_EMPTY: Final = """
DELETE FROM events_aggregate a USING rollup_change c
WHERE (a.experiment_id, a.phase, a.variant_id, a.explored, a.day)
    = (c.experiment_id, c.phase, c.variant_id, c.explored, c.day) AND a.moments[1] = 0
"""

TALLY: Final = f"""
INSERT INTO events_tally AS kept
    (site_id, experiment_id, phase, variant_id, day, kind, mark, events, first_at, last_at,
     last_received_at)
SELECT e.site_id, coalesce(e.experiment_id, 0), coalesce(e.phase, 0), coalesce(e.variant_id, 0),
    (e.occurred_at AT TIME ZONE coalesce(z.zone, 'UTC'))::date, e.kind, e.mark,
    count(*), min(e.occurred_at), max(e.occurred_at), max(e.received_at)
FROM events_event e LEFT JOIN rollup_zone z USING (site_id)
WHERE {_CHUNK}
GROUP BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT (site_id, experiment_id, phase, variant_id, day, kind, mark) DO UPDATE SET
    events = kept.events + EXCLUDED.events,
    first_at = least(kept.first_at, EXCLUDED.first_at),
    last_at = greatest(kept.last_at, EXCLUDED.last_at),
    last_received_at = greatest(kept.last_received_at, EXCLUDED.last_received_at)
"""

FORGET_ALL: Final = """
DELETE FROM events_unittotal;
DELETE FROM events_conversion;
DELETE FROM events_tally;
DELETE FROM events_aggregate WHERE NOT given;
"""
FORGET_ONE: Final = (
    "DELETE FROM events_unittotal WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_conversion WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_tally WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_aggregate WHERE experiment_id = %(experiment)s AND NOT given",
)
