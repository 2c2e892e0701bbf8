"""A chunk of the log, read once: tallies, purchases, and what it says about each unit.

Nearly all events of a running experiment are more of the same: a known unit is shown something
again, and sometimes clicks it. Such a unit grows in place: it stays where it counts, came on one
day, its last so far, and has bought nothing if it clicked. Then nothing of it has to be derived
anew, and what changes in the sums follows from what it has now and what has been added. All other
units are put into `rollup_seen`, for `events.counting.settle`. Both ways give the same rows; what
was bought in the same chunk touches its unit afterwards, whichever way it went.
"""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from engine.stats.aggregates import ONE, PAIRS, TOTALS
from events.statements.aggregates import ADD, AGES, CELL, INDICATORS, KEEP, MONEY
from events.statements.conversions import IS_BOUGHT, bought
from events.statements.named import EVENT, NAMES_IT, own
from events.statements.named import READ as READ_LOG
from events.statements.units import (
    KEPT_VIEWS,
    KEYS,
    counted_days,
    merged_days,
    seen,
    sorted_union,
)
from events.statements.workspace import CUTS, PLACE, VIEWS

_TALLY: Final = (
    *("site_id", "experiment_id", "phase", "variant_id", "day", "kind", "mark"),
    *("events", "first_at", "last_at", "last_received_at"),
)
_FOUND: Final = f"""
SELECT site_id, coalesce(named_experiment, 0) AS experiment_id,
    coalesce(named_phase, 0) AS phase, coalesce(variant_id, 0) AS variant_id, day,
    kind, mark, count(*) AS events, min(occurred_at) AS first_at,
    max(occurred_at) AS last_at, max(received_at) AS last_received_at
FROM own WHERE {NAMES_IT} GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_TALLIED: Final = f"""
INSERT INTO events_tally AS kept ({", ".join(_TALLY)})
SELECT {", ".join(_TALLY)} FROM found
ON CONFLICT ({", ".join(_TALLY[:7])}) DO UPDATE SET
    events = kept.events + EXCLUDED.events,
    first_at = least(kept.first_at, EXCLUDED.first_at),
    last_at = greatest(kept.last_at, EXCLUDED.last_at),
    last_received_at = greatest(kept.last_received_at, EXCLUDED.last_received_at)
"""

# What the chunk says about a unit, as far as that is needed to grow.
_MORE: Final = ("impressions", "viewables", "clicks")
"""The totals that grow."""
# In the order of the units, so that their rows are looked up along the index.
_SAID: Final = f"""
SELECT {KEYS}, bool_or(assigned) AS assigned,
    count(*) FILTER (WHERE shown) AS impressions, count(*) FILTER (WHERE viewable) AS viewables,
    count(*) FILTER (WHERE clicked) AS clicks,
    array_agg(occurred_at ORDER BY occurred_at) FILTER (WHERE shown) AS shown_at,
    array_agg(occurred_at ORDER BY occurred_at) FILTER (WHERE clicked) AS clicked_at,
    min(variant_id) FILTER (WHERE shown) AS variant_id,
    max(variant_id) FILTER (WHERE shown) AS other_variant_id,
    min(day) FILTER (WHERE daily) AS day, max(day) FILTER (WHERE daily) AS other_day,
    count(*) FILTER (WHERE daily) AS daily, sum(click) AS day_clicks
FROM event GROUP BY {KEYS}
"""
_MORE_OF_IT: Final = f"""
SELECT {KEYS}, impressions, viewables, clicks, variant_id, day AS came,
    coalesce(shown_at, '{{}}') AS shown_at, coalesce(clicked_at, '{{}}') AS clicked_at,
    CASE WHEN day IS NULL THEN '{{}}' ELSE ARRAY[day] END AS days,
    CASE WHEN day IS NULL THEN '{{}}' ELSE ARRAY[(daily - day_clicks)::int] END AS day_impressions,
    CASE WHEN day IS NULL THEN '{{}}' ELSE ARRAY[day_clicks::int] END AS day_clicks
