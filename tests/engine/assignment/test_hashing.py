"""The hash is pinned from four sides: golden file, public vectors, second implementation, law."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assignment.hashing import BUCKETS, bucket

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "hash_v2.jsonl"
PUBLISHED = [  # GrowthBook SDK specification 0.8, hash version 2
    ("seed", "a", 505),
    ("seed", "b", 2696),
    ("foo", "ab", 2575),
    ("foo", "def", 2019),
    ("89123klj", "8952klfjas09ujkasdf", 1240),
    ("90850943850283058242805", "123", 7516),
    ("()**(%$##$%#$#", '___)((*":&', 128),
]


def _fnv1a_32(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def _second_opinion(seed: str, unit: str) -> int:
    first = _fnv1a_32((seed + unit).encode())
    return _fnv1a_32(str(first).encode("ascii")) % 10_000


def _golden() -> list[tuple[str, str, int]]:
    with GOLDEN.open(encoding="utf-8") as lines:
        return [tuple(json.loads(line)) for line in lines]


@pytest.mark.parametrize(("seed", "unit", "expected"), PUBLISHED)
def test_bucket__published_vector__equal(seed, unit, expected):
    assert bucket(seed, unit) == expected


def test_bucket__golden_file__never_moves():
    rows = _golden()
    assert len(rows) == 10_000
    assert [row for row in rows if bucket(row[0], row[1]) != row[2]] == []


def test_bucket__golden_file__equals_independent_implementation():
    assert [row for row in _golden() if _second_opinion(row[0], row[1]) != row[2]] == []


def test_bucket__growthbook_cases__equal(shared_data):
    cases = json.loads((shared_data / "vectors" / "growthbook_cases_visible.json").read_text())
    second = [(seed, unit, n) for seed, unit, version, n in cases["hash"] if version == 2]
    assert second
    assert all(bucket(seed, unit) / BUCKETS == n for seed, unit, n in second)


def test_bucket__reference_rows__equal(shared_data):
    rows = json.loads((shared_data / "vectors" / "hash_reference_visible.json").read_text())["rows"]
    assert rows
    assert all(bucket(row["seed"], row["unit"]) / BUCKETS == row["growthbook_v2"] for row in rows)


@given(st.text(max_size=20), st.text(max_size=40))
def test_bucket__any_text__equals_independent_implementation(seed, unit):
    assert bucket(seed, unit) == _second_opinion(seed, unit)


def test_bucket__lone_surrogate__answers_all_the_same():
    assert 0 <= bucket("seed", "\ud800") < BUCKETS
