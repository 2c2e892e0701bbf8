"""The past of both arms is alike, or the split was not random."""

import numpy as np
import pytest
from scipy import stats

from engine.errors import NotEnoughData, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.metrics import metric
from engine.stats.preperiod import before, check, history
from tests.engine.stats.arms import make_arm, units

CR, CTR, RPV = metric("conversion_rate"), metric("ctr"), metric("revenue_per_visitor")


@pytest.mark.parametrize("one", [CR, CTR, RPV, metric("revenue_per_visitor_capped")])
def test_check__arms_drawn_alike__no_alarm(one):
    found = check(one, make_arm(seed=1, n=2000), make_arm(seed=2, n=2000))
    assert not found.alarm
    assert 0.001 < found.p <= 1


def test_check__buyers_sent_to_one_arm__alarm():
    rows = units(n=3000)
    chosen = [row for row in rows if row["pre_converted"] or row["clicks"] % 2]
    found = check(CR, Aggregates.of_units(rows), Aggregates.of_units(chosen))
    assert found.alarm
    assert found.treatment > found.control


def test_check__revenue__welch_of_scipy_on_the_past():
    old, new = units(seed=1, n=1500), units(seed=2, n=1600)
    found = check(RPV, Aggregates.of_units(old), Aggregates.of_units(new))
    past = [[row["pre_revenue"] for row in arm] for arm in (old, new)]
    assert found.p == pytest.approx(stats.ttest_ind(*past, equal_var=False).pvalue, rel=1e-9)


def test_history__zero_or_one__counted_exactly_and_money_never_overcounted():
    rows = units(n=2000)
    arm = Aggregates.of_units(rows)
    assert history(CR, arm) == sum(row["pre_converted"] for row in rows)
    assert 0 < history(CTR, arm) <= sum(row["pre_impressions"] > 0 for row in rows)
    assert 0 < history(RPV, arm) <= sum(row["pre_revenue"] > 0 for row in rows)


def test_check__hardly_anybody_has_a_past__says_how_many():
    rows = [{**row, "pre_converted": int(i < 99)} for i, row in enumerate(units(n=2000))]
    with pytest.raises(NotEnoughData) as caught:
        check(CR, Aggregates.of_units(rows), make_arm(n=3000))
    assert [(s.arm, s.what, s.have, s.need) for s in caught.value.missing] == [
        ("control", "history", 99, 100)
    ]


def test_check__no_past_kept_or_recorded__undefined():
    with pytest.raises(Undefined):
        before(metric("carts_per_visitor"))
    with pytest.raises(Undefined):
        check(CTR, Aggregates.of_impressions(1000, 50), Aggregates.of_impressions(1000, 50))


def test_check__no_difference__alarm_once_in_a_thousand():
    rng = np.random.default_rng(3)
    bought = rng.binomial(5000, 0.1, (2, 20_000))
    p = [check(CR, *(_arm(n) for n in pair)).p for pair in bought.T[:500]]
    assert stats.kstest(p, "uniform").pvalue > 0.001


def _arm(bought):
    square = {("pre_converted", "pre_converted"): int(bought)}
    return Aggregates(5000, {"pre_converted": int(bought)}, square)
