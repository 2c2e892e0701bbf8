"""False alarms over many A/A tests: 5 % means 5 %."""

import numpy as np
import pytest
from scipy import stats

from engine.stats.aggregates import Aggregates
from engine.stats.frequentist import compare
from engine.stats.metrics import metric
from engine.stats.rehearsal import rehearse
from tests.engine.stats.clicks import CTR, false_alarms, population, splits

pytestmark = pytest.mark.nightly


def many_splits(rng, *, populations, runs, users):
    for _ in range(populations):
        yield from splits(rng, population(rng, users=users), runs=runs)


def test_compare__twenty_thousand_a_a_tests__delta_five_percent_impressions_above_ten():
    rng = np.random.default_rng(2026)
    p_values, naive = false_alarms(many_splits(rng, populations=40, runs=500, users=10_000))
    delta = sum(p < 0.05 for p in p_values) / len(p_values)
    assert 0.045 <= delta <= 0.055
    assert naive > 0.10
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_rehearse__thirty_thousand_splits__delta_five_percent_impressions_above_ten():
    rng = np.random.default_rng(2027)
    found = []
    for _ in range(10):
        people = population(rng, users=10_000)
        found.append(rehearse(people[:, 2], people[:, 1], runs=3000, rng=rng))
    assert 0.045 <= sum(one.false_alarms for one in found) / 30_000 <= 0.055
    assert sum(one.naive_false_alarms for one in found) / 30_000 > 0.10
    bars = np.sum([one.p_values for one in found], axis=0)
    assert stats.chisquare(bars).pvalue > 0.01
    # Ten looks at p: each uniform, the smallest of ten above .01/10.
    assert min(one.ks_p for one in found) > 0.001


def test_compare__five_thousand_tests_with_effect__interval_covers_the_truth():
    rng = np.random.default_rng(11)
    covered = lifts = 0
    for _ in range(5000):
        control, treatment = (_arm(rng, ctr) for ctr in (0.020, 0.023))
        found = compare(CTR, control, treatment)
        covered += not found.interval.excludes(0.003)
        lifts += not found.lift_interval.excludes(0.15)
    assert 0.94 <= covered / 5000 <= 0.96
    assert 0.94 <= lifts / 5000 <= 0.96


def test_compare__revenue_of_rare_buyers__false_alarms_near_five_percent():
    rng, key = np.random.default_rng(5), metric("revenue_per_visitor")
    rejected = sum(compare(key, shop(rng), shop(rng)).p < 0.05 for _ in range(5000))
    assert 0.04 <= rejected / 5000 <= 0.06


def _arm(rng, ctr):
    people = population(rng, users=3000, ctr=ctr)
    (pair,) = splits(rng, people, runs=1)
    return pair[0] + pair[1]


def shop(rng, *, users=4000, share=0.02):
    bought = rng.random(users) < share
    money = np.where(bought, np.rint(np.exp(rng.normal(8, 1, users))), 0).astype(np.int64)
    sums = {"revenue": int(money.sum()), "converted": int(bought.sum())}
    return Aggregates(users, sums, {("revenue", "revenue"): int((money.astype(object) ** 2).sum())})
