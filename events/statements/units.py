"""What a chunk says about each unit, and what its totals become."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from events.statements.named import BESIDE, EVENT, READ, own
from events.statements.workspace import KEY, OF_NAMES, SEEN_COLUMNS, VIEWS

KEYS: Final = ", ".join(KEY)
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


def _all(expression: str, which: str) -> str:
    """Every value in the order of time; one order for all, so that the rows are sorted once."""
    return f"array_agg({expression} ORDER BY occurred_at, id) FILTER (WHERE {which})"


_GROUPED: Final = f"""
SELECT {KEYS},
    min(ARRAY[(extract(epoch FROM occurred_at) * 1000000)::bigint, variant_id::bigint])
        FILTER (WHERE assigned) AS assigned,
    min(occurred_at) FILTER (WHERE assigned) AS assigned_at,
    ({_all("(id, variant_id, day, explored, device, locale, placement_id)::rollup_first", "shown")}
        )[1] AS first,
    {_all("variant_id", "shown")} AS variants,
    {_all("occurred_at", "shown")} AS shown_at,
    {_all("occurred_at", "clicked")} AS clicked_at,
    {_all("(day - DATE '2000-01-01') * 2 + click", "daily")} AS daily,
    sum(click) AS clicks, count(*) FILTER (WHERE viewable) AS viewables
FROM ({{named}}) e
GROUP BY {KEYS}
"""


def _daily(one_day: str, each_day: str) -> str:
    """Nearly every unit of a chunk came on one day; only the others are counted day by day."""
    return f"""
    CASE WHEN daily IS NULL THEN '{{}}'
    WHEN daily[1] / 2 = daily[cardinality(daily)] / 2 THEN ARRAY[{one_day}]
    ELSE ARRAY(SELECT {each_day} FROM unnest(daily) AS d GROUP BY d / 2 ORDER BY d / 2) END"""


def seen(named: str) -> str:
    """Put into `rollup_seen` what some events, named as above, say about each unit."""
    return f"""
INSERT INTO rollup_seen ({", ".join(SEEN_COLUMNS)})
SELECT {KEYS}, assigned[2], assigned_at, (first).variant_id, shown_at[1], (first).id, (first).day,
    coalesce((first).explored, FALSE), coalesce((first).device, ''),
    coalesce((first).locale, ''), (first).placement_id,
    CASE WHEN cardinality(variants) = 1 THEN variants
        ELSE ARRAY(SELECT DISTINCT unnest(variants) ORDER BY 1) END,
    coalesce(shown_at[1:{KEPT_VIEWS}], '{{}}'), coalesce(clicked_at, '{{}}'),
    {_daily("DATE '2000-01-01' + daily[1] / 2", "DATE '2000-01-01' + d / 2")},
    {_daily("(cardinality(daily) - clicks)::int", "(count(*) FILTER (WHERE d & 1 = 0))::int")},
    {_daily("clicks::int", "(count(*) FILTER (WHERE d & 1 = 1))::int")},
    coalesce(cardinality(shown_at), 0), viewables, coalesce(cardinality(clicked_at), 0)
FROM ({_GROUPED.format(named=named)}) g
"""


SEEN: Final = seen(f"""
WITH own AS MATERIALIZED ({own(f"{READ} AND {OF_NAMES}")}) {EVENT}
""")

_EARLIER: Final = """coalesce((s.first_exposed_at, s.first_event_id)
    < ({was}.first_exposed_at, {was}.first_event_id), s.first_exposed_at IS NOT NULL)"""

# `since` is the first day on which something changes for a unit that stays in its place: what it
# did before then need not go out of the sums and come back.
# Found by the unit, which has few rows. (Told also of the experiment, a planner without statistics
# has read all units of the experiment for each one that was wanted; told of the last column of the
# index alone, PostgreSQL 18 skips through it, which takes longer than to look at those few rows.)
WAS_SEEN: Final = f"""
INSERT INTO rollup_was
SELECT t.*, FALSE, FALSE,
    CASE WHEN NOT {_EARLIER.format(was="t")} THEN coalesce(s.days[1], 'infinity') END
