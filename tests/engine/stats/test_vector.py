"""Many comparisons at once: every number equal to the one at a time."""

import itertools
import math

import numpy as np
import pytest

from engine.errors import InvalidInput
from engine.stats import small, vector, vector_small
from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.inference import ArmEstimate
from engine.stats.metrics import metric
from engine.stats.reading import ONCE, Open, Planned
from engine.stats.sequential import multiplier
from tests.engine.stats.arms import make_arm

READINGS = [ONCE, Planned(14, 3), Open(0.004)]
NAMES = ("difference", "lift", "statistic", "p", "log10_p", "standard_error", "bound", "passed")


def _equal(found, place, one):
    for name in NAMES:
        expected = getattr(one, name)
        expected = math.nan if expected is None else expected
        assert getattr(found, name)[place] == pytest.approx(
            expected, rel=1e-8, abs=1e-10 if name == "log10_p" else 1e-300, nan_ok=True
        ), name
    limits = [one.interval.low, one.interval.high]
    assert [found.low[place], found.high[place]] == pytest.approx(limits, rel=1e-8, abs=1e-12)
    gap = one.lift_interval is None
    lifts = [math.nan] * 2 if gap else [one.lift_interval.low, one.lift_interval.high]
    assert [found.lift_low[place], found.lift_high[place]] == pytest.approx(
        lifts, rel=1e-8, abs=1e-12, nan_ok=True
    )


@pytest.mark.parametrize("reading", READINGS, ids=repr)
def test_compare__proportions__equal_one_by_one(reading):
    rng = np.random.default_rng(4)
    n0, n1 = rng.integers(120, 40_000, 300), rng.integers(120, 40_000, 300)
    hits0, hits1 = (5 + (rng.beta(0.7, 3, 300) * (n - 10)).astype(int) for n in (n0, n1))
    arms = vector.proportions(n0, hits0), vector.proportions(n1, hits1)
    found = vector.compare(*arms, reading=reading)
    for i in range(300):
        old, new = (
            Aggregates.of_converted(int(n[i]), int(hits[i]))
            for n, hits in ((n0, hits0), (n1, hits1))
        )
        _equal(found, i, compare(metric("conversion_rate"), old, new, reading=reading))


def test_statistic__none_all_and_single_events__equal_one_by_one():
    sizes = (1, 2, 7, 150, 30_000, 5_000_000)
    counted = [(n, hits) for n in sizes for hits in {0, 1, 5, n // 3, n - 1, n} if hits <= n]
    old, new = zip(*itertools.product(counted, counted), strict=True)
    columns = [np.array(one, dtype=float) for pair in (old, new) for one in zip(*pair, strict=True)]
    n0, p0, n1, p1 = columns[0], columns[1] / columns[0], columns[2], columns[3] / columns[2]
    found = vector_small.statistic(n0, p0, n1, p1)
    expected = [
        small.statistic(ArmEstimate(n0[i], p0[i], math.nan), ArmEstimate(n1[i], p1[i], math.nan))
        for i in range(len(old))
    ]
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_statistic__more_pairs_than_searched_at_once__each_its_own():
    n = np.full(10_000, 1_000.0)
    share = np.arange(10_000) % 97 / 1_000
    found = vector_small.statistic(n, np.full(10_000, 0.01), n, share)
    assert found[97:] == pytest.approx(found[:-97], rel=1e-12)
    assert (found[share > 0.01] > 0).all()


def _columns(arms, *pairs):
    return [
        [arm.n if pair == "n" else arm.product(*pair) if len(pair) == 2 else arm.sum(pair[0])
         for arm in arms]
        for pair in pairs
    ]  # fmt: skip


def _means(arms):
    return vector.means(*_columns(arms, "n", ("revenue",), ("revenue", "revenue")))


def _ratios(arms):
    n, y, x, yy, xy, xx = _columns(
        arms, "n", ("clicks",), ("impressions",), ("clicks", "clicks"),
        ("clicks", "impressions"), ("impressions", "impressions"),
    )  # fmt: skip
    return vector.ratios(n, y, x, yy=yy, xy=xy, xx=xx)


@pytest.mark.parametrize("reading", READINGS, ids=repr)
@pytest.mark.parametrize(("key", "build"), [("revenue_per_visitor", _means), ("ctr", _ratios)])
def test_compare__means_and_ratios__equal_one_by_one(key, build, reading):
    old = [make_arm(seed=seed, n=150 + 40 * seed) for seed in range(20)]
    new = [make_arm(seed=seed + 50, n=250, rate=0.13, buyers=0.1) for seed in range(20)]
    found = vector.compare(build(old), build(new), reading=reading)
    for i, pair in enumerate(zip(old, new, strict=True)):
        _equal(found, i, compare(metric(key), *pair, reading=reading))


def test_compare__many_units__expansion_of_t_equals_its_quantile():
    arm = vector.means([20_000], [50_000], [900_000])
    one, k = vector.compare(arm, arm, reading=np.array([3.7])), 3.7
    df = 2 * (20_000 - 1)
    from scipy import stats

    assert one.bound[0] == pytest.approx(stats.t.isf(stats.norm.sf(k), df), rel=1e-10)


def test_compare__bounds_of_many_looks__each_its_own():
    n = np.arange(1, 15) * 1000
    limits = np.array([Planned(14, look).bound(1.0, 0.05) for look in range(1, 15)])
    arms = vector.proportions(n, n // 5), vector.proportions(n, n // 4)
    assert vector.compare(*arms, reading=limits).bound.tolist() == limits.tolist()


def test_compare__nothing_there__nan_and_not_passed():
    arms = vector.ratios([100.0], [0], [0], yy=[0], xy=[0], xx=[0])
    found = vector.compare(arms, arms)
    assert math.isnan(found.statistic[0])
    assert not found.passed[0]


def test_multipliers__array__equal_one_by_one_and_refuse_the_same():
    variances = np.geomspace(1e-9, 1.0, 50)
    expected = [multiplier(v, tau=0.01) for v in variances]
    assert vector.multipliers(variances, tau=0.01) == pytest.approx(expected, rel=1e-12)
    for broken in ({"tau": 0.0}, {"tau": 1.0, "alpha": 1.0}):
        with pytest.raises(InvalidInput):
            vector.multipliers(variances, **broken)
