"""Options times options, without the pairs that may not meet."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatives.generating.combinations import Factor, Option, Plan
from engine.errors import InvalidInput

COUNTS = {"headline": 4, "image": 4, "button": 3, "palette": 2}


def a_plan(counts, forbidden=()):
    factors = (Factor(s, tuple(Option(f"{s}-{i}") for i in range(n))) for s, n in counts.items())
    return Plan(tuple(factors), frozenset(map(frozenset, forbidden)))


def test_plan__four_four_three_two__ninety_six():
    plan = a_plan(COUNTS)
    assert plan.count() == 96
    assert len({tuple(levels.items()) for levels in plan.variants()}) == 96


def test_plan__one_pair_forbidden__all_with_both_are_gone():
    pair = (("headline", "headline-0"), ("image", "image-1"))
    plan = a_plan(COUNTS, [pair])
    assert plan.count() == 96 - 3 * 2


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 4), min_size=2),
    st.randoms(use_true_random=False),
)
def test_plan__any_pairs__exactly_the_combinations_without_them(counts, chance):
    levels = [(slot, f"{slot}-{i}") for slot, n in counts.items() for i in range(n)]
    pairs = [p for p in itertools.combinations(levels, 2) if p[0][0] != p[1][0]]
    forbidden = [p for p in pairs if chance.random() < 0.2]
    found = list(a_plan(counts, forbidden).variants())
    brute = [
        dict(combination)
        for combination in itertools.product(
            *([(slot, f"{slot}-{i}") for i in range(n)] for slot, n in counts.items())
        )
        if not any(set(p) <= set(combination) for p in forbidden)
    ]
    assert found == brute


def test_plan__more_than_anybody_reviews__refused():
    with pytest.raises(InvalidInput):
        a_plan({"a": 12, "b": 12, "c": 12}).count()
