"""`python -m benchmarks.rollup`: what the roll-up costs, on a PostgreSQL of its own that syncs.

A visit is an impression, mostly a viewable one, sometimes a click, a cart, an order. The yardstick
is a plain `INSERT ... SELECT ... GROUP BY ... ON CONFLICT DO UPDATE` of the same new events in the
same run, which knows nothing of lateness, orders, days, cuts or sums of products.
"""

import argparse
import datetime as dt
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from banner_lab.stack import ports
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import spawn, stop, wait_until
from benchmarks import report
from benchmarks.row import busy

ROOT: Final = Path(__file__).resolve().parent.parent
START: Final = dt.date(2026, 9, 1)
DAYS: Final = 30
EXPERIMENT: Final = 7
EVENTS_PER_VISIT: Final = 1.84
ROUNDS: Final = 3

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


def roll() -> float:
    """Seconds for everything that is new."""
    from events import rollup

    return _timed(lambda: rollup.run(now=dt.datetime.now(tz=dt.UTC)))


def read() -> float:
    """Seconds for all that a report reads of one phase."""
    from events import store

    phases = [(EXPERIMENT, 1)]
    reads: tuple[Callable[..., object], ...] = (
        *(store.aggregates_of, store.branches_of, store.health_of, store.shown_of),
        *(store.cuts_of, store.ages_of, store.views_of, store.suspicious_of),
        *(store.suspicious_branches_of, store.assigned_of, store.cap_of),
    )
    return _timed(lambda: [one(phases) for one in reads])


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


Line = tuple[str, str, str, str]


def rows(log: int, new: int, visitors: int) -> Iterator[Line]:
    """Measure one after the other."""
    bench = Bench(visitors)
    bench.prepare()
    roll()
    empty = _rate(bench, new, strangers=True)
    yield _line(f"{new:,} events of new visitors, the log is empty", f"{empty:,.0f}/s")
    while (there := bench.newest()) < log:
        step = min(1_000_000, log - there)
        bench.add(step, hours=24 * DAYS * step / log)
        roll()
        bench.execute(PLAIN, {"low": there})
    bench.execute("VACUUM ANALYZE events_unittotal")
    bench.execute("VACUUM ANALYZE plain")
    full = _rate(bench, new, strangers=True)
    yield _line(
        f"the same with {log:,} events in it",
        f"{full:,.0f}/s, {full / empty:.2f} of the empty log",
        f"0.80-1.20: {_verdict(abs(full / empty - 1) <= 0.2)}",
    )
    yield _against_plain(bench, new)
    bench.add(new)
    counted, looked = roll(), read()
    yield _line(
        f"refresh of {visitors:,} visitors after {new:,} events",
        f"{counted:.2f} s, and {looked:.2f} s to read it",
        f"≤ 5 s: {_verdict(counted + looked <= 5)}",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield _line(
        "peak of the Python process", f"{peak:,.0f} MB", f"≤ 500 MB: {_verdict(peak <= 500)}"
    )


def _rate(bench: Bench, new: int, *, strangers: bool) -> float:
    rates = []
    for _round in range(ROUNDS):
        events = bench.add(new, strangers=strangers)
        rates.append(events / roll())
    return median(rates)


def _against_plain(bench: Bench, new: int) -> Line:
    ours, plain = [], []
    for round_ in range(ROUNDS + 1):
        low = bench.newest()
        events = bench.add(new)
        for which in ("ours", "plain") if round_ % 2 else ("plain", "ours"):
            if which == "ours":
                ours.append(events / roll())
            else:
                plain.append(events / _timed(lambda low=low: bench.execute(PLAIN, {"low": low})))  # type: ignore[misc]
    ratio = median(ours) / median(plain)
    return _line(
        f"{new:,} events of known visitors against a plain upsert",
        f"{median(ours):,.0f}/s, plain {median(plain):,.0f}/s, ratio {ratio:.2f}",
        f"≥ 0.5: {_verdict(ratio >= 0.5)}",
    )


def _line(what: str, figures: str, bar: str = "") -> Line:
    print(f"  {what}: {figures}", file=sys.stderr, flush=True)
    return what, figures, bar, f"{busy():.1f}"


def _verdict(holds: bool) -> str:
    return "holds" if holds else "BROKEN"


@contextmanager
def database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which Django finds an empty database of its own."""
    folder.chmod(0o711)  # root's PostgreSQL may have to run as somebody else
    cluster = Cluster.at(folder, port=ports.unused(), password="only-for-benchmarks")
    cluster.create()
    process = spawn(cluster.command(), log=folder / "postgres.log")
    try:
        if not wait_until(cluster.ready, seconds=60):
            raise SystemExit("PostgreSQL did not start.")
        yield {
            **os.environ,
            "LAB_STATE": str(folder),
            "DATABASE_URL": cluster.url,
            "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789-01",
            "PSEUDONYM_KEYS": "only-for-benchmarks",
            "TOKEN_KEYS": "1:" + "5a" * 32,
            "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
        }
    finally:
        stop(process, signal.SIGINT, patience=60)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.rollup", description=__doc__)
    parser.add_argument("--log", type=int, default=10_000_000, help="events in the full log")
    parser.add_argument("--new", type=int, default=100_000, help="new events in each measurement")
    parser.add_argument("--visitors", type=int, default=1_000_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        return _inside(chosen)
    with (
        tempfile.TemporaryDirectory(prefix="banner-lab-") as folder,
        database(Path(folder)) as env,
    ):
        for command in (("manage.py", "migrate", "--verbosity", "0"), _again()):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
    return 0


def _again() -> tuple[str, ...]:
    return ("-m", "benchmarks.rollup", "--inside", *sys.argv[1:])


def _inside(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    lines = list(rows(chosen.log, chosen.new, chosen.visitors))
    print(report.aligned(("what", "measured", "bar", "load"), lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
