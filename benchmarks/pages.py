"""`python -m benchmarks.pages`: lists and forms with 1,000 experiments and 5,000 creatives.

A PostgreSQL of its own and the real application, asked in one process without a network. The
yardstick is a page of the same run that asks the database for nothing of a site: another password.
*Processor* is what our process and the database's worked for one page, on average: what other work
on the machine does not change.
"""

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from benchmarks import report
from benchmarks.measure import busy
from benchmarks.rollup import ROOT, database

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from workspace.models import Site

EXPERIMENTS: Final = 1_000
CREATIVES: Final = 5_000
PLACEMENTS: Final = 60
MOST_QUERIES: Final = 30
MOST_MS: Final = 200.0
EMPTY: Final = "/password/"
TAGS: Final = ("autumn", "sale", "warm", "evergreen", "members", "shoes", "kitchen")

Line = tuple[str, str, str, str, str, str, str]

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

PAGES: Final = {
    "the wall": "/s/shop/creatives/",
    "the wall, its last page": "/s/shop/creatives/?page=209",
    "the wall, searched": "/s/shop/creatives/?q=banner+17",
    "the wall, seven filters": (
        "/s/shop/creatives/?state=live&tag=sale&owner=mei&kind=image&lacks=zh-Hans&fits=slot-3"
        "&q=season"
    ),
    "the wall, what fits a slot": "/s/shop/creatives/?fits=slot-2",
    "drafts": "/s/shop/creatives/?state=draft",
    "a creative": "/s/shop/creatives/banner-10/",
    "its preview": "/s/shop/creatives/banner-10/preview/",
    "its contact sheet": "/s/shop/creatives/banner-10/preview/sheet/",
    "how it did": "/s/shop/creatives/banner-10/use/",
    "placements": "/s/shop/placements/",
    "a placement": "/s/shop/placements/slot-2/",
    "the review queue": "/s/shop/review/",
    "home": "/s/shop/",
    "experiments": "/s/shop/experiments/",
    "experiments, searched": "/s/shop/experiments/?q=autumn+17&status=running",
    "an experiment": "/s/shop/experiments/test-500/",
    "its design": "/s/shop/experiments/test-500/design/",
    "a new experiment": "/s/shop/experiments/new/",
    "a draft": "/s/shop/experiments/test-1000/edit/",
    "the library": "/s/shop/library/",
    "the audit log": "/s/shop/audit/",
}


def fill(creatives: int, placements: int, experiments: int) -> "Client":
    """A site with its rows; a client of a person who may change it."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    from workspace.models import Membership, Role, Site

    site = Site.objects.create(key="shop", name="Shop")
    user = User.objects.create_user("mei", password=None)
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


def rows(client: "Client", rounds: int) -> Iterator[Line]:
    """Each page against the empty one, asked in turn."""
    for name, address in PAGES.items():
        answer = client.get(address)
        if answer.status_code == 404:  # a page of another room, absent
            continue
        yield _line(client, name, address, rounds, queries=_queries(client, address))


def _line(client: "Client", name: str, address: str, rounds: int, *, queries: int) -> Line:
    ours, bare, spent = [], [], 0.0
    for _round in range(rounds):
        before = _processor()
        ours.append(_timed(client, address))
        spent += (_processor() - before) / rounds
        bare.append(_timed(client, EMPTY))
    p95 = quantiles(ours, n=20)[-1]
    ratio = median(ours) / median(bare)
    print(f"  {name}: {p95:.0f} ms", file=sys.stderr, flush=True)
    return (
        name,
        str(queries),
        f"p50 {median(ours):.0f} ms, p95 {p95:.0f} ms",
        f"{spent:.0f} ms",
        f"{ratio:.1f}",
        f"≤ {MOST_QUERIES}, p95 ≤ {MOST_MS:.0f} ms: {_verdict(queries, p95, spent)}",
        f"{busy():.1f}",
    )


def _verdict(queries: int, p95: float, spent: float) -> str:
    """A machine that was busy with other things says nothing about how long a page takes."""
    if queries > MOST_QUERIES or spent > MOST_MS:
        return "BROKEN"
    if p95 <= MOST_MS:
        return "holds"
    return "not judged, busy" if busy() > (os.cpu_count() or 1) else "BROKEN"


def _timed(client: "Client", address: str) -> float:
    start = time.perf_counter()
    answer = client.get(address)
    took = (time.perf_counter() - start) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return took


def _processor() -> float:
    """Milliseconds that this process and the database's for it have worked so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return (time.process_time() + ticks / os.sysconf("SC_CLK_TCK")) * 1000


def _queries(client: "Client", address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.pages", description=__doc__)
    parser.add_argument("--creatives", type=int, default=CREATIVES)
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS)
    parser.add_argument("--placements", type=int, default=PLACEMENTS)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        return _inside(chosen)
    with (
        tempfile.TemporaryDirectory(prefix="banner-lab-") as folder,
        database(Path(folder)) as env,
    ):
        again = ("-m", "benchmarks.pages", "--inside", *sys.argv[1:])
        for command in (("manage.py", "migrate", "--verbosity", "0"), again):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
    return 0


def _inside(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    client = fill(chosen.creatives, chosen.placements, chosen.experiments)
    head = ("page", "queries", "server time", "processor", "of an empty page", "bar", "load")
    print(report.aligned(head, list(rows(client, chosen.rounds))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
