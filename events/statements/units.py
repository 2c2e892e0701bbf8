"""What a chunk says about each unit, and what its totals become."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import EXPLORED
from events.statements.workspace import CHUNK, COUNTED, KEY, OF_NAMES, SEEN_COLUMNS, VIEWS, ZONE

_KEY: Final = ", ".join(KEY)
PRE_DAYS: Final = 28
"""Days before the day of first exposure that make up the pre-period."""
KEPT_VIEWS: Final = VIEWS + 1

DERIVED: Final = (
    *("carts", "orders", "converted", "revenue", "capped", "click_converted", "click_revenue"),
    *("pre_impressions", "pre_clicks", "pre_converted", "pre_revenue"),
)
"""Totals that follow from conversions and from what the unit did elsewhere."""
_FIRST: Final = (
    *("variant_id", "first_exposed_at", "first_event_id", "day", "explored", "device", "locale"),
    "placement_id",
)
_SUMS: Final = ("impressions", "viewables", "clicks")

# What belongs to no experiment (a fallback was shown) is kept under experiment 0 by its day alone.
_NAMED: Final = f"""
SELECT e.site_id, coalesce(a.canonical, e.unit) AS unit, e.mark <> '' AS suspicious,
    CASE WHEN k.known THEN e.experiment_id ELSE 0 END AS experiment_id,
    CASE WHEN k.known THEN e.phase ELSE 0 END AS phase, e.variant_id, e.placement_id, e.id,
    -- The flag of the token says in which branch of a policy the decision was made.
    e.flags & {EXPLORED} > 0 AS explored, e.device, e.locale, e.occurred_at,
    (e.occurred_at AT TIME ZONE {ZONE})::date AS day,
    k.known AND e.kind = 'impression' AS shown, k.known AND e.kind = 'click' AS clicked,
    k.known AND e.kind = 'viewable' AS viewable, k.known AND e.kind = 'assigned' AS assigned,
    e.kind IN ('impression', 'click') AS daily, (e.kind = 'click')::int AS click
FROM events_event e
LEFT JOIN rollup_site z USING (site_id)
LEFT JOIN events_alias a ON a.site_id = e.site_id AND a.unit = e.unit
CROSS JOIN LATERAL (
    SELECT num_nulls(e.experiment_id, e.phase, e.variant_id) = 0 AS known
) k
WHERE {CHUNK} AND {OF_NAMES} AND {COUNTED} AND (
    e.kind IN ('impression', 'click') OR (e.kind IN ('viewable', 'assigned') AND k.known))
"""


def _all(expression: str, which: str) -> str:
    """Every value in the order of time; one order for all, so that the rows are sorted once."""
    return f"array_agg({expression} ORDER BY occurred_at, id) FILTER (WHERE {which})"


_GROUPED: Final = f"""
SELECT {_KEY},
    min(ARRAY[(extract(epoch FROM occurred_at) * 1000000)::bigint, variant_id::bigint])
        FILTER (WHERE assigned) AS assigned,
    min(occurred_at) FILTER (WHERE assigned) AS assigned_at,
    min(occurred_at) FILTER (WHERE shown) AS first_exposed_at,
    ({_all("id", "shown")})[1] AS first_event_id,
    {", ".join(f"({_all(name, 'shown')})[1] AS {name}"
               for name in ("day", "explored", "device", "locale", "placement_id"))},
    {_all("variant_id", "shown")} AS variants,
    {_all("occurred_at", "shown")} AS shown_at,
    {_all("occurred_at", "clicked")} AS clicked_at,
    min(day) FILTER (WHERE daily) AS from_day, max(day) FILTER (WHERE daily) AS to_day,
    {_all("(day - DATE '2000-01-01') * 2 + click", "daily")} AS daily,
    count(*) FILTER (WHERE daily) AS daily_events, sum(click) AS daily_clicks,
    count(*) FILTER (WHERE viewable) AS viewables
FROM ({_NAMED}) e
GROUP BY {_KEY}
"""  # fmt: skip

# Nearly every unit of a chunk came on one day; only the others are counted day by day.
_DAYS: Final = """
SELECT CASE WHEN g.from_day IS NULL THEN '{}' ELSE ARRAY[g.from_day] END AS days,
    CASE WHEN g.from_day IS NULL THEN '{}' ELSE ARRAY[(g.daily_events - g.daily_clicks)::int] END
        AS day_impressions,
    CASE WHEN g.from_day IS NULL THEN '{}' ELSE ARRAY[g.daily_clicks::int] END AS day_clicks
