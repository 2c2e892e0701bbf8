"""The split check: published examples, any shares, switched-off arms, too few units."""

import numpy as np
import pytest
from scipy import stats

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats import srm
from engine.stats.tails import normal_two_sided


def test_check__published_example__p_and_alarm():
    found = srm.check([600, 400], [0.5, 0.5])
    assert found.p == pytest.approx(2.5396285894708634e-10, rel=1e-9)
    assert found.alarm


@pytest.mark.parametrize(("counts", "p"), [([145_274, 145_310], 0.947), ([44_700, 45_489], 0.0086)])
def test_check__public_data_sets__as_published_and_no_alarm(counts, p):
    found = srm.check(counts, [1, 1])
    assert round(found.p, 3 if p > 0.1 else 4) == p
    assert not found.alarm


@pytest.mark.parametrize("shares", [(1, 1, 1), (0.2, 0.3, 0.5), (7000, 2000, 1000)])
def test_check__any_shares__equals_scipy(shares):
    counts = [1040, 980, 1110]
    expected = np.array(shares) / sum(shares) * sum(counts)
    found = srm.check(counts, shares)
    reference = stats.chisquare(counts, expected)
    assert found.chi2 == pytest.approx(reference.statistic, rel=1e-10)
    assert found.p == pytest.approx(reference.pvalue, rel=1e-9)


def test_check__switched_off_arm__costs_no_degree_of_freedom():
    with_off, without = srm.check([520, 0, 480], [1, 0, 1]), srm.check([520, 480], [1, 1])
    assert (with_off.df, with_off.p, with_off.alarm) == (1, without.p, False)


def test_check__units_in_switched_off_arm__alarm_of_its_own():
    found = srm.check([500, 1, 500], [1, 0, 1])
    assert found.alarm
    assert found.unexpected == (1,)
    assert found.p == 1.0


def test_check__switched_off_arm_and_little_else__alarm_without_p():
    found = srm.check([1, 3], [1, 0])
    assert found.alarm
    assert found.p is None


def test_check__extreme_mismatch__logarithm_survives_underflow():
    found = srm.check([1_000_000, 1], [1, 1])
    assert found.p == 0.0
    assert found.log10_p == pytest.approx(normal_two_sided(found.chi2**0.5).log10_p, rel=1e-12)


def test_check__expected_below_five__not_enough():
    with pytest.raises(NotEnoughData) as caught:
        srm.check([40, 1], [9, 1])
    assert [(lack.arm, lack.have, lack.need) for lack in caught.value.missing] == [("1", 4, 5)]
    with pytest.raises(NotEnoughData):
        srm.check([0, 0], [1, 1])


def test_check__single_arm__undefined():
    with pytest.raises(Undefined):
        srm.check([100, 0], [1, 0])


@pytest.mark.parametrize(
    ("counts", "shares"),
    [([1], [1, 1]), ([-1, 2], [1, 1]), ([1, 2], [0, 0]), ([1, 2], [-1, 2]), ([], [])],
)
def test_check__malformed__refused(counts, shares):
    with pytest.raises(InvalidInput):
        srm.check(counts, shares)


def test_check__honest_split__alarms_rarely():
    rng = np.random.default_rng(7)
    draws = rng.multinomial(5000, [0.5, 0.3, 0.2], size=20_000)
    alarms = sum(srm.check(row.tolist(), [5, 3, 2]).alarm for row in draws)
    assert 5 <= alarms <= 40  # 20 expected
