"""Several names of one unit: which they are, and how their totals become one row's."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from events.statements.units import KEPT_VIEWS
from events.statements.workspace import CHUNK, KEY, SEEN_COLUMNS

_KEY: Final = ", ".join(KEY)
_OF: Final = "w.site_id, w.experiment_id, w.phase, w.canonical AS unit, w.suspicious"

# Who somebody is does not depend on whether his traffic counts: the mark is not looked at.
PAIRS: Final = f"""
SELECT DISTINCT e.site_id, coalesce(a.canonical, e.unit), coalesce(b.canonical, p.previous)
FROM events_event e
CROSS JOIN LATERAL (
    SELECT CASE WHEN e.properties ->> 'previous' ~ '^[0-9a-fA-F]{{32}}$'
        THEN (e.properties ->> 'previous')::uuid END AS previous
) p
LEFT JOIN events_alias a ON a.site_id = e.site_id AND a.unit = e.unit
LEFT JOIN events_alias b ON b.site_id = e.site_id AND b.unit = p.previous
WHERE {CHUNK} AND e.kind = 'alias' AND p.previous IS NOT NULL
"""
MOVES: Final = """
INSERT INTO rollup_move SELECT * FROM unnest(%s::int[], %s::uuid[], %s::uuid[])
"""
RENAME: Final = (
    """
UPDATE events_alias a SET canonical = m.canonical FROM rollup_move m
WHERE a.site_id = m.site_id AND a.canonical = m.unit
""",
    "INSERT INTO events_alias (site_id, unit, canonical) TABLE rollup_move",
    """
UPDATE events_conversion c SET unit = m.canonical FROM rollup_move m
WHERE c.site_id = m.site_id AND c.unit = m.unit
""",
)
# All that was counted under one of the names, the one that stays included.
TOUCH_NAMED: Final = """
INSERT INTO rollup_touched
SELECT t.id, TRUE FROM events_unittotal t JOIN (
    SELECT site_id, unit FROM rollup_move UNION SELECT site_id, canonical FROM rollup_move
) m USING (site_id, unit)
"""


def _first(name: str) -> str:
    order = "w.first_exposed_at, w.first_event_id"
    return (
        f"(array_agg(w.{name} ORDER BY {order}) FILTER (WHERE w.first_exposed_at IS NOT NULL))[1]"
    )


# What moves, as if it had just been seen under the name that stays.
SEEN_AGAIN: Final = f"""
WITH moving AS MATERIALIZED (
    SELECT m.canonical, w.* FROM rollup_was w JOIN rollup_move m USING (site_id, unit)
), once AS (
    SELECT {_OF},
        (min(ARRAY[(extract(epoch FROM w.assigned_at) * 1000000)::bigint, w.assigned_variant_id])
            FILTER (WHERE w.assigned_at IS NOT NULL))[2]::int AS assigned_variant_id,
        min(w.assigned_at) AS assigned_at,
        {", ".join(f"{_first(name)} AS {name}" for name in (
            "variant_id", "first_exposed_at", "first_event_id", "day", "explored", "device",
            "locale", "placement_id"))},
        sum(w.impressions)::bigint AS impressions, sum(w.viewables)::bigint AS viewables,
        sum(w.clicks)::bigint AS clicks
    FROM moving w GROUP BY 1, 2, 3, 4, 5
), variants AS (
    SELECT {_OF},
        array_agg(DISTINCT v ORDER BY v) AS variants_seen
    FROM moving w CROSS JOIN LATERAL unnest(w.variants_seen) AS v GROUP BY 1, 2, 3, 4, 5
), shown AS (
    SELECT {_OF},
        (array_agg(at ORDER BY at))[1:{KEPT_VIEWS}] AS shown_at
    FROM moving w CROSS JOIN LATERAL unnest(w.shown_at) AS at GROUP BY 1, 2, 3, 4, 5
), clicked AS (
    SELECT {_OF},
        array_agg(at ORDER BY at) AS clicked_at
    FROM moving w CROSS JOIN LATERAL unnest(w.clicked_at) AS at GROUP BY 1, 2, 3, 4, 5
), daily AS (
    SELECT {_KEY}, array_agg(day ORDER BY day) AS days,
        array_agg(shown ORDER BY day) AS day_impressions,
        array_agg(clicked ORDER BY day) AS day_clicks
    FROM (
        SELECT {_OF}, d.day,
            sum(d.shown)::int AS shown, sum(d.clicked)::int AS clicked
        FROM moving w CROSS JOIN LATERAL
            unnest(w.days, w.day_impressions, w.day_clicks) AS d (day, shown, clicked)
        GROUP BY 1, 2, 3, 4, 5, 6
    ) each GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO rollup_seen ({", ".join(SEEN_COLUMNS)})
SELECT {_KEY}, assigned_variant_id, assigned_at,
    variant_id, first_exposed_at, first_event_id, day, coalesce(explored, FALSE),
    coalesce(device, ''), coalesce(locale, ''), placement_id, coalesce(variants_seen, '{{}}'),
    coalesce(shown_at, '{{}}'), coalesce(clicked_at, '{{}}'), coalesce(days, '{{}}'),
    coalesce(day_impressions, '{{}}'), coalesce(day_clicks, '{{}}'), impressions, viewables, clicks
FROM once
LEFT JOIN variants USING ({_KEY})
LEFT JOIN shown USING ({_KEY})
LEFT JOIN clicked USING ({_KEY})
LEFT JOIN daily USING ({_KEY})
"""  # fmt: skip