WHERE g.from_day IS NOT DISTINCT FROM g.to_day
UNION ALL
SELECT array_agg(day ORDER BY day), array_agg(shown ORDER BY day), array_agg(clicked ORDER BY day)
FROM (
    SELECT DATE '2000-01-01' + event / 2 AS day, (count(*) FILTER (WHERE event & 1 = 0))::int
        AS shown, (count(*) FILTER (WHERE event & 1 = 1))::int AS clicked
    FROM unnest(g.daily) AS event GROUP BY event / 2
) each
HAVING g.from_day IS DISTINCT FROM g.to_day
"""

SEEN: Final = f"""
INSERT INTO rollup_seen ({", ".join(SEEN_COLUMNS)})
SELECT {_KEY}, assigned[2], assigned_at, variants[1], first_exposed_at, first_event_id, day,
    coalesce(explored, FALSE), coalesce(device, ''), coalesce(locale, ''), placement_id,
    CASE WHEN cardinality(variants) = 1 THEN variants
        ELSE ARRAY(SELECT DISTINCT unnest(variants) ORDER BY 1) END,
    coalesce(shown_at[1:{KEPT_VIEWS}], '{{}}'), coalesce(clicked_at, '{{}}'),
    d.days, d.day_impressions, d.day_clicks, coalesce(cardinality(shown_at), 0), viewables,
    coalesce(cardinality(clicked_at), 0)
FROM ({_GROUPED}) g CROSS JOIN LATERAL ({_DAYS}) d;
ANALYZE rollup_seen;
"""

# Found by the unit, which has few rows. (Told also of the experiment, a planner without statistics
# has read all units of the experiment for each one that was wanted.)
TOUCH_SEEN: Final = """
INSERT INTO rollup_touched
SELECT t.id, FALSE FROM rollup_seen s JOIN events_unittotal t USING (site_id, unit, suspicious)
WHERE (t.experiment_id, t.phase) IS NOT DISTINCT FROM (s.experiment_id, s.phase)
"""
# A day that turns up late is of the past of those who were first exposed after it. Most chunks are
# of today, which is nobody's past: then not a single unit is looked up.
TOUCH_LATE: Final = """
INSERT INTO rollup_touched
SELECT t.id, TRUE FROM rollup_seen s JOIN events_unittotal t USING (site_id, unit, suspicious)
WHERE s.days[1] < (SELECT max(day) FROM events_aggregate WHERE NOT given) AND s.days[1] < t.day
"""
# What has got another name, or is counted again from the log, is `gone`: it goes out of the sums
# and nothing is added to it.
WAS: Final = """
ANALYZE rollup_touched;
INSERT INTO rollup_was
SELECT t.*, k.derive,
    EXISTS (SELECT FROM rollup_move m WHERE m.site_id = t.site_id AND m.unit = t.unit)
FROM (SELECT id, bool_or(derive) AS derive FROM rollup_touched GROUP BY id) k
JOIN events_unittotal t USING (id);
"""


def _sorted_union(name: str, limit: str = "") -> str:
    """Two sorted arrays as one; nearly always the new times come after the known ones."""
    both = f"w.{name} || s.{name}"
    return f"""
        CASE WHEN w.{name} IS NULL OR s.{name} IS NULL THEN coalesce(w.{name}, s.{name})
        WHEN cardinality(w.{name}) = 0 OR cardinality(s.{name}) = 0
            OR w.{name}[cardinality(w.{name})] <= s.{name}[1]
        THEN ({both}){f"[1:{limit}]" if limit else ""}
        ELSE ARRAY(SELECT at FROM unnest({both}) AS at ORDER BY at
            {f"LIMIT {limit}" if limit else ""}) END"""


def _of(name: str, when: str) -> str:
    return f"CASE WHEN {when} THEN s.{name} ELSE w.{name} END"


_MERGED_DAYS: Final = """
SELECT w.days || s.days AS days, w.day_impressions || s.day_impressions AS day_impressions,
    w.day_clicks || s.day_clicks AS day_clicks
