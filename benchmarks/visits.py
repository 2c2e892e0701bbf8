"""The log of one shop for `benchmarks.rollup`, and the yardstick that its events are put into."""

import datetime as dt
from typing import Final

START: Final = dt.date(2026, 9, 1)
DAYS: Final = 30
EVENTS_PER_VISIT: Final = 1.84

# Everything is drawn from hashes of the visit's number: the same events in every run.
VISITS: Final = """
INSERT INTO events_event (day, id, digest, site_id, kind, unit, experiment_id, phase, variant_id,
    placement_id, occurred_at, received_at, amount, order_id, device, locale)
SELECT at::date, gen_random_uuid(), 0, 1, k.kind, md5('u' || who)::uuid, k.experiment, k.phase,
    k.variant, CASE WHEN k.experiment > 0 THEN 4 + who %% 2 END, at + k.after, at + k.after,
    CASE WHEN k.kind = 'purchase' THEN 1000 + visit %% 9000 END,
    CASE WHEN k.kind = 'purchase' THEN 'o' || visit ELSE '' END,
    CASE WHEN k.experiment > 0 THEN (ARRAY['phone', 'desktop', 'tablet'])[1 + who %% 3] ELSE '' END,
    CASE WHEN k.experiment > 0 THEN (ARRAY['en', 'zh-Hans'])[1 + who %% 2] ELSE '' END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS visit
CROSS JOIN LATERAL (
    SELECT %(since)s + abs(hashint8(visit)::bigint) %% %(visitors)s AS who,
        abs(hashint8(visit + 1000000007)::bigint) %% 100 AS luck,
        %(start)s::timestamptz + %(from)s * interval '1 hour'
            + (visit - %(first)s) * (%(hours)s * interval '1 hour')
                / (%(last)s - %(first)s + 1) AS at
) v
CROSS JOIN LATERAL (
    SELECT 'impression' AS kind, 7 AS experiment, 1 AS phase, 70 + (who %% 2)::int AS variant,
        interval '0' AS after
    UNION ALL SELECT 'viewable', 7, 1, 70 + (who %% 2)::int, interval '1 s' WHERE luck < 70
    UNION ALL SELECT 'click', 7, 1, 70 + (who %% 2)::int, interval '5 s' WHERE luck < 8
    UNION ALL SELECT 'add_to_cart', NULL, NULL, NULL, interval '60 s' WHERE luck < 4
    UNION ALL SELECT 'purchase', NULL, NULL, NULL, interval '90 s' WHERE luck < 2
) k
"""

PLAIN_TABLE: Final = """
CREATE TABLE plain (
    experiment_id int, phase int, variant_id int, unit uuid, first_exposed_at timestamptz,
    impressions bigint, viewables bigint, clicks bigint,
    PRIMARY KEY (experiment_id, phase, variant_id, unit)
)
"""
PLAIN: Final = """
INSERT INTO plain AS kept
SELECT experiment_id, phase, variant_id, unit,
    min(occurred_at) FILTER (WHERE kind = 'impression'),
    count(*) FILTER (WHERE kind = 'impression'), count(*) FILTER (WHERE kind = 'viewable'),
    count(*) FILTER (WHERE kind = 'click')
FROM events_event
WHERE seq > %(low)s AND mark = '' AND kind IN ('impression', 'viewable', 'click')
GROUP BY experiment_id, phase, variant_id, unit
ON CONFLICT (experiment_id, phase, variant_id, unit) DO UPDATE SET
    first_exposed_at = least(kept.first_exposed_at, EXCLUDED.first_exposed_at),
    impressions = kept.impressions + EXCLUDED.impressions,
    viewables = kept.viewables + EXCLUDED.viewables, clicks = kept.clicks + EXCLUDED.clicks
"""

# What one row of a unit's totals weighs is not the upsert's to choose: the same into such rows.
WIDE_TABLE: Final = """
CREATE TABLE wide (LIKE events_unittotal INCLUDING ALL) WITH (fillfactor = 75);
INSERT INTO wide SELECT * FROM events_unittotal;
SELECT setval(pg_get_serial_sequence('wide', 'id'), max(id)) FROM wide
"""
WIDE: Final = """
INSERT INTO wide AS kept (site_id, experiment_id, phase, suspicious, unit, variant_id,
    first_exposed_at, impressions, viewables, clicks, explored, device, locale, "returning",
    variants_seen, shown_at, clicked_at, days, day_impressions, day_clicks, carts, orders,
    converted, revenue, capped, click_converted, click_revenue, pre_impressions, pre_clicks,
    pre_converted, pre_revenue)
SELECT site_id, experiment_id, phase, FALSE, unit, min(variant_id),
    min(occurred_at) FILTER (WHERE kind = 'impression'),
    count(*) FILTER (WHERE kind = 'impression'), count(*) FILTER (WHERE kind = 'viewable'),
    count(*) FILTER (WHERE kind = 'click'), FALSE, min(device), min(locale), FALSE,
    '{}', '{}', '{}', '{}', '{}', '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM events_event
WHERE seq > %(low)s AND mark = '' AND kind IN ('impression', 'viewable', 'click')
GROUP BY site_id, experiment_id, phase, unit
ON CONFLICT (unit, site_id, experiment_id, phase, suspicious) DO UPDATE SET
    first_exposed_at = least(kept.first_exposed_at, EXCLUDED.first_exposed_at),
    impressions = kept.impressions + EXCLUDED.impressions,
    viewables = kept.viewables + EXCLUDED.viewables, clicks = kept.clicks + EXCLUDED.clicks
"""


class Bench:
    """The log of one shop, growing."""

    def __init__(self, visitors: int) -> None:
        self.visitors = visitors
        self.visits = 0
        self.hours = 0.0

    def prepare(self) -> None:
        """Days, one site, the yardstick's table."""
        from workspace.models import Site

        Site.objects.create(pk=1, key="bench", name="Bench")
        days = [START + dt.timedelta(days=n) for n in range(DAYS + 3)]
        self.execute("SELECT events_ensure_partition(d) FROM unnest(%s::date[]) AS d", [days])
        self.execute(PLAIN_TABLE)

    def execute(self, statement: str, parameters: object = None) -> int:
        """One statement in a transaction of its own; the rows it changed."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)  # type: ignore[arg-type]
            return int(cursor.rowcount)

    def add(self, events: int, *, hours: float = 1, strangers: bool = False) -> int:
        """About so many events of the next hours, by known visitors or by strangers."""
        visits = round(events / EVENTS_PER_VISIT)
        place = {
            "first": self.visits,
            "last": self.visits + visits - 1,
            "since": self.visits + 10 * self.visitors if strangers else 0,
            "visitors": visits if strangers else self.visitors,
            "start": START,
            "from": self.hours,
            "hours": hours,
        }
        self.visits += visits
        self.hours += hours
        return self.execute(VISITS, place)

    def newest(self) -> int:
        """The last number in the log."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(seq), 0) FROM events_event")
            return int(cursor.fetchone()[0])
