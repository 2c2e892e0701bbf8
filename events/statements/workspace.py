"""Where the roll-up works: the chunk, the temporary tables, the sites, and starting anew."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import TEST
from engine.stats.aggregates import MOMENTS
from events.marks import SUSPICIOUS

# Waits until everybody who has drawn a `seq` has committed or gone: then nothing below is open.
LOCK_LOG: Final = "LOCK TABLE ONLY events_event IN SHARE MODE"

KEY: Final = ("unit", "site_id", "experiment_id", "phase", "suspicious")
"""What a row of `events_unittotal` is about; the unit first, which nearly always decides."""
PLACE: Final = ("experiment_id", "phase", "variant_id", "explored", "suspicious", "day")
"""Where a unit counts."""
CUTS: Final = ("device", "locale", "placement_id", '"returning"')
VIEWS: Final = 10
"""How many views of a unit are looked at one by one."""

SEEN_COLUMNS: Final = (
    *KEY,
    *("assigned_variant_id", "assigned_at", "variant_id", "first_exposed_at", "first_event_id"),
    *("day", "explored", "device", "locale", "placement_id", "variants_seen", "shown_at"),
    *("clicked_at", "days", "day_impressions", "day_clicks", "impressions", "viewables", "clicks"),
)

WORKSPACE: Final = f"""
CREATE TEMP TABLE IF NOT EXISTS rollup_site (
    site_id int PRIMARY KEY, zone text NOT NULL, view interval NOT NULL, click interval NOT NULL,
    named text NOT NULL
);
CREATE TEMP TABLE IF NOT EXISTS rollup_holdout (
    site_id int, experiment_id int, phase int, variant_id int, since timestamptz, until timestamptz,
    PRIMARY KEY (site_id, experiment_id)
);
CREATE TEMP TABLE IF NOT EXISTS rollup_block (experiment_id int PRIMARY KEY, hours int);
CREATE TEMP TABLE IF NOT EXISTS rollup_move (
    site_id int, unit uuid, canonical uuid, PRIMARY KEY (site_id, unit)
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_first (
    id uuid, variant_id int, day date, explored boolean, device text, locale text, placement_id int
);
CREATE TEMP TABLE IF NOT EXISTS rollup_seen ON COMMIT DELETE ROWS
    AS SELECT {", ".join(SEEN_COLUMNS)} FROM events_unittotal WITH NO DATA;
CREATE TEMP TABLE IF NOT EXISTS rollup_bought ON COMMIT DELETE ROWS
    AS SELECT site_id, experiment_id, unit, suspicious, event_id, kind, occurred_at, amount,
        order_id FROM events_conversion WITH NO DATA;
CREATE TEMP TABLE IF NOT EXISTS rollup_touched (id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_was ON COMMIT DELETE ROWS
    AS SELECT t.*, FALSE AS derive, FALSE AS gone, NULL::date AS since
    FROM events_unittotal t WITH NO DATA;
CREATE TEMP TABLE IF NOT EXISTS rollup_is ON COMMIT DELETE ROWS
    AS SELECT t.*, FALSE AS derive, FALSE AS gone, NULL::date AS since
    FROM events_unittotal t WITH NO DATA;
CREATE TEMP TABLE IF NOT EXISTS rollup_past (place tid, id bigint, shown bigint, clicked bigint)
    ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS rollup_cell (
    experiment_id int, phase int, variant_id int, explored boolean, suspicious boolean, day date,
    device text, locale text, placement_id int, "returning" boolean,
    {", ".join(f"m{n} numeric DEFAULT 0" for n in range(MOMENTS))},
    {", ".join(f"v{n} bigint DEFAULT 0" for n in range(2 * VIEWS))}
) ON COMMIT DELETE ROWS;
"""
# Within one transaction (a rebuild, a chunk with aliases) nothing else empties them.
FILLED: Final = """
SELECT (EXISTS (TABLE rollup_seen) OR EXISTS (TABLE rollup_bought) OR EXISTS (TABLE rollup_was)
    OR EXISTS (TABLE rollup_move) OR EXISTS (TABLE rollup_cell))::int
"""
EMPTY: Final = """
TRUNCATE rollup_move, rollup_seen, rollup_bought, rollup_touched, rollup_was, rollup_is,
    rollup_past, rollup_cell
"""

# A zone that this server does not know must not stop everybody's roll-up: that site is read in UTC.
# A day of a window has 24 hours, whatever the zone of the session makes of one. Only sites that are
# new or have changed are looked up: the zones are a folder of files.
_VIEW: Final = "make_interval(hours => 24 * s.view_window_days)"
_CLICK: Final = "make_interval(hours => 24 * s.click_window_days)"
SITES: Final = f"""
DELETE FROM rollup_site z WHERE NOT EXISTS (
    SELECT FROM workspace_site s WHERE s.id = z.site_id AND s.timezone = z.named
        AND z.view = {_VIEW} AND z.click = {_CLICK}
);
INSERT INTO rollup_site
SELECT s.id, coalesce(z.name, 'UTC'), {_VIEW}, {_CLICK}, s.timezone
FROM workspace_site s LEFT JOIN LATERAL (
    SELECT name FROM pg_timezone_names WHERE name = s.timezone OFFSET 0
) z ON TRUE
WHERE NOT EXISTS (SELECT FROM rollup_site known WHERE known.site_id = s.id)
"""
# Designs are of a room above; what an event counts for besides cannot be known without them.
_HOLDOUTS: Final = """
SELECT h.site_id::int, h.experiment_id::int, x.phase::int, v.id::int,
    h.started_at, coalesce(h.ended_at, 'infinity')
FROM experiments_holdout h
JOIN experiments_experiment x ON x.id = h.experiment_id
JOIN experiments_variant v ON v.experiment_id = x.id AND v.key = 'rest'
"""
_BLOCKS: Final = """
SELECT id::int, block_hours::int FROM experiments_experiment WHERE unit = 'block'
"""


def _brought_up_to_date(table: str, query: str) -> str:
    """Only what has changed is written: nobody cleans up after temporary tables."""
    return f"""
DELETE FROM {table} k WHERE ROW(k.*) NOT IN ({query});
INSERT INTO {table} ({query}) EXCEPT TABLE {table};
"""


DESIGNS: Final = _brought_up_to_date("rollup_holdout", _HOLDOUTS) + _brought_up_to_date(
    "rollup_block", _BLOCKS
)
ZONE: Final = "coalesce(z.zone, 'UTC')"
VIEW_WINDOW: Final = "coalesce(z.view, interval '720 hours')"
CLICK_WINDOW: Final = "coalesce(z.click, interval '168 hours')"

# A chunk is sorted and joined in memory; compiling its long statements takes longer than they do.
# (Room for temporary tables can only be had before a session has used one.)
IN_MEMORY: Final = """
DO $$ BEGIN
    PERFORM set_config('temp_buffers', '64MB', false);
EXCEPTION WHEN invalid_parameter_value THEN NULL;
END $$;
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off
"""

# Touched rows are looked up one by one: reading the tables whole would cost more with each visitor
# that ever came, and after a large load the planner's idea of them is old until they are analysed.
# The joins are carried out as they are written, from the few to the many.
BY_INDEX: Final = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
SET LOCAL join_collapse_limit = 1
"""
FREELY: Final = """
SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on;
SET LOCAL join_collapse_limit = 8
"""

SUSPECT: Final = ", ".join(f"'{mark}'" for mark in sorted(SUSPICIOUS))
COUNTED: Final = f"(e.mark IN ('', {SUSPECT}) AND e.flags & {TEST} = 0)"

CHUNK: Final = """
    e.seq > %(low)s AND e.seq <= %(high)s
    AND (%(experiment)s::int IS NULL OR e.experiment_id = %(experiment)s)
    AND (%(site)s::int IS NULL OR e.site_id = %(site)s)
"""
OF_NAMES: Final = "(%(names)s::uuid[] IS NULL OR e.unit = ANY (%(names)s::uuid[]))"
OF_NAMES_OR_ORDERS: Final = """(%(names)s::uuid[] IS NULL OR e.unit = ANY (%(names)s::uuid[])
    OR e.order_id = ANY (%(orders)s::text[]))"""

FORGET_ALL: Final = """
DELETE FROM events_unittotal;
DELETE FROM events_conversion;
DELETE FROM events_reaction;
DELETE FROM events_reacted;
DELETE FROM events_tally;
DELETE FROM events_assigned;
DELETE FROM events_alias;
DELETE FROM events_aggregate WHERE NOT given;
"""
FORGET_ONE: Final = (
    "DELETE FROM events_unittotal WHERE experiment_id IN (%(experiment)s, -%(experiment)s)",
    "DELETE FROM events_conversion WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_reaction WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_reacted WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_tally WHERE experiment_id = %(experiment)s",
    "DELETE FROM events_assigned WHERE experiment_id = %(experiment)s",
    """
DELETE FROM events_aggregate
WHERE experiment_id IN (%(experiment)s, -%(experiment)s) AND NOT given
""",
)