WHERE coalesce(w.days[cardinality(w.days)] < s.days[1], TRUE)
UNION ALL
SELECT array_agg(day ORDER BY day), array_agg(shown ORDER BY day), array_agg(clicked ORDER BY day)
FROM (
    SELECT day, sum(shown)::int AS shown, sum(clicked)::int AS clicked
    FROM unnest(w.days || s.days, w.day_impressions || s.day_impressions,
        w.day_clicks || s.day_clicks) AS d (day, shown, clicked)
    GROUP BY day
) each
HAVING NOT coalesce(w.days[cardinality(w.days)] < s.days[1], TRUE)
"""
_EARLIER: Final = """coalesce((s.first_exposed_at, s.first_event_id)
    < (w.first_exposed_at, w.first_event_id), s.first_exposed_at IS NOT NULL)"""
_SOONER: Final = """coalesce((s.assigned_at, s.assigned_variant_id)
    < (w.assigned_at, w.assigned_variant_id), s.assigned_at IS NOT NULL)"""
_DERIVE: Final = f"""(coalesce(w.derive, TRUE) OR {_EARLIER}
    OR coalesce(cardinality(s.clicked_at) > 0, FALSE))"""

IS_COLUMNS: Final = (
    *KEY,
    *("assigned_variant_id", "assigned_at", *_FIRST),
    *("variants_seen", "shown_at", "clicked_at", "days", "day_impressions", "day_clicks"),
    *(*_SUMS, *DERIVED, '"returning"'),
)
MERGE: Final = f"""
INSERT INTO rollup_is (id, derive, gone, {", ".join(IS_COLUMNS)})
SELECT w.id, {_DERIVE}, FALSE, {_KEY},
    {_of("assigned_variant_id", _SOONER)}, {_of("assigned_at", _SOONER)},
    {", ".join(f"x.{name}" for name in _FIRST)},
    CASE WHEN coalesce(w.variants_seen = s.variants_seen, TRUE)
        THEN coalesce(w.variants_seen, s.variants_seen)
        ELSE ARRAY(SELECT DISTINCT unnest(w.variants_seen || s.variants_seen) ORDER BY 1) END,
    {_sorted_union("shown_at", str(KEPT_VIEWS))}, {_sorted_union("clicked_at")},
    d.days, d.day_impressions, d.day_clicks,
    {", ".join(f"coalesce(w.{name}, 0) + coalesce(s.{name}, 0)" for name in _SUMS)},
    {", ".join(f"CASE WHEN {_DERIVE} THEN 0 ELSE w.{name} END" for name in DERIVED)},
    CASE WHEN {_DERIVE} THEN FALSE ELSE w."returning" END
FROM (SELECT * FROM rollup_was WHERE NOT gone) w FULL JOIN rollup_seen s USING ({_KEY})
CROSS JOIN LATERAL (
    SELECT {", ".join(f"s.{name}" for name in _FIRST)} WHERE w.id IS NULL OR {_EARLIER}
    UNION ALL
    SELECT {", ".join(f"w.{name}" for name in _FIRST)} WHERE w.id IS NOT NULL AND NOT {_EARLIER}
) x
CROSS JOIN LATERAL ({_MERGED_DAYS}) d
"""

_WRITTEN: Final = tuple(name for name in IS_COLUMNS if name not in KEY)
WRITE: Final = (
    "DELETE FROM events_unittotal t USING rollup_was w WHERE w.id = t.id AND w.gone",
    f"""
UPDATE events_unittotal t SET {", ".join(f"{name} = i.{name}" for name in _WRITTEN)}
FROM rollup_is i WHERE i.id = t.id
""",
    f"""
INSERT INTO events_unittotal ({", ".join(IS_COLUMNS)})
SELECT {", ".join(IS_COLUMNS)} FROM rollup_is WHERE id IS NULL
""",
)

# The days of the same unit elsewhere at the site, as they are written, …
_PAST: Final = f"""
SELECT coalesce(sum(shown) FILTER (WHERE d.day >= i.day - {PRE_DAYS}), 0) AS shown,
    coalesce(sum(clicked) FILTER (WHERE d.day >= i.day - {PRE_DAYS}), 0) AS clicked
FROM unnest(o.days, o.day_impressions, o.day_clicks) AS d (day, shown, clicked)
WHERE d.day < i.day
"""
PAST: Final = f"""
INSERT INTO rollup_past
SELECT i.ctid, o.id, p.shown, p.clicked
FROM rollup_is i JOIN events_unittotal o USING (site_id, unit, suspicious)
CROSS JOIN LATERAL ({_PAST}) p
WHERE i.derive AND i.variant_id IS NOT NULL AND o.days[1] < i.day
"""
# … or as they are about to be.
RETURN: Final = f"""
UPDATE rollup_is i SET "returning" = TRUE, pre_impressions = n.shown, pre_clicks = n.clicked
FROM (
    SELECT place, sum(shown)::bigint AS shown, sum(clicked)::bigint AS clicked
    FROM (
        SELECT place, shown, clicked FROM rollup_past a
        WHERE NOT EXISTS (SELECT FROM rollup_was w WHERE w.id = a.id)
        UNION ALL
        SELECT i.ctid, p.shown, p.clicked
        FROM rollup_is i JOIN rollup_is o USING (site_id, unit, suspicious)
        CROSS JOIN LATERAL ({_PAST}) p
        WHERE i.derive AND i.variant_id IS NOT NULL AND o.days[1] < i.day
    ) each GROUP BY place
) n
WHERE i.ctid = n.place
"""