FROM rollup_seen s JOIN events_unittotal t USING (site_id, unit)
WHERE (t.experiment_id, t.phase, t.suspicious)
    IS NOT DISTINCT FROM (s.experiment_id, s.phase, s.suspicious)
"""
# A day that turns up late is of the past of those who were first exposed after it. Most chunks are
# of today, which is nobody's past: then not a single unit is looked up.
TOUCH_LATE: Final = """
INSERT INTO rollup_touched
SELECT t.id FROM rollup_seen s JOIN events_unittotal t USING (site_id, unit)
WHERE t.suspicious IS NOT DISTINCT FROM s.suspicious AND s.days[1] < t.day
    AND s.days[1] < (SELECT max(day) FROM events_aggregate WHERE NOT given)
"""
# An order counts in one of the blocks of its visitor: when one changes, all are looked at.
TOUCH_BLOCKS: Final = """
INSERT INTO rollup_touched
SELECT o.id FROM (
    SELECT site_id, unit, experiment_id FROM rollup_seen WHERE experiment_id < 0
    UNION
    SELECT t.site_id, t.unit, t.experiment_id FROM rollup_touched k JOIN events_unittotal t
        USING (id) WHERE t.experiment_id < 0
) b JOIN events_unittotal o USING (site_id, unit)
WHERE (SELECT EXISTS (TABLE rollup_block))
    AND o.experiment_id IS NOT DISTINCT FROM b.experiment_id AND o.variant_id IS NOT NULL
"""
TOUCHED: Final = "SELECT EXISTS (TABLE rollup_touched)::int"
DERIVE: Final = """
UPDATE rollup_was w SET derive = TRUE FROM (SELECT DISTINCT id FROM rollup_touched) k
WHERE k.id = w.id AND NOT w.derive
"""
UNSEEN: Final = """
DELETE FROM rollup_touched k USING rollup_was w WHERE w.id = k.id
"""
WAS_TOUCHED: Final = """
INSERT INTO rollup_was
SELECT t.*, TRUE, FALSE, 'infinity'
FROM (SELECT DISTINCT id FROM rollup_touched) k JOIN events_unittotal t USING (id)
"""
# What has got another name, or is counted again from the log, is `gone`: it goes out of the sums
# and nothing is added to it.
WAS_NAMED: Final = """
INSERT INTO rollup_was
SELECT t.*, TRUE,
    EXISTS (SELECT FROM rollup_move m WHERE m.site_id = t.site_id AND m.unit = t.unit), NULL
