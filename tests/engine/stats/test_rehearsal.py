"""Rehearsals: the engine's own test on every split, honest p-values, the usual mistake shown."""

import numpy as np
import pytest
from scipy import stats

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats import rehearsal
from engine.stats.frequentist import compare
from engine.stats.metrics import metric
from engine.stats.rehearsal import rehearse
from tests.engine.stats.clicks import CTR, aggregates_of, population
from tests.engine.stats.pasts import of_columns


def _coins(seed, units, runs):
    return next(rehearsal._coins(units, runs, np.random.default_rng(seed))).astype(bool)


def test_rehearse__each_split__p_of_the_engine():
    people = population(np.random.default_rng(1), users=1000)
    heads = _coins(5, 1000, 40)
    p = [compare(CTR, aggregates_of(people[~h]), aggregates_of(people[h])).p for h in heads]
    found = rehearse(people[:, 2], people[:, 1], runs=40, rng=np.random.default_rng(5))
    assert found.p_values == tuple(np.histogram(p, bins=20, range=(0, 1))[0])
    assert found.ks_p == pytest.approx(stats.kstest(p, "uniform").pvalue, rel=1e-6)
    assert found.false_alarms == sum(one < 0.05 for one in p)


def test_rehearse__mean_of_large_money__p_of_the_engine():
    rng = np.random.default_rng(2)
    money = 10**7 + rng.integers(0, 1000, 2000)
    heads = _coins(6, 2000, 20)
    key, one = metric("revenue_per_visitor"), np.ones_like(money)
    columns = {"revenue": money, "converted": one}
    arms = ([of_columns({k: v[s] for k, v in columns.items()}) for s in (~h, h)] for h in heads)
    p = [compare(key, *pair).p for pair in arms]
    found = rehearse(money, runs=20, rng=np.random.default_rng(6))
    assert found.ks_p == pytest.approx(stats.kstest(p, "uniform").pvalue, rel=0.01)
    assert found.naive_false_alarms is None


def test_rehearse__visitors_with_habits__delta_honest_and_impressions_not():
    rng = np.random.default_rng(3)
    people = population(rng, users=4000, icc=0.03)
    found = rehearse(people[:, 2], people[:, 1], runs=4000, rng=rng)
    assert found.interval.low <= 0.05 <= found.interval.high
    assert found.ks_p > 0.01
    assert found.naive_false_alarms / found.runs > 0.10
    assert (found.runs, sum(found.p_values)) == (4000, 4000)


def test_rehearse__interval__clopper_pearson_of_scipy():
    rng = np.random.default_rng(4)
    found = rehearse(rng.poisson(2, 500), runs=300, rng=rng)
    exact = stats.binomtest(found.false_alarms, 300).proportion_ci(method="exact")
    assert (found.interval.low, found.interval.high) == pytest.approx((exact.low, exact.high))


def test_rehearse__same_seed_in_smaller_pieces__same_kind_of_answer(monkeypatch):
    people = population(np.random.default_rng(7), users=800)
    options = {"runs": 50, "rng": np.random.default_rng(8)}
    once = rehearse(people[:, 2], people[:, 1], **options)
    again = rehearse(people[:, 2], people[:, 1], **options | {"rng": np.random.default_rng(8)})
    assert once == again
    monkeypatch.setattr(rehearsal, "_CELLS", 1600)
    pieces = rehearse(people[:, 2], people[:, 1], **options | {"rng": np.random.default_rng(8)})
    assert pieces == once


def test_rehearse__too_little__says_what_is_missing():
    rng = np.random.default_rng(9)
    with pytest.raises(NotEnoughData) as caught:
        rehearse([0.0] * 150 + [1.0] * 5, runs=10, rng=rng)
    assert [(s.what, s.have, s.need) for s in caught.value.missing] == [
        ("units", 155, 200),
        ("events", 5, 10),
    ]


@pytest.mark.parametrize(("y", "x"), [([3] * 500, None), ([2] * 500, [40] * 500)])
def test_rehearse__nothing_varies__undefined(y, x):
    with pytest.raises(Undefined):
        rehearse(y, x, runs=10, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("y", "x", "options"),
    [
        ([1, 2], [1], {}),
        ([[1, 2]], None, {}),
        ([float("nan")] * 300, None, {}),
        ([1, 2] * 200, [1, -2] * 200, {}),
        ([1, 2] * 200, None, {"runs": 0}),
        ([1, 2] * 200, None, {"alpha": 0}),
    ],
)
def test_rehearse__impossible_units_or_plan__refused(y, x, options):
    with pytest.raises(InvalidInput):
        rehearse(y, x, **{"runs": 10, "rng": np.random.default_rng(1), **options})
