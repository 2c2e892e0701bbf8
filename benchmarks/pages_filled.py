"""A site with many rows of everything, for `benchmarks.pages`."""

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from workspace.models import Site

TAGS: Final = ("autumn", "sale", "warm", "evergreen", "members", "shoes", "kitchen")

# Rows alone: pages read no files. Every tenth has a newer draft, every twentieth waits for review.
ROWS: Final = """
INSERT INTO creatives_creative (site_id, key, name, tags, licence, owner_id, created_by_id,
    created_at, expires_at)
SELECT %(site)s, 'banner-' || n, 'Banner ' || n,
    ARRAY[(%(tags)s::text[])[1 + n %% 7], (%(tags)s::text[])[1 + n / 7 %% 7]], '',
    CASE WHEN n %% 3 = 0 THEN %(user)s END, %(user)s, now() - n * interval '1 minute',
    CASE WHEN n %% 11 = 0 THEN now() + n %% 60 * interval '1 day' END
FROM generate_series(1, %(creatives)s) n;
INSERT INTO creatives_version (creative_id, number, kind, status, alt, decorative, landing_url,
    width, height, frames, duration_ms, focus_x, focus_y, facts, design, slots, levels, html,
    stylesheet, original_name, original_type, original_bytes, original_sha256, submitted_at, reason,
    created_at)
SELECT c.id, number, 'image',
    CASE WHEN number = 1 THEN 'approved' WHEN c.id %% 20 = 0 THEN 'in_review' ELSE 'draft' END,
    c.name || ': everything for the season', false, 'https://shop.example/' || c.key,
    (ARRAY[1200, 970, 300, 728])[1 + c.id %% 4], (ARRAY[400, 250, 250, 90])[1 + c.id %% 4],
    1, 0, 50, 50, '{}', '', '{}', '{}', '', '', c.key || '.png', 'image/png', 40000,
    md5(c.key) || md5(number::text),
    CASE WHEN number = 2 AND c.id %% 20 = 0 THEN now() - c.id * interval '1 minute' END, '', now()
FROM creatives_creative c CROSS JOIN generate_series(1, 2) number
WHERE number = 1 OR c.id %% 10 = 0;
INSERT INTO creatives_rendition (version_id, purpose, file, mime_type, width, height, density,
    css_width, css_height, locale, bytes)
SELECT v.id, CASE WHEN n = 0 THEN 'thumbnail' ELSE 'served' END,
    md5(v.id::text) || md5(n::text) || '.' ||
        (ARRAY['webp', 'avif', 'webp', 'jpg'])[n + 1],
    'image/' || (ARRAY['webp', 'avif', 'webp', 'jpeg'])[n + 1], v.width, v.height, 1, 0, 0, '',
    20000
FROM creatives_version v CROSS JOIN generate_series(0, 3) n;
INSERT INTO creatives_copy (version_id, locale, alt, landing_url, slots, html)
SELECT v.id, 'zh-Hans', '当季好物 ' || v.id, '', '{}', ''
FROM creatives_version v WHERE v.status = 'draft' AND v.id %% 2 = 0;
UPDATE creatives_creative c SET live_id = v.id
FROM creatives_version v WHERE v.creative_id = c.id AND v.number = 1;
INSERT INTO creatives_placement (site_id, key, name, page_type, width, height, phone_width,
    phone_height, max_kilobytes, safe_area, animated, layer, fallback_id, created_at)
SELECT %(site)s, 'slot-' || n, 'Slot ' || n,
    (ARRAY['welcome', 'category', 'product', 'cart', 'search', 'email'])[1 + n %% 6],
    (ARRAY[1200, 970, 300, 728])[1 + n %% 4], (ARRAY[400, 250, 250, 90])[1 + n %% 4],
    CASE WHEN n %% 2 = 0 THEN 300 END, CASE WHEN n %% 2 = 0 THEN 250 END, 150, 0, true,
    'slot-' || n, (SELECT id FROM creatives_creative WHERE key = 'banner-' || n), now()
FROM generate_series(1, %(placements)s) n;
ANALYZE;
"""


def fill(creatives: int, placements: int, experiments: int) -> "Client":
    """A site with its rows; a client of a person who may change it."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    from workspace.models import Membership, Role, Site

    site = Site.objects.create(key="shop", name="Shop")
    user = User.objects.create_user("mei", password="only-for-benchmarks")
    Membership.objects.create(site=site, user=user, role=Role.ADMINISTRATOR)
    values = {"site": site.pk, "user": user.pk, "tags": list(TAGS)}
    values |= {"creatives": creatives, "placements": placements}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, ROWS.split(";\n")):
            cursor.execute(statement, values)
    _experiments(site, user, experiments)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _experiments(site: "Site", user: "User", count: int) -> None:
    """Two thirds over, a few running on each placement's tenth, the others drafts; a log of it."""
    from django.utils import timezone

    from creatives.models import Creative, Placement
    from experiments.models import Experiment, Report, Variant
    from workspace.models import AuditEntry

    placements = list(Placement.objects.filter(site=site).order_by("pk"))
    creatives = list(Creative.objects.filter(site=site).order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    made = Experiment.objects.bulk_create(
        Experiment(
            site=site,
            key=f"test-{n}",
            name=f"{TAGS[n % 7].title()} {n}",
            hypothesis="If we show it, then more people click because it is in season.",
            placement=placements[n % len(placements)],
            status=_status(n, count),
            owner=user,
            started_at=now - dt.timedelta(days=n % 300 + 1),
            slice=[[n // 60 * 500 % 10_000, n // 60 * 500 % 10_000 + 500]],
            traffic_share=5,
            tags=[TAGS[n % 7]],
        )
        for n in range(1, count + 1)
    )
    Variant.objects.bulk_create(
        Variant(
            experiment=row,
            key="ab"[side],
            name="AB"[side],
            position=side,
            creative_id=creatives[(row.pk * 2 + side) % len(creatives)],
            bucket_start=side * 5_000,
            bucket_end=side * 5_000 + 5_000,
        )
        for row in made
        for side in (0, 1)
    )
    Report.objects.bulk_create(
        Report(experiment=row, verdict="collecting", as_of=now) for row in made
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            site=site,
            at=now - dt.timedelta(minutes=n),
            actor=user,
            actor_name="mei",
            action="edit",
            object_type="experiment",
            object_key=made[n % count].key,
            before={"name": "Autumn"},
            after={"name": f"Autumn {n}"},
        )
        for n in range(count * 5)
    )


def _status(n: int, count: int) -> str:
    if n > count - count // 10:
        return "draft"
    return "running" if n % 12 == 0 else "decided"
