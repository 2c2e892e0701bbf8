"""The chance to be best against closed forms and brute force; widths that always add up."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from engine.assignment.hashing import BUCKETS
from engine.errors import InvalidInput, LabError
from engine.policies import thompson
from engine.policies.thompson import (
    FLOOR,
    Evidence,
    ImpossibleEvidence,
    chance_to_be_best,
    learn,
    widths,
)

BOUND = 1e-6


def second_is_best(one: Evidence, other: Evidence) -> float:
    """P(X < Y) in closed form.

    X ~ Beta(a, b) is the a-th smallest of n = a + b - 1 uniform numbers, Y ~ Beta(c, d) the c-th of
    m others. X < Y means that of the a + c - 1 smallest of all at least a are X's: hypergeometric.
    """
    a, c = 1 + one.successes, 1 + other.successes
    n, m = one.trials + 1, other.trials + 1
    return float(hypergeom.sf(a - 1, n + m, n, a + c - 1))


@st.composite
def an_arm(draw, most=10**8):
    trials = draw(st.one_of(st.integers(0, 200), st.integers(0, most)))
    return Evidence(trials, draw(st.one_of(st.just(0), st.integers(0, trials))))


@st.composite
def some_chances(draw):
    raw = draw(st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda p: sum(p) > 1e-3))
    return tuple(chance / sum(raw) for chance in raw)


def near(rng, rate, trials):
    """Two arms whose posteriors overlap, wherever the rate and however many trials."""
    spread = math.sqrt(rate * (1 - rate) / trials)
    rates = np.clip(rate + spread * rng.normal(size=2), 0, 1)
    sizes = (trials * rng.uniform(0.3, 1, 2)).astype(int)
    return [Evidence(int(n), int(rng.binomial(n, p))) for n, p in zip(sizes, rates, strict=True)]


@pytest.mark.parametrize("trials", [10, 1_000, 100_000, 10**8])
@pytest.mark.parametrize("rate", [0.0005, 0.03, 0.5, 0.999])
def test_chances__two_close_arms__equal_the_closed_form(trials, rate):
    rng = np.random.default_rng(trials)
    for _ in range(10):
        arms = near(rng, rate, trials)
        found = chance_to_be_best(arms)
        assert found[1] == pytest.approx(second_is_best(*arms), abs=BOUND / 10)
        assert sum(found) == pytest.approx(1, abs=1e-12)


@given(an_arm(), an_arm())
@settings(max_examples=200, deadline=None)
@example(Evidence(10**8, 0), Evidence(0, 0))
@example(Evidence(10**8, 10**8), Evidence(10**8, 10**8 - 1))
@example(Evidence(10**8, 1), Evidence(10**8, 0))
def test_chances__any_two_arms__equal_the_closed_form(one, other):
    assert chance_to_be_best([one, other])[1] == pytest.approx(
        second_is_best(one, other), abs=BOUND / 10
    )


@pytest.mark.parametrize("seed", range(4))
def test_chances__many_arms__equal_brute_force(seed):
    rng, draws = np.random.default_rng(seed), 400_000
    trials = (10 ** rng.uniform(1, 5, size=8)).astype(int)
    arms = [Evidence(int(n), int(rng.binomial(n, 0.03))) for n in trials]
    rates = np.stack([rng.beta(1 + e.successes, 1 + e.failures, draws) for e in arms])
    share = np.bincount(rates.argmax(axis=0), minlength=8) / draws
    assert chance_to_be_best(arms) == pytest.approx(share, abs=4 * 0.5 / math.sqrt(draws))


def test_chances__twenty_arms_of_all_sizes__do_not_move_with_a_finer_rule(monkeypatch):
    rng = np.random.default_rng(3)
    arms = [
        Evidence(n, int(rng.binomial(n, 0.02)))
        for n in (10 ** rng.uniform(0, 8, size=20)).astype(int).tolist()
    ]
    coarse = chance_to_be_best(arms)
    monkeypatch.setattr(thompson, "_NODES", 40)
    assert coarse == pytest.approx(chance_to_be_best(arms), abs=BOUND / 1000)
    assert sum(coarse) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("arms", [1, 2, 7, 20])
@pytest.mark.parametrize("evidence", [Evidence(0, 0), Evidence(900, 27), Evidence(10**8, 10**6)])
def test_chances__equal_arms__equal(arms, evidence):
    assert chance_to_be_best([evidence] * arms) == pytest.approx([1 / arms] * arms, abs=1e-9)


def test_chances__order_of_the_arms__only_reorders():
    arms = [Evidence(100, 3), Evidence(5_000, 190), Evidence(40, 2)]
    assert chance_to_be_best(arms[::-1]) == pytest.approx(chance_to_be_best(arms)[::-1])


def test_chances__far_apart__certain():
    found = chance_to_be_best([Evidence(10**8, 10**6), Evidence(10**8, 9 * 10**7), Evidence(9, 0)])
    assert found[1] == pytest.approx(1, abs=1e-8)
    assert min(found) >= 0


def test_chances__no_arms__refused():
    with pytest.raises(InvalidInput):
        chance_to_be_best([])


@pytest.mark.parametrize(("trials", "successes"), [(10, 11), (-1, -1), (5, -1)])
def test_evidence__cannot_be__refused(trials, successes):
    with pytest.raises(ImpossibleEvidence) as refused:
        Evidence(trials, successes)
    assert isinstance(refused.value, InvalidInput | LabError)


@given(some_chances(), st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.8]))
def test_widths__any_chances__whole_floored_and_complete(chances, floor):
    found = widths(chances, floor=floor)
    assert sum(found) == BUCKETS
    least = Fraction(str(floor)) / len(chances) * BUCKETS
    assert all(isinstance(width, int) and width >= least for width in found)


@given(some_chances())
def test_widths__larger_chance__never_fewer_buckets(chances):
    pairs = sorted(zip(chances, widths(chances), strict=True))
    # One bucket may go the other way: of equal remainders the earlier arm gets it.
    assert all(left[1] <= right[1] + 1 for left, right in pairwise(pairs))


@given(some_chances())
def test_widths__any_chances__within_a_bucket_of_the_mixture(chances):
    each = -(-Fraction(str(FLOOR)) * BUCKETS // len(chances))
    for chance, width in zip(chances, widths(chances), strict=True):
        ideal = each + (BUCKETS - each * len(chances)) * chance
        assert abs(width - ideal) <= 1


def test_widths__one_arm_certain__keeps_the_floor_of_the_others():
    assert widths((1.0, 0.0)) == (9750, 250)


@pytest.mark.parametrize(
    "chances", [(), (0.5, 0.6), (1.5, -0.5), (math.nan, 1.0), (math.inf, 0.0), (0.0, 0.0)]
)
def test_widths__not_probabilities__refused(chances):
    with pytest.raises(InvalidInput):
        widths(chances)


@pytest.mark.parametrize("floor", [0.0, -0.1, 1.1, math.nan, 1.0])
def test_widths__impossible_floor__refused(floor):
    with pytest.raises(InvalidInput) as refused:
        widths((0.5, 0.25, 0.25), floor=floor)
    assert refused.value.field == "floor"


def test_learn__grown_evidence__chances_and_widths():
    before = [Evidence(100, 3), Evidence(100, 2)]
    after = [Evidence(4_000, 90), Evidence(4_000, 180)]
    found = learn(after, previous=before)
    assert found.chances == chance_to_be_best(after)
    assert found.widths == widths(found.chances)


@pytest.mark.parametrize("now", [Evidence(99, 3), Evidence(200, 2)])
def test_learn__counts_that_shrank__refused_by_name(now):
    same = Evidence(50, 1)
    with pytest.raises(ImpossibleEvidence, match="do not shrink") as refused:
        learn([same, now], previous=[same, Evidence(100, 3)])
    assert refused.value.field == "evidence[1]"


def test_learn__another_number_of_arms__refused():
    with pytest.raises(InvalidInput):
        learn([Evidence(1, 0)], previous=[Evidence(1, 0)] * 2)
