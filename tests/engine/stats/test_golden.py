"""Case by case against other libraries; the file says which, in which version."""

import json
from pathlib import Path

import pytest

from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric

GOLDEN = Path(__file__).with_name("golden") / "comparisons.json"
CASES = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]


def _arm(given):
    sums = {key: n for key, n in given.items() if key != "n" and "*" not in key}
    products = {tuple(key.split("*")): n for key, n in given.items() if "*" in key}
    if not products:
        return Aggregates.of_converted(given["n"], given["converted"])
    return Aggregates(given["n"], sums, products)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_compare__golden_case__equals_the_other_library(case):
    found = compare(metric(case["metric"]), _arm(case["control"]), _arm(case["treatment"]))
    ours = (found.difference, found.interval.low, found.interval.high)
    assert ours == pytest.approx((case["difference"], case["low"], case["high"]), rel=1e-9)
    if case["p"] is not None:
        assert (found.statistic, found.p) == pytest.approx((case["statistic"], case["p"]), rel=1e-8)
