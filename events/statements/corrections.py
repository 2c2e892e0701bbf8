"""What changes the totals without a new event: units set aside, and the cap of a phase."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from events.statements.workspace import ZONE

# Every name of the units, and the one that each is counted under.
NAMES: Final = """
WITH canonical AS (
    SELECT DISTINCT coalesce(a.canonical, u.unit) AS unit
    FROM unnest(%(units)s::uuid[]) AS u (unit)
    LEFT JOIN events_alias a ON a.site_id = %(site)s AND a.unit = u.unit
)
SELECT unit, unit AS name FROM canonical
UNION
SELECT a.canonical, a.unit FROM events_alias a JOIN canonical c ON c.unit = a.canonical
WHERE a.site_id = %(site)s
"""
ORDERS: Final = """
SELECT DISTINCT order_id FROM events_event
WHERE site_id = %(site)s AND unit = ANY (%(names)s::uuid[]) AND order_id <> '' AND seq <= %(high)s
"""

# An alias says who somebody is; it stays what it is.
_OF_UNITS: Final = """
e.site_id = %(site)s AND e.unit = ANY (%(names)s::uuid[]) AND e.mark = '' AND e.kind <> 'alias'
"""
_KEY: Final = "experiment_id, phase, variant_id, day, kind"
_OF_EVENT: Final = f"""
coalesce(e.experiment_id, 0), coalesce(e.phase, 0), coalesce(e.variant_id, 0),
(e.occurred_at AT TIME ZONE {ZONE})::date, e.kind
"""
STALE: Final = f"""
CREATE TEMP TABLE rollup_stale ON COMMIT DROP AS
SELECT DISTINCT e.site_id, coalesce(e.experiment_id, 0) AS experiment_id,
    coalesce(e.phase, 0) AS phase, coalesce(e.variant_id, 0) AS variant_id,
    (e.occurred_at AT TIME ZONE {ZONE})::date AS day, e.kind
FROM events_event e LEFT JOIN rollup_site z USING (site_id)
WHERE {_OF_UNITS} AND e.seq <= %(high)s
"""
MARK: Final = f"UPDATE events_event e SET mark = %(mark)s WHERE {_OF_UNITS}"
TALLY_AGAIN: Final = (
    """
DELETE FROM events_tally t USING rollup_stale s
WHERE t.site_id = s.site_id AND t.mark IN ('', %(mark)s)
    AND (t.experiment_id, t.phase, t.variant_id, t.day, t.kind)
        = (s.experiment_id, s.phase, s.variant_id, s.day, s.kind)
""",
    f"""
INSERT INTO events_tally (site_id, {_KEY}, mark, events, first_at, last_at, last_received_at)
SELECT e.site_id, {_OF_EVENT}, e.mark, count(*), min(e.occurred_at), max(e.occurred_at),
    max(e.received_at)
FROM events_event e LEFT JOIN rollup_site z USING (site_id)
WHERE e.site_id = %(site)s AND e.seq <= %(high)s AND e.mark IN ('', %(mark)s)
    AND ({_OF_EVENT}) IN (SELECT {_KEY} FROM rollup_stale)
GROUP BY 1, 2, 3, 4, 5, 6, 7
""",
    "DROP TABLE rollup_stale",
)
FORGET_BOUGHT: Final = """
DELETE FROM events_conversion c
WHERE c.site_id = %(site)s AND (c.order_id = ANY (%(orders)s::text[])
    OR c.unit IN (SELECT unit FROM rollup_move))
"""

# The order statistic of the 99.9th percentile of what buyers brought, in whole numbers.
CAP: Final = """
WITH bought AS (
    SELECT revenue, row_number() OVER (ORDER BY revenue) AS place, count(*) OVER () AS units
    FROM events_unittotal
    WHERE experiment_id = %(experiment)s AND phase = %(phase)s AND NOT suspicious
        AND variant_id IS NOT NULL AND revenue > 0
)
SELECT revenue FROM bought WHERE units >= %(least)s AND place = (999 * units + 999) / 1000
"""
KEEP_CAP: Final = """
INSERT INTO events_cap (experiment_id, phase, revenue, fixed_at)
VALUES (%(experiment)s, %(phase)s, %(cap)s, %(now)s)
"""
TOUCH_CAPPED: Final = """
INSERT INTO rollup_touched
SELECT id, TRUE FROM events_unittotal
WHERE experiment_id = %(experiment)s AND phase = %(phase)s AND revenue > %(cap)s
"""
