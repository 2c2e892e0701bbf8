"""Six real experiments of a fashion shop as daily series of count, mean and variance (ASOS)."""

import csv
import math
from collections import defaultdict

import pytest
from scipy import stats

from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import ONCE, Planned

SCALE = 1_000
"""Means have fractions, totals are whole numbers."""


@pytest.fixture(scope="module")
def series(request):
    """Rows by experiment, variant and metric, in time; those without a treatment left out."""
    path = request.config.rootpath.parent / "shared" / "data" / "asos" / "asos_six_experiments.csv"
    if not path.is_file():
        pytest.skip("real data (../shared/data) is not on this machine")
    found = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if all(row.values()):
                found[row["experiment_id"], row["variant_id"], row["metric_id"]].append(row)
    return dict(found)


def an_arm(row, side: str) -> Aggregates:
    n, mean, variance = (float(row[f"{what}_{side}"]) for what in ("count", "mean", "variance"))
    whole = round(mean * n * SCALE)
    squares = round((variance * (n - 1) + n * mean**2) * SCALE**2)
    return Aggregates(int(n), {"revenue": whole, "converted": int(n)}, {("revenue",) * 2: squares})


def read(row, reading=ONCE):
    metric = CATALOGUE["revenue_per_visitor"]
    return compare(metric, an_arm(row, "c"), an_arm(row, "t"), reading=reading)


def test_compare__every_look_of_every_series__is_welchs_test(series):
    for rows in series.values():
        for row in rows[:: max(1, len(rows) // 5)]:
            sides = [
                (
                    float(row[f"mean_{s}"]),
                    math.sqrt(float(row[f"variance_{s}"])),
                    int(float(row[f"count_{s}"])),
                )
                for s in "tc"
            ]
            known = stats.ttest_ind_from_stats(*sides[0], *sides[1], equal_var=False)
            found = read(row)
            assert found.statistic == pytest.approx(known.statistic, rel=1e-3, abs=1e-3)
            assert found.p == pytest.approx(known.pvalue, rel=5e-3, abs=1e-4)


def test_reading__daily_looks_at_real_series__cross_less_often_than_naive_ones(series):
    naive, planned, at_the_end = set(), set(), set()
    for place, rows in series.items():
        looks = len(rows)
        for number, row in enumerate(rows, start=1):
            if read(row).passed:
                naive.add(place)
            if read(row, Planned(looks, number)).passed:
                planned.add(place)
        if read(rows[-1]).passed:
            at_the_end.add(place)
    assert planned < naive
    assert len(planned - at_the_end) < len(naive - at_the_end)
