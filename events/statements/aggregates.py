"""From what touched units were and have become to signed differences of the aggregates."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from engine.stats.aggregates import ONE, PAIRS, Pair
from events.statements.workspace import CUTS, PLACE, VIEWS

MONEY: Final = {"revenue", "capped", "click_revenue", "pre_revenue"}
_RARE: Final = {
    *("carts", "orders", "converted", "revenue", "capped", "click_converted", "click_revenue"),
    "carted",
}
_PAST: Final = {"pre_impressions", "pre_clicks", "pre_converted", "pre_revenue"}
INDICATORS: Final = {"viewed": "viewables", "clicked": "clicks", "carted": "carts"}
AGES: Final = 14
"""Days since its first exposure on which a unit is looked at."""

_BOTH: Final = """(
    SELECT -1 AS sign, w.* FROM rollup_was w WHERE w.variant_id IS NOT NULL
    UNION ALL
    SELECT 1, i.* FROM rollup_is i WHERE i.variant_id IS NOT NULL
) u"""
CELL: Final = ", ".join((*PLACE, *CUTS))


def _factor(name: str) -> str:
    return f"(u.{INDICATORS[name]} > 0)::int" if name in INDICATORS else f"u.{name}"


def _moment(one: str, other: str) -> str:
    """The sum of a product as exact SQL; money times anything may leave 64 bits."""
    factors = ["sign::numeric" if {one, other} & MONEY else "sign"]
    factors += [_factor(name) for name in (one, other) if name != ONE]
    return f"sum({' * '.join(factors)})"


def _cells(chosen: dict[str, str], where: str, joined: str = "") -> str:
    return f"""
INSERT INTO rollup_cell ({CELL}, {", ".join(chosen)})
SELECT {CELL}, {", ".join(chosen.values())}
FROM {_BOTH} {joined}
WHERE {where}
GROUP BY {CELL}
"""


def _moments(group: int) -> dict[str, str]:
    return {f"m{n}": _moment(*pair) for n, pair in enumerate(PAIRS) if _group(pair) == group}


def _group(pair: Pair) -> int:
    """0 for what every unit has, 1 for what buyers have, 2 for what the returning have."""
    if _RARE & set(pair):
        return 1
    return 2 if _PAST & set(pair) else 0


_VIEWED: Final = {
    f"v{n}": f"sum(sign) FILTER (WHERE cardinality(shown_at) > {n})" for n in range(VIEWS)
}
# Of several equal times the last one is the view that a click came after.
_AFTER: Final = """CROSS JOIN LATERAL (
    SELECT bit_or(1 << width_bucket(at, u.shown_at)) AS after FROM unnest(u.clicked_at) AS at
) a"""
_CLICKED: Final = {
    f"v{VIEWS + n}": f"sum(sign) FILTER (WHERE after & {1 << (n + 1)} <> 0)" for n in range(VIEWS)
}
_ZERO: Final = "coalesce({}, 0)"

# Most units bought nothing and are new: the products of their zeros are left out.
CELLS: Final = (
    _cells(
        _moments(0) | {place: _ZERO.format(text) for place, text in _VIEWED.items()},
        "TRUE",
    ),
    _cells(
        {place: _ZERO.format(text) for place, text in _CLICKED.items()},
        "cardinality(u.clicked_at) > 0",
        _AFTER,
    ),
    _cells(_moments(1), "u.orders > 0 OR u.carts > 0 OR u.click_converted > 0"),
    _cells(
        _moments(2),
        "u.pre_impressions > 0 OR u.pre_clicks > 0 OR u.pre_converted > 0 OR u.pre_revenue > 0",
    ),
)

KEEP: Final = f"""
INSERT INTO events_aggregate AS kept ({", ".join(PLACE)}, cut, value, moments, views, given)
"""
ADD: Final = f"""
ON CONFLICT ({", ".join(PLACE)}, cut, value) DO UPDATE SET
    moments = ARRAY(
        SELECT was + change FROM unnest(kept.moments, EXCLUDED.moments)
            WITH ORDINALITY AS pair (was, change, place) ORDER BY place
    ),
    views = ARRAY(
        SELECT was + change FROM unnest(kept.views, EXCLUDED.views)
            WITH ORDINALITY AS pair (was, change, place) ORDER BY place
    )
"""
SETTLE: Final = f"""
{KEEP}
SELECT {", ".join(PLACE)}, c.cut, c.value,
    ARRAY[{", ".join(f"sum(m{n})" for n in range(len(PAIRS)))}],
    CASE WHEN c.cut = '' THEN ARRAY[{", ".join(f"sum(v{n})::bigint" for n in range(2 * VIEWS))}]
        ELSE '{{}}' END,
    FALSE
FROM rollup_cell
CROSS JOIN LATERAL (VALUES ('', ''), ('device', device), ('locale', locale),
    ('placement', coalesce(placement_id::text, '')),
    ('returning', CASE WHEN "returning" THEN 'yes' ELSE 'no' END)) AS c (cut, value)
WHERE c.cut = '' OR (NOT suspicious AND experiment_id > 0)
GROUP BY {", ".join(PLACE)}, c.cut, c.value
{ADD}
"""

_DAILY: Final = {
    (ONE, ONE): "sum(sign)",
    (ONE, "impressions"): "sum(sign * d.impressions)",
    (ONE, "clicks"): "sum(sign * d.clicks)",
    ("impressions", "impressions"): "sum(sign * d.impressions::bigint * d.impressions)",
    ("impressions", "clicks"): "sum(sign * d.impressions::bigint * d.clicks)",
    ("clicks", "clicks"): "sum(sign * d.clicks::bigint * d.clicks)",
}
SETTLE_AGES: Final = f"""
{KEEP}
SELECT {", ".join(f"u.{name}" for name in PLACE)}, 'age', (d.day - u.day)::text,
    ARRAY[{", ".join(_DAILY.get(pair, "0") for pair in PAIRS)}]::numeric[], '{{}}', FALSE
FROM {_BOTH}
CROSS JOIN LATERAL unnest(u.days, u.day_impressions, u.day_clicks) AS d (day, impressions, clicks)
WHERE NOT u.suspicious AND u.experiment_id > 0 AND d.day >= coalesce(u.since, u.day)
    AND d.day - u.day BETWEEN 0 AND {AGES - 1}
GROUP BY {", ".join(f"u.{name}" for name in PLACE)}, d.day - u.day
{ADD}
"""
# A day that every unit has left, because an earlier impression of each turned up, never was.
DROP_EMPTY: Final = """
DELETE FROM events_aggregate a
USING (SELECT DISTINCT experiment_id, phase FROM rollup_was) c
WHERE a.experiment_id = c.experiment_id AND a.phase = c.phase AND a.moments[1] = 0 AND NOT a.given
"""

ASSIGN: Final = """
INSERT INTO events_assigned AS kept (experiment_id, phase, variant_id, suspicious, units)
SELECT experiment_id, phase, assigned_variant_id, suspicious, sum(sign)
FROM (
    SELECT -1 AS sign, experiment_id, phase, assigned_variant_id, suspicious FROM rollup_was
    UNION ALL
    SELECT 1, experiment_id, phase, assigned_variant_id, suspicious FROM rollup_is
) u
WHERE assigned_variant_id IS NOT NULL
GROUP BY 1, 2, 3, 4
HAVING sum(sign) <> 0
ON CONFLICT (experiment_id, phase, variant_id, suspicious) DO UPDATE
SET units = kept.units + EXCLUDED.units
"""
DROP_UNASSIGNED: Final = "DELETE FROM events_assigned WHERE units = 0"
