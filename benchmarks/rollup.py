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
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from banner_lab.stack import ports
from banner_lab.stack.postgres import Cluster
from banner_lab.stack.processes import spawn, stop, wait_until
from benchmarks import report
from benchmarks.row import busy
from benchmarks.visits import DAYS, PLAIN, WIDE, WIDE_TABLE, Bench

ROOT: Final = Path(__file__).resolve().parent.parent
EXPERIMENT: Final = 7
ROUNDS: Final = 3

HEADING: Final = """
## Roll-up

`python -m benchmarks.rollup`, a PostgreSQL of its own that syncs. The yardstick is a plain
`INSERT … SELECT … GROUP BY … ON CONFLICT DO UPDATE` of the same new events in the same run; it
knows nothing of lateness, orders, days, cuts or sums of products. Seconds and rates are by the
clock; `processor` is the same in processor time of the database process, which other work on the
machine disturbs less. The bars are about the clock.
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of processor time of the process that serves the connection."""

    clock: float
    processor: float


def roll() -> Spent:
    """What everything that is new takes."""
    from events import rollup

    return _spent(lambda: rollup.run(now=dt.datetime.now(tz=dt.UTC)))


def read() -> Spent:
    """What is taken by all that a report reads of one phase."""
    from events import store

    phases = [(EXPERIMENT, 1)]
    reads: tuple[Callable[..., object], ...] = (
        *(store.aggregates_of, store.branches_of, store.health_of, store.shown_of),
        *(store.cuts_of, store.ages_of, store.views_of, store.suspicious_of),
        *(store.suspicious_branches_of, store.assigned_of, store.cap_of),
    )
    return _spent(lambda: [one(phases) for one in reads])


def _spent(work: Callable[[], object]) -> Spent:
    start, before = time.perf_counter(), _processor()
    work()
    return Spent(time.perf_counter() - start, _processor() - before)


def _processor() -> float:
    from django.db import connection

    connection.ensure_connection()
    server = Path("/proc", str(connection.connection.info.backend_pid), "schedstat")
    return int(server.read_text(encoding="ascii").split()[0]) / 1e9


Line = tuple[str, str, str, str]


def rows(log: int, new: int, visitors: int) -> Iterator[Line]:
    """Measure one after the other."""
    bench = Bench(visitors)
    bench.prepare()
    roll()
    empty = _rates(bench, new)
    yield _line(f"{new:,} events of new visitors, the log is empty", _per_second(empty))
    while (there := bench.newest()) < log:
        step = min(1_000_000, log - there)
        bench.add(step, hours=24 * DAYS * step / log)
        roll()
        bench.execute(PLAIN, {"low": there})
    bench.execute("VACUUM ANALYZE events_unittotal")
    bench.execute("VACUUM ANALYZE plain")
    full = _rates(bench, new)
    clock, processor = full.clock / empty.clock, full.processor / empty.processor
    yield _line(
        f"the same with {log:,} events in it",
        f"{_per_second(full)}; {clock:.2f} of the empty log, processor {processor:.2f}",
        f"0.80-1.20: {_verdict(abs(clock - 1) <= 0.2)}",
    )
    yield from _against_plain(bench, new)
    bench.add(new)
    counted, looked = roll(), read()
    yield _line(
        f"refresh of {visitors:,} visitors after {new:,} events",
        f"{counted.clock:.2f} s, and {looked.clock:.2f} s to read it; "
        f"processor {counted.processor:.2f} s and {looked.processor:.2f} s",
        f"≤ 5 s: {_verdict(counted.clock + looked.clock <= 5)}",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield _line(
        "peak of the Python process", f"{peak:,.0f} MB", f"≤ 500 MB: {_verdict(peak <= 500)}"
    )


def _rates(bench: Bench, new: int) -> Spent:
    """Events of strangers per second, by both clocks."""
    return _typical([_rate(bench.add(new, strangers=True), roll()) for _round in range(ROUNDS)])


def _rate(events: int, spent: Spent) -> Spent:
    return Spent(events / spent.clock, events / spent.processor)


def _typical(rates: list[Spent]) -> Spent:
    return Spent(median(one.clock for one in rates), median(one.processor for one in rates))


def _per_second(rate: Spent) -> str:
    return f"{rate.clock:,.0f}/s, processor {rate.processor:,.0f}/s"


def _against_plain(bench: Bench, new: int) -> Iterator[Line]:
    bench.execute(WIDE_TABLE)
    bench.execute("VACUUM ANALYZE wide")
    rates: dict[str, list[Spent]] = {"ours": [], PLAIN: [], WIDE: []}
    for round_ in range(ROUNDS + 1):
        low = bench.newest()
        events = bench.add(new)
        for which in sorted(rates, reverse=bool(round_ % 2)):
            spent = roll() if which == "ours" else _upserted(bench, which, low)
            rates[which].append(_rate(events, spent))
    ours, plain, wide = map(_typical, rates.values())
    known = f"{new:,} events of known visitors against a plain upsert"
    ratio = ours.clock / plain.clock
    yield _line(known, _compared(ours, plain), f"≥ 0.5: {_verdict(ratio >= 0.5)}")
    yield _line("the same upsert into rows as wide as ours", _compared(ours, wide))


def _upserted(bench: Bench, sql: str, low: int) -> Spent:
    return _spent(lambda: bench.execute(sql, {"low": low}))


def _compared(ours: Spent, other: Spent) -> str:
    clock, processor = ours.clock / other.clock, ours.processor / other.processor
    return (
        f"{_per_second(ours)}; plain {_per_second(other)}; "
        f"ratio {clock:.2f}, processor {processor:.2f}"
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
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
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
    text = report.aligned(("what", "measured", "bar", "load"), lines)
    print(text)
    if not chosen.no_write:
        report.write_section(text, heading=HEADING)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