FROM ({_SAID}) said
WHERE NOT assigned AND variant_id IS NOT DISTINCT FROM other_variant_id
    AND day IS NOT DISTINCT FROM other_day
OFFSET 0
"""
# A view before the last click goes the long way: it changes after which view that click came.
_GROWS: Final = """
coalesce(t.days[cardinality(t.days)] <= s.came, TRUE) AND (s.variant_id IS NULL
    OR s.variant_id = ANY (t.variants_seen) AND s.shown_at[1] > t.first_exposed_at
    AND coalesce(s.shown_at[1] > t.clicked_at[cardinality(t.clicked_at)], TRUE))
AND (s.clicks = 0 OR coalesce(s.clicked_at[1] >= t.clicked_at[cardinality(t.clicked_at)], TRUE)
    AND (SELECT c.id FROM events_conversion c
        WHERE c.site_id = s.site_id AND c.unit = s.unit LIMIT 1) IS NULL)
"""
_SETS: Final = {
    "shown_at": sorted_union("shown_at", was="t", limit=KEPT_VIEWS),
    "clicked_at": sorted_union("clicked_at", was="t"),
    "days": merged_days("days", "t.days", "day", was="t"),
    "day_impressions": counted_days("day_impressions", "shown", was="t"),
    "day_clicks": counted_days("day_clicks", "clicked", was="t"),
    **{name: f"t.{name} + s.{name}" for name in _MORE},
}
_STORED: Final = tuple(name for name in TOTALS if name not in INDICATORS)


def _after(clicks: str) -> str:
    """The views after which clicks came, one bit each, as in `aggregates.CELLS`."""
    return f"""coalesce((SELECT bit_or(1 << width_bucket(at, t.shown_at))
        FROM unnest(t.clicked_at{clicks}) AS at), 0)"""


_SIZE: Final = "cardinality(t.clicked_at) - cardinality(s.clicked_at)"
_FRESH: Final = f"""CASE WHEN s.clicks = 0 THEN 0
    ELSE {_after(f"[{_SIZE} + 1:]")} & ~{_after(f"[:{_SIZE}]")} END"""
# Found by the unit, as in `units.WAS_SEEN`.
_GROWN: Final = f"""
UPDATE events_unittotal t SET {", ".join(f"{name} = {text}" for name, text in _SETS.items())}
FROM ({_MORE_OF_IT}) s
WHERE t.site_id = s.site_id AND t.unit = s.unit AND {_GROWS}
    AND (t.experiment_id, t.phase, t.suspicious)
        IS NOT DISTINCT FROM (s.experiment_id, s.phase, s.suspicious)
RETURNING t.site_id, t.unit, {", ".join(f"t.{name}" for name in (*PLACE, *CUTS))},
    {", ".join(f"t.{name}" for name in _STORED)},
    {", ".join(f"s.{name} AS more_{name}" for name in _MORE)},
    s.came, s.day_impressions[1] AS more_shown, s.day_clicks[1] AS more_clicked,
    t.day_impressions[cardinality(t.days)] AS shown, t.day_clicks[cardinality(t.days)] AS clicked,
    {_FRESH} AS fresh
