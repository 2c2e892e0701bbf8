"""Carts, orders and refunds: which are kept, whom they touch, what counts for whom."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from events.statements.named import CANONICAL
from events.statements.units import PRE_DAYS
from events.statements.workspace import (
    CHUNK,
    CLICK_WINDOW,
    COUNTED,
    OF_NAMES_OR_ORDERS,
    VIEW_WINDOW,
    ZONE,
)

# A refund that names no order lowers nothing.
IS_BOUGHT: Final = """(e.kind IN ('add_to_cart', 'purchase')
    OR (e.kind = 'refund' AND e.order_id <> ''))"""


def bought(source: str, *, unit: str, experiment: str) -> str:
    """Put what was bought, put into a cart and given back into `rollup_bought`."""
    return f"""
INSERT INTO rollup_bought
SELECT e.site_id, coalesce({experiment}, 0), {unit}, e.mark <> '', e.id, e.kind, e.occurred_at,
    coalesce(CASE WHEN e.kind = 'refund' THEN -e.amount ELSE e.amount END, 0),
    CASE WHEN e.kind = 'add_to_cart' THEN '' ELSE e.order_id END
FROM {source}
"""


BOUGHT: Final = bought(
    f"events_event e WHERE {CHUNK} AND {OF_NAMES_OR_ORDERS} AND {COUNTED} AND {IS_BOUGHT}",
    unit=CANONICAL,
    experiment="e.experiment_id",
)

TOUCH_BOUGHT: Final = """
INSERT INTO rollup_touched
SELECT t.id FROM rollup_bought b JOIN events_unittotal t USING (site_id, unit)
WHERE t.suspicious IS NOT DISTINCT FROM b.suspicious
    AND b.experiment_id IN (0, abs(t.experiment_id)) AND t.variant_id IS NOT NULL
"""
# A refund changes the unit that has the order; so does an earlier event that claims it for another.
TOUCH_ORDERS: Final = """
INSERT INTO rollup_touched
SELECT t.id FROM rollup_bought b
JOIN events_conversion c USING (site_id, experiment_id, order_id, suspicious)
JOIN events_unittotal t ON t.site_id = c.site_id AND t.unit = c.unit
WHERE t.suspicious IS NOT DISTINCT FROM c.suspicious
    AND c.order_id <> '' AND c.kind = 'purchase' AND t.variant_id IS NOT NULL
"""

_COLUMNS: Final = (
    "site_id, experiment_id, unit, suspicious, event_id, kind, occurred_at, amount, order_id"
)
KEEP_ALL: Final = f"""
INSERT INTO events_conversion ({_COLUMNS})
SELECT {_COLUMNS} FROM rollup_bought WHERE order_id = '' OR kind = 'refund'
ON CONFLICT (site_id, event_id) DO NOTHING
"""
# An order counts once, for the unit of its earliest event.
KEEP_ORDERS: Final = f"""
INSERT INTO events_conversion AS kept ({_COLUMNS})
SELECT DISTINCT ON (site_id, experiment_id, order_id, suspicious) {_COLUMNS} FROM rollup_bought
WHERE order_id <> '' AND kind = 'purchase'
ORDER BY site_id, experiment_id, order_id, suspicious, occurred_at, event_id
ON CONFLICT (site_id, experiment_id, order_id, suspicious)
    WHERE kind = 'purchase' AND NOT order_id = ''
DO UPDATE SET unit = EXCLUDED.unit, event_id = EXCLUDED.event_id,
    occurred_at = EXCLUDED.occurred_at, amount = EXCLUDED.amount
WHERE (EXCLUDED.occurred_at, EXCLUDED.event_id) < (kept.occurred_at, kept.event_id)
"""

# What an order brought: never below zero, however much of it was given back.
_NET: Final = """greatest(c.amount + CASE WHEN c.order_id = '' THEN 0 ELSE coalesce((
    SELECT sum(r.amount) FROM events_conversion r
    WHERE r.kind = 'refund' AND r.site_id = c.site_id AND r.order_id = c.order_id
        AND r.experiment_id = c.experiment_id AND r.suspicious = c.suspicious
), 0) END, 0)"""
# Of the blocks of a visitor the last one before an order has it; all are looked at together.
_LAST: Final = """(i.experiment_id > 0 OR NOT EXISTS (
    SELECT FROM rollup_is o
    WHERE o.site_id = i.site_id AND o.unit = i.unit AND o.suspicious = i.suspicious
        AND o.experiment_id = i.experiment_id AND o.first_exposed_at <= c.occurred_at
        AND (o.first_exposed_at, o.phase) > (i.first_exposed_at, i.phase)
))"""
_COUNTS: Final = f"""
SELECT c.kind = 'purchase' AS bought,
    c.occurred_at BETWEEN i.first_exposed_at AND i.first_exposed_at + {VIEW_WINDOW}
        AND {_LAST} AS viewed,
    c.occurred_at >= i.first_exposed_at AND {_LAST} AND EXISTS (
        SELECT FROM unnest(i.clicked_at) AS at
        WHERE c.occurred_at BETWEEN at AND at + {CLICK_WINDOW}
    ) AS clicked,
    (c.occurred_at AT TIME ZONE {ZONE})::date BETWEEN i.day - {PRE_DAYS} AND i.day - 1 AS before
"""
CONVERT: Final = f"""
UPDATE rollup_is i SET carts = n.carts, orders = n.orders, converted = least(n.orders, 1),
    revenue = n.revenue, capped = least(n.revenue, cap.revenue),
    click_converted = n.click_converted, click_revenue = n.click_revenue,
    pre_converted = n.pre_converted, pre_revenue = n.pre_revenue
FROM (
    SELECT i.ctid AS place, i.experiment_id, i.phase,
        count(*) FILTER (WHERE viewed AND NOT bought) AS carts,
        count(*) FILTER (WHERE viewed AND bought) AS orders,
        coalesce(sum(net) FILTER (WHERE viewed AND bought), 0)::bigint AS revenue,
        (count(*) FILTER (WHERE clicked AND bought) > 0)::int AS click_converted,
        coalesce(sum(net) FILTER (WHERE clicked AND bought), 0)::bigint AS click_revenue,
        (count(*) FILTER (WHERE before AND bought) > 0)::int AS pre_converted,
        coalesce(sum(net) FILTER (WHERE before AND bought), 0)::bigint AS pre_revenue
    FROM rollup_is i
    JOIN events_conversion c ON c.site_id = i.site_id AND c.unit = i.unit
        AND c.suspicious = i.suspicious AND c.experiment_id IN (0, abs(i.experiment_id))
        AND c.kind <> 'refund'
    LEFT JOIN rollup_site z ON z.site_id = i.site_id
    CROSS JOIN LATERAL ({_COUNTS}) x
    CROSS JOIN LATERAL (SELECT {_NET} AS net WHERE x.bought UNION ALL SELECT 0 WHERE NOT x.bought) y
    WHERE i.derive AND i.variant_id IS NOT NULL
    GROUP BY i.ctid, i.experiment_id, i.phase
) n
LEFT JOIN events_cap cap ON cap.experiment_id = n.experiment_id AND cap.phase = n.phase
WHERE i.ctid = n.place
"""
