"""Case by case against other libraries; the file says which, in which version."""

import json
from pathlib import Path

import pytest

from engine.stats import power
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


@pytest.mark.parametrize(
    ("call", "units"),
    [
        # R 4.2: power.prop.test(p1 = .50, p2 = .75, power = .90); n = 76.7
        ((0.50, 0.25, 0.90), 77),
        # R 4.2: power.prop.test(p1 = .20, p2 = .25, power = .80); n = 1093.7
        ((0.20, 0.05, 0.80), 1094),
    ],
)
def test_sample_size__golden_values_of_r__rounded_up(call, units):
    baseline, difference, wanted = call
    assert power.sample_size_proportions(baseline, difference, power=wanted) == units