FROM (SELECT DISTINCT id FROM rollup_touched) k JOIN events_unittotal t USING (id)
"""


def sorted_union(name: str, *, was: str = "w", limit: int | None = None) -> str:
    """Two sorted arrays as one; nearly always the new times come after the known ones."""
    old = f"{was}.{name}"
    both = f"{old} || s.{name}"
    return f"""
        CASE WHEN {old} IS NULL OR s.{name} IS NULL THEN coalesce({old}, s.{name})
        WHEN cardinality(s.{name}) = 0 THEN {old}
        WHEN cardinality({old}) = 0 OR {old}[cardinality({old})] <= s.{name}[1]
        THEN ({both}){f"[1:{limit}]" if limit else ""}
        ELSE ARRAY(SELECT at FROM unnest({both}) AS at ORDER BY at
            {f"LIMIT {limit}" if limit else ""}) END"""


def _of(name: str, when: str) -> str:
    return f"CASE WHEN {when} THEN s.{name} ELSE w.{name} END"


def merged_days(name: str, same: str, each: str, *, was: str = "w") -> str:
    """A day after those known is put behind them; more on the last one changes that alone."""
    last = f"{was}.days[cardinality({was}.days)]"
    return f"""
        CASE WHEN coalesce({last} < s.days[1], TRUE) THEN {was}.{name} || s.{name}
        WHEN cardinality(s.days) = 1 AND {last} = s.days[1] THEN {same}
        ELSE ARRAY(
            SELECT {each} FROM unnest({was}.days || s.days,
                {was}.day_impressions || s.day_impressions, {was}.day_clicks || s.day_clicks)
                AS d (day, shown, clicked)
            GROUP BY day ORDER BY day) END"""


def counted_days(name: str, each: str, *, was: str = "w") -> str:
    """The numbers beside the days."""
    size = f"cardinality({was}.days)"
    same = f"{was}.{name}[1:{size} - 1] || ({was}.{name}[{size}] + s.{name}[1])"
    return merged_days(name, same, f"sum({each})::int", was=was)


_SOONER: Final = """coalesce((s.assigned_at, s.assigned_variant_id)
    < (w.assigned_at, w.assigned_variant_id), s.assigned_at IS NOT NULL)"""
_MOVES: Final = _EARLIER.format(was="w")
_DERIVE: Final = f"""(coalesce(w.derive, TRUE) OR {_MOVES}
    OR coalesce(cardinality(s.clicked_at) > 0, FALSE))"""

IS_COLUMNS: Final = (
    *KEY,
    *("assigned_variant_id", "assigned_at", *_FIRST),
    *("variants_seen", "shown_at", "clicked_at", "days", "day_impressions", "day_clicks"),
    *(*_SUMS, *DERIVED, '"returning"'),
)
MERGE: Final = f"""
INSERT INTO rollup_is (id, derive, gone, since, {", ".join(IS_COLUMNS)})
SELECT w.id, {_DERIVE}, FALSE, w.since, {KEYS},
    {_of("assigned_variant_id", _SOONER)}, {_of("assigned_at", _SOONER)},
    {", ".join(f"x.{name}" for name in _FIRST)},
    CASE WHEN coalesce(w.variants_seen = s.variants_seen, TRUE)
        THEN coalesce(w.variants_seen, s.variants_seen)
        ELSE ARRAY(SELECT DISTINCT unnest(w.variants_seen || s.variants_seen) ORDER BY 1) END,
    {sorted_union("shown_at", limit=KEPT_VIEWS)}, {sorted_union("clicked_at")},
    {merged_days("days", "w.days", "day")},
    {counted_days("day_impressions", "shown")}, {counted_days("day_clicks", "clicked")},
    {", ".join(f"coalesce(w.{name}, 0) + coalesce(s.{name}, 0)" for name in _SUMS)},
    {", ".join(f"CASE WHEN {_DERIVE} THEN 0 ELSE w.{name} END" for name in DERIVED)},
    CASE WHEN {_DERIVE} THEN FALSE ELSE w."returning" END
FROM (SELECT * FROM rollup_was WHERE NOT gone) w FULL JOIN rollup_seen s USING ({KEYS})
CROSS JOIN LATERAL (
    SELECT {", ".join(f"s.{name}" for name in _FIRST)} WHERE w.id IS NULL OR {_MOVES}
    UNION ALL
    SELECT {", ".join(f"w.{name}" for name in _FIRST)} WHERE w.id IS NOT NULL AND NOT {_MOVES}
) x
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
FROM rollup_is i JOIN events_unittotal o USING (site_id, unit)
CROSS JOIN LATERAL ({_PAST}) p
WHERE o.suspicious IS NOT DISTINCT FROM i.suspicious
    AND i.derive AND i.variant_id IS NOT NULL AND o.days[1] < i.day AND NOT {BESIDE}
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
        WHERE i.derive AND i.variant_id IS NOT NULL AND o.days[1] < i.day AND NOT {BESIDE}
    ) each GROUP BY place
) n
WHERE i.ctid = n.place
"""
