"""False alarms of the comparison within days: 5 % means 5 %, also where totals are always wrong."""

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from engine.stats import frequentist, stratified
from engine.stats.aggregates import total
from tests.engine.stats.clicks import CTR, aggregates_of, population, ramp

pytestmark = pytest.mark.nightly

RUNS = 2_000


def test_compare__ramp_without_effect__five_percent_where_totals_always_err():
    pairs = ramp(np.random.default_rng(2026), runs=RUNS)
    p_values = [stratified.compare(CTR, *pair).p for pair in pairs]
    rejected = sum(p < 0.05 for p in p_values) / RUNS
    assert 0.035 <= rejected <= 0.065
    assert stats.kstest(p_values, "uniform").pvalue > 0.001
    totals = [(total(old.values()), total(new.values())) for old, new in pairs]
    assert sum(frequentist.compare(CTR, *pair).p < 0.05 for pair in totals) / RUNS > 0.9


def test_compare__small_slice_of_rare_clicks__five_percent():
    """The case of an adaptive test: a tenth of 400 visitors a day, 1 % of impressions clicked."""
    rng = np.random.default_rng(7)
    p_values = [stratified.compare(CTR, *slice_and_policy(rng)).p for _ in range(RUNS)]
    assert 0.035 <= sum(p < 0.05 for p in p_values) / RUNS <= 0.065


def slice_and_policy(rng):
    old, new = {}, {}
    for place in range(28):
        people = population(rng, users=400, impressions=5, ctr=0.01)
        by_chance = rng.random(400) < 0.1
        day = dt.date(2026, 11, 1) + dt.timedelta(place)
        old[day], new[day] = aggregates_of(people[by_chance]), aggregates_of(people[~by_chance])
    return old, new