"""
_REST: Final = seen(f"SELECT * FROM event WHERE ({KEYS}) NOT IN (SELECT {KEYS} FROM grown)")


def _now(name: str) -> str:
    return f"({INDICATORS[name]} > 0)::int" if name in INDICATORS else name


def _before(name: str) -> str:
    of = INDICATORS.get(name, name)
    if of not in _MORE:
        return _now(name)
    return f"({of} > more_{of})::int" if name in INDICATORS else f"({of} - more_{of})"


def _grows(name: str) -> bool:
    return INDICATORS.get(name, name) in _MORE


def _change(one: str, other: str) -> str:
    """By how much the sum of a product grows; money times anything may leave 64 bits."""
    names = [name for name in (one, other) if name != ONE]
    now, before = (" * ".join(map(part, names)) for part in (_now, _before))
    for money in MONEY & set(names):  # few units have any
        change = f"1::numeric * {now} - 1::numeric * {before}"
        return f"coalesce(sum({change}) FILTER (WHERE {money} > 0), 0)"
    return f"coalesce(sum({now} - {before}), 0)"


def _changes() -> dict[str, str]:
    """The columns of `rollup_cell` that change, each with its sum."""
    found = {f"m{n}": _change(*pair) for n, pair in enumerate(PAIRS) if any(map(_grows, pair))}
    for n in range(VIEWS):
        reached = f"impressions > {n} AND impressions - more_impressions <= {n}"
        found[f"v{n}"] = f"count(*) FILTER (WHERE {reached})"
        found[f"v{VIEWS + n}"] = f"count(*) FILTER (WHERE fresh & {1 << (n + 1)} <> 0)"
    return found


_CHANGES: Final = _changes()
_CELLS: Final = f"""
INSERT INTO rollup_cell ({CELL}, {", ".join(_CHANGES)})
SELECT {CELL}, {", ".join(_CHANGES.values())}
FROM grown WHERE variant_id IS NOT NULL
GROUP BY {CELL}
"""


def _day_change(one: str, other: str) -> str:
    before = f"({one} - more_{one})::bigint * ({other} - more_{other})"
    return f"sum({one}::bigint * {other} - {before})"


_DAY_CHANGES: Final = {
    (ONE, ONE): "count(*) FILTER (WHERE shown = more_shown AND clicked = more_clicked)",
    (ONE, "impressions"): "sum(more_shown)",
    (ONE, "clicks"): "sum(more_clicked)",
    ("impressions", "impressions"): _day_change("shown", "shown"),
    ("impressions", "clicks"): _day_change("shown", "clicked"),
    ("clicks", "clicks"): _day_change("clicked", "clicked"),
}
_AGES: Final = f"""
{KEEP}
SELECT {", ".join(PLACE)}, 'age', (came - day)::text,
    ARRAY[{", ".join(_DAY_CHANGES.get(pair, "0") for pair in PAIRS)}]::numeric[], '{{}}', FALSE
FROM grown
WHERE variant_id IS NOT NULL AND NOT suspicious AND experiment_id > 0
    AND came - day BETWEEN 0 AND {AGES - 1}
GROUP BY {", ".join(PLACE)}, came - day
{ADD}
"""
# As `units.TOUCH_LATE`.
_LATE: Final = """
INSERT INTO rollup_touched
SELECT o.id FROM grown g JOIN events_unittotal o USING (site_id, unit)
WHERE o.suspicious IS NOT DISTINCT FROM g.suspicious AND g.came < o.day
    AND g.came < (SELECT max(day) FROM events_aggregate WHERE NOT given)
"""
_BOUGHT: Final = bought(
    f"own e WHERE e.counted AND {NAMES_IT} AND {IS_BOUGHT}",
    unit="e.unit",
    experiment="e.named_experiment",
)

# Says of how many events the chunk is, and how many of them name an order or another name, or are
# of a shop's own kind and of a test.
READ: Final = f"""
WITH own AS MATERIALIZED ({own(READ_LOG)}), event AS NOT MATERIALIZED ({EVENT}),
found AS MATERIALIZED ({_FOUND}), tallied AS ({_TALLIED}),
bought AS ({_BOUGHT}), grown AS ({_GROWN}), cells AS ({_CELLS}), ages AS ({_AGES}),
late AS ({_LATE}), rest AS ({_REST})
SELECT coalesce(sum(events), 0), coalesce(sum(events) FILTER (WHERE kind = 'alias'), 0),
    coalesce(sum(events) FILTER (WHERE kind IN ('add_to_cart', 'purchase', 'refund')), 0),
    coalesce(sum(events) FILTER (WHERE kind LIKE 'custom:%%' AND variant_id > 0), 0)
FROM found
"""
