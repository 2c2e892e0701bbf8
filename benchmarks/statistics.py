"""`python -m benchmarks.statistics`: what one comparison costs, beside one array operation."""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks import analysing, report
from engine.stats import vector
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import CATALOGUE, metric
from engine.stats.reading import ONCE, Open, Planned
from engine.stats.sequential import bounds

MANY = 100_000
MOST_NANOSECONDS = 1_000
"""Of a vectorised comparison."""
MOST_OF_A_REPORT = 100_000_000
"""Nanoseconds: a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, how long for one, how many array operations that is, and the bar if any."""

    what: str
    nanoseconds: float
    baseline: float
    most: float | None = None

    @property
    def operations(self) -> float:
        return self.nanoseconds / self.baseline


def rows() -> Iterator[Row]:
    rng = np.random.default_rng(7)
    numbers = rng.random(MANY) + 1
    baseline = best(lambda: numbers / numbers) / MANY
    yield Row("numpy: one division", baseline, baseline)
    for what, build in BUILDERS.items():
        pair = build(rng), build(rng)
        for reading in (ONCE, Planned(60, 30), Open(0.001)):
            call = lambda pair=pair, reading=reading: vector.compare(*pair, reading=reading)  # noqa: E731
            yield Row(f"{what}, {named(reading)}", best(call) / MANY, baseline, MOST_NANOSECONDS)
    yield from one_at_a_time(baseline)
    yield from whole_reports(baseline)


def named(reading) -> str:
    """A plan, an endless run or one look, as people say it."""
    names = {ONCE: "one look", Planned(60, 30): "day 30 of 60", Open(0.001): "open"}
    return names[reading]


def one_at_a_time(baseline: float) -> Iterator[Row]:
    old, new = Aggregates.of_converted(20_000, 2_000), Aggregates.of_converted(20_000, 2_100)
    few = Aggregates.of_converted(2_000, 40)
    rate = metric("conversion_rate")
    plan = Planned(60, 30)
    yield Row("scalar compare", best(lambda: compare(rate, old, new, reading=plan)), baseline)
    yield Row("scalar compare, few events", best(lambda: compare(rate, few, few)), baseline)
    yield Row("bounds of 60 looks, not cached", best(lambda: bounds.__wrapped__(60)), baseline)


def whole_reports(baseline: float) -> Iterator[Row]:
    """From sums as they are stored to everything a report knows."""
    size = f"{analysing.VARIANTS} variants × {len(CATALOGUE)} metrics × {analysing.DAYS} days"
    for what, build in (
        ("verdict, metrics, lift over time", analysing.verdict_only),
        ("the same with cuts, ages, views, suspicious, money", analysing.with_everything),
    ):
        yield Row(f"{size}: {what}", best(build()), baseline, MOST_OF_A_REPORT)


def _proportions(rng):
    return vector.proportions(np.full(MANY, 20_000), rng.binomial(20_000, 0.1, MANY))


def _few(rng):
    return vector.proportions(np.full(MANY, 2_000), 5 + rng.binomial(2_000, 0.01, MANY))


def _means(rng):
    sums = rng.normal(1e6, 1e3, MANY)
    return vector.means(np.full(MANY, 20_000), sums, sums * 2_000)


def _ratios(rng):
    y, x = rng.binomial(400_000, 0.02, MANY), rng.poisson(400_000, MANY)
    return vector.ratios(np.full(MANY, 20_000), y, x, yy=1.3 * y, xy=24.0 * y, xx=38.0 * x)


BUILDERS = {
    "proportion": _proportions,
    "proportion, few events": _few,
    "mean": _means,
    "ratio": _ratios,
}


def best(call: Callable[[], object], *, times: int = 7) -> float:
    """Nanoseconds of processor time of the fastest of a few calls."""
    spans = []
    for _ in range(times):
        began = time.process_time_ns()
        call()
        spans.append(time.process_time_ns() - began)
    return float(min(spans))


SECTION = """
## Statistics

`python -m benchmarks.statistics`: the engine alone, no database. Vectorised rows are the cost of
one of 100,000 comparisons; *divisions* is the same in divisions of an array of that length, from
the same run. All is processor time of one thread, the best of several: other work on the machine
counts little. Comparisons with fewer than 100 events take longest: their p is found by inverting
Newcombe's interval. A report is timed from stored sums to all that it says.
"""


def line(row: Row) -> tuple[str, ...]:
    bar = ""
    if row.most:
        held = "holds" if row.nanoseconds <= row.most else "BROKEN"
        bar = f"≤ {duration(row.most)}: {held}"
    return row.what, duration(row.nanoseconds), f"{row.operations:,.0f}", bar


def duration(nanoseconds: float) -> str:
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:,.1f} {unit}"
    return f"{nanoseconds:,.1f} ns"


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.statistics", description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    found = list(rows())
    text = report.aligned(("one", "takes", "divisions", "bar"), [line(row) for row in found])
    print(text)
    if not chosen.no_write:
        report.write_section(text, heading=SECTION)
    return 0 if all(row.nanoseconds <= row.most for row in found if row.most) else 1


if __name__ == "__main__":
    raise SystemExit(main())
