"""Laws of ranges and slices."""

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assignment import allocation
from engine.assignment.allocation import BUCKETS, EVERYTHING
from engine.errors import InvalidInput

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=14)
BORDERS = st.lists(st.integers(0, BUCKETS), max_size=12, unique=True)


def _pairs(borders: list[int]) -> list[tuple[int, int]]:
    ordered = sorted(borders)
    return list(zip(ordered[::2], ordered[1::2], strict=False))


SLICES = BORDERS.map(_pairs)


def _members(ranges) -> set[int]:
    return {bucket for start, end in ranges for bucket in range(start, end)}


@given(WEIGHTS)
def test_variant_ranges__any_weights__cover_every_bucket_once(weights):
    ranges = allocation.variant_ranges(weights)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == BUCKETS
    assert all(one[1] == two[0] for one, two in pairwise(ranges))


@given(WEIGHTS)
def test_variant_ranges__any_weights__less_than_one_bucket_off(weights):
    ranges = allocation.variant_ranges(weights)
    for weight, (start, end) in zip(weights, ranges, strict=True):
        assert abs((end - start) - Fraction(weight * BUCKETS, sum(weights))) < 1


@given(WEIGHTS, st.integers(1, 50))
def test_variant_ranges__other_scale__same_ranges(weights, factor):
    scaled = [weight * factor for weight in weights]
    assert allocation.variant_ranges(scaled) == allocation.variant_ranges(weights)


def test_variant_ranges__switched_off_variant__empty_range():
    assert allocation.variant_ranges([1, 0, 1]) == ((0, 5000), (5000, 5000), (5000, 10000))


def test_variant_ranges__decimal_and_float__same_as_whole_numbers():
    assert allocation.variant_ranges([Decimal("0.2"), Decimal("0.8")]) == ((0, 2000), (2000, 10000))
    assert allocation.variant_ranges([0.2, 0.8]) == ((0, 2000), (2000, 10000))


@pytest.mark.parametrize(
    "weights", [[], [0, 0], [1, -1], [float("nan"), 1], [float("inf"), 1], [1, 10**9]]
)
def test_variant_ranges__impossible_weights__refused(weights):
    with pytest.raises(InvalidInput) as caught:
        allocation.variant_ranges(weights)
    assert caught.value.field == "weights"


def test_variant_ranges__growthbook_cases__equal_where_buckets_are_whole(shared_data):
    cases = json.loads((shared_data / "vectors" / "growthbook_cases_visible.json").read_text())
    tried = 0
    for name, (count, coverage, weights), expected in cases["getBucketRange"]:
        valid = weights is None or (len(weights) == count and abs(sum(weights) - 1) < 1e-9)
        if coverage == 1 and valid:
            ours = allocation.fractions(allocation.variant_ranges(weights or [1] * count))
            assert [list(pair) for pair in ours] == expected, name
            tried += 1
    assert tried >= 4


@pytest.mark.parametrize(
    ("share", "buckets"), [(0, 0), (1, 10000), (0.1, 1000), (Decimal("0.33335"), 3334)]
)
def test_buckets_of_share__plain_shares__nearest_bucket(share, buckets):
    assert allocation.buckets_of_share(share) == buckets


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_buckets_of_share__impossible__refused(share):
    with pytest.raises(InvalidInput):
        allocation.buckets_of_share(share)


@given(SLICES)
def test_free__any_slices__complement(occupied):
    free = allocation.free(occupied)
    assert not allocation.overlaps(free, occupied)
    assert allocation.normalise([*free, *occupied]) == EVERYTHING


@given(SLICES, st.data())
def test_take__room_enough__new_slice_apart_from_all_others(occupied, data):
    wanted = data.draw(st.integers(0, allocation.size(allocation.free(occupied))))
    taken = allocation.take(wanted, occupied=occupied)
    assert allocation.size(taken) == wanted
    assert not allocation.overlaps(taken, occupied)


def test_take__more_than_free__refused_with_what_is_left():
    with pytest.raises(InvalidInput, match="25 %"):
        allocation.take(2501, occupied=[(0, 7500)])


def test_take__one_gap_large_enough__not_cut_to_pieces():
    assert allocation.take(2000, occupied=[(100, 1000), (1500, 5000)]) == ((5000, 7000),)


def test_take__only_small_gaps__pieced_together():
    occupied = [(0, 10), (1000, 2000), (3000, 10000)]
    assert allocation.take(1500, occupied=occupied) == ((10, 1000), (2000, 2510))


@given(SLICES, st.data())
def test_extend__raised_traffic__moves_nobody(occupied, data):
    room = allocation.size(allocation.free(occupied))
    first = data.draw(st.integers(0, room))
    second = data.draw(st.integers(first, room))
    before = allocation.take(first, occupied=occupied)
    after = allocation.extend(before, second, occupied=occupied)
    assert _members(before) <= _members(after)
    assert allocation.size(after) == second
    assert not allocation.overlaps(after, occupied)


@given(SLICES, st.data())
def test_shrink__lowered_traffic__only_removes(pairs, data):
    before = allocation.normalise(pairs)
    wanted = data.draw(st.integers(0, allocation.size(before)))
    after = allocation.shrink(before, wanted)
    assert allocation.size(after) == wanted
    assert _members(after) <= _members(before)


def test_extend_and_shrink__wrong_direction__refused():
    with pytest.raises(InvalidInput):
        allocation.extend(((0, 100),), 50)
    with pytest.raises(InvalidInput):
        allocation.shrink(((0, 100),), 150)
    with pytest.raises(InvalidInput):
        allocation.take(-1)


@pytest.mark.parametrize("bad", [(5, 3), (-1, 3), (0, 10001)])
def test_normalise__not_a_range__refused(bad):
    with pytest.raises(InvalidInput):
        allocation.normalise([bad])


@given(SLICES, st.integers(0, BUCKETS - 1))
def test_contains__any_bucket__as_listed(ranges, bucket):
    assert allocation.contains(ranges, bucket) == (bucket in _members(ranges))
