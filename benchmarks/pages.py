"""`python -m benchmarks.pages`: lists and forms with 1,000 experiments and 5,000 creatives.

A PostgreSQL of its own and the real application, asked in one process without a network. The
yardstick is a page of the same run that asks the database for nothing of a site: another password.
*Processor* is what our process and the database's worked for one page, on average: what other work
on the machine does not change.
"""

import argparse
import gc
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
from benchmarks.pages_filled import fill
from benchmarks.rollup import ROOT, database
from benchmarks.row import busy

if TYPE_CHECKING:
    from django.test import Client

EXPERIMENTS: Final = 1_000
CREATIVES: Final = 5_000
PLACEMENTS: Final = 60
MOST_QUERIES: Final = 30
MOST_MS: Final = 200.0
EMPTY: Final = "/password/"

Line = tuple[str, str, str, str, str, str, str]

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
    "its history": "/s/shop/experiments/test-500/history/",
    "begin an experiment": "/s/shop/experiments/start/",
    "wizard, a new goal": "/s/shop/experiments/new/plan/",
    "wizard, goal": "/s/shop/experiments/test-1000/plan/goal/",
    "wizard, creatives": "/s/shop/experiments/test-1000/plan/creatives/",
    "wizard, audience": "/s/shop/experiments/test-1000/plan/audience/",
    "wizard, launch": "/s/shop/experiments/test-1000/plan/launch/",
    "all on one page": "/s/shop/experiments/new/",
    "a draft on one page": "/s/shop/experiments/test-1000/edit/",
    "the library": "/s/shop/library/",
    "the audit log": "/s/shop/audit/",
    "search": "/s/shop/search/?q=autumn",
    "keys": "/s/shop/settings/keys/",
    "people": "/s/shop/settings/people/",
}


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
    # What the filling left in memory is no server's: searching it for garbage takes 200 ms.
    gc.collect()
    gc.freeze()
    head = ("page", "queries", "server time", "processor", "of an empty page", "bar", "load")
    print(report.aligned(head, list(rows(client, chosen.rounds))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
