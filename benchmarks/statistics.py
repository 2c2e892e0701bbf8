"""`python -m benchmarks.statistics`: what one comparison costs, beside one array operation."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.stats import vector
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric
from engine.stats.reading import ONCE, Open, Planned
from engine.stats.sequential import bounds

MANY = 100_000
MOST_NANOSECONDS = 1_000
"""Of a vectorised comparison."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, how long for one, and how many array operations that is."""

    what: str
    nanoseconds: float
    baseline: float

    @property
    def operations(self) -> float:
        return self.nanoseconds / self.baseline


Later = Callable[[float], Iterator[Row]]
LATER: list[Later] = []
"""Rows that other rooms add; each gets the nanoseconds of one array operation on one number."""


def rows() -> Iterator[Row]:
    rng = np.random.default_rng(7)
    numbers = rng.random(MANY) + 1
    baseline = best(lambda: numbers / numbers) / MANY
    yield Row("numpy: one division", baseline, baseline)
    for what, build in BUILDERS.items():
        pair = build(rng), build(rng)
        for reading in (ONCE, Planned(60, 30), Open(0.001)):
            call = lambda pair=pair, reading=reading: vector.compare(*pair, reading=reading)  # noqa: E731
            yield Row(f"{what}, {reading}", best(call) / MANY, baseline)
    yield from one_at_a_time(baseline)
    for later in LATER:
        yield from later(baseline)


def one_at_a_time(baseline: float) -> Iterator[Row]:
    old, new = Aggregates.of_converted(20_000, 2_000), Aggregates.of_converted(20_000, 2_100)
    few = Aggregates.of_converted(2_000, 40)
    rate = metric("conversion_rate")
    plan = Planned(60, 30)
    yield Row("scalar compare", best(lambda: compare(rate, old, new, reading=plan)), baseline)
    yield Row("scalar compare, few events", best(lambda: compare(rate, few, few)), baseline)
    yield Row("bounds of 60 looks, not cached", best(lambda: bounds.__wrapped__(60)), baseline)


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


def best(call: Callable[[], object], *, times: int = 5) -> float:
    """Nanoseconds of the fastest of a few calls: what the code costs on a busy machine."""
    spans = []
    for _ in range(times):
        began = time.perf_counter_ns()
        call()
        spans.append(time.perf_counter_ns() - began)
    return float(min(spans))


def main() -> int:
    print(f"{'one comparison':<58}{'ns':>12}{'operations':>12}")
    for row in rows():
        print(f"{row.what:<58}{row.nanoseconds:>12,.1f}{row.operations:>12,.1f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
