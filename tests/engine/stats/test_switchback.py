"""Switchback: blocks as units, with neighbours that are alike."""

import numpy as np
import pytest
from scipy import stats

from engine.errors import NotEnoughData, Undefined
from engine.stats import frequentist
from engine.stats.aggregates import Aggregates, total
from engine.stats.metrics import CATALOGUE
from engine.stats.switchback import compare, estimate

RATE, CTR = CATALOGUE["conversion_rate"], CATALOGUE["ctr"]


def _blocks(rng, many, *, effect=0.0):
    """Blocks of four hours whose traffic and rate follow the day and their neighbours."""
    mood = np.zeros(many)
    for n in range(1, many):
        mood[n] = 0.7 * mood[n - 1] + rng.normal(0, 0.15)
    rush = np.sin(np.arange(many) / 6 * 2 * np.pi)
    visitors = rng.poisson(300 * np.exp(0.4 * rush))
    variant = rng.integers(0, 2, many)
    rate = 0.1 * np.exp(mood + 0.2 * rush) * (1 + effect * variant)
    bought = rng.binomial(visitors, np.clip(rate, 0, 1))
    arms = ([], [])
    for which, n, hits in zip(variant, visitors, bought, strict=True):
        arms[which].append(Aggregates.of_converted(int(n), int(hits)))
    return arms


def test_compare__neighbours_alike_and_no_effect__one_in_twenty_false_alarms_where_visitors_err():
    rng, runs = np.random.default_rng(12), 2_000
    found = {"blocks": 0, "visitors": 0}
    for _ in range(runs):
        old, new = _blocks(rng, 84)
        found["blocks"] += compare(RATE, old, new).passed
        found["visitors"] += frequentist.compare(RATE, total(old), total(new)).passed
    assert 0.035 < found["blocks"] / runs < 0.065, found
    assert found["visitors"] / runs > 0.25, found


def test_compare__effect__interval_covers_it():
    rng, runs, covered = np.random.default_rng(13), 600, 0
    for _ in range(runs):
        found = compare(RATE, *_blocks(rng, 84, effect=0.3))
        covered += found.lift_interval.low <= 0.3 <= found.lift_interval.high
    assert 0.92 < covered / runs < 0.98


def test_compare__blocks_of_one_size__equals_welch_over_block_rates():
    rng = np.random.default_rng(4)
    arms = [
        [Aggregates.of_converted(500, int(n)) for n in rng.binomial(500, p, 20)]
        for p in (0.1, 0.13)
    ]
    rates = [[block.sum("converted") / 500 for block in arm] for arm in arms]
    welch = stats.ttest_ind(rates[1], rates[0], equal_var=False)
    found = compare(RATE, *arms)
    assert found.statistic == pytest.approx(welch.statistic)
    assert found.p == pytest.approx(welch.pvalue)
    low, high = welch.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))


def test_estimate__ratio__is_the_sum_of_both_parts_and_not_the_mean_of_rates():
    blocks = [Aggregates.of_impressions(1000, 100), Aggregates.of_impressions(10, 5)]
    assert estimate(CTR, blocks).value == pytest.approx(105 / 1010)


def test_compare__nine_blocks__says_how_many_are_needed():
    blocks = [Aggregates.of_converted(100, 10 + n) for n in range(12)]
    with pytest.raises(NotEnoughData) as refused:
        compare(RATE, blocks[:9], [*blocks, Aggregates()])
    (lack,) = refused.value.missing
    assert (lack.arm, lack.what, lack.have, lack.need) == ("control", "blocks", 9, 10)


def test_compare__every_block_the_same__is_undefined():
    blocks = [Aggregates.of_converted(100, 10)] * 12
    with pytest.raises(Undefined):
        compare(RATE, blocks, blocks)
