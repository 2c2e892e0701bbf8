"""Who gets what, for one unit and for a million."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assignment import allocation
from engine.assignment.assign import assign
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Assignment, Reason, Recipe, VariantRecipe

ROOT = Path(__file__).resolve().parents[3]
UNITS = st.text(min_size=1, max_size=30)


def make_recipe(weights=(1, 1), share=1, status="running", phase=1, seed="hero"):
    ranges = allocation.variant_ranges(weights)
    variants = tuple(VariantRecipe(f"v{i}", r, f"banner {i}") for i, r in enumerate(ranges))
    taken = allocation.take(allocation.buckets_of_share(share))
    return Recipe("hero", status, "layer-seed", taken, seed, phase, variants)


@given(UNITS)
def test_assign__running_and_in_slice__variant_of_its_bucket(unit):
    recipe = make_recipe(weights=(1, 2, 0, 3))
    drawn = assign(recipe, unit)
    start, end = recipe.variants[drawn.variant].range
    assert start <= bucket("hero:1", unit) < end
    assert drawn.reason is Reason.SPLIT
    assert drawn.propensity == (end - start) / 10_000


@given(UNITS)
def test_assign__outside_slice__not_in_traffic(unit):
    drawn = assign(make_recipe(share=0.3), unit)
    inside = bucket("layer-seed", unit) < 3000
    assert (drawn.reason is Reason.SPLIT) == inside
    if not inside:
        assert drawn == Assignment(None, Reason.NOT_IN_TRAFFIC, None)


@given(UNITS, st.integers(0, 100), st.integers(0, 100))
def test_assign__raised_traffic__nobody_inside_moves(unit, one, other):
    low, high = sorted((one, other))
    before = assign(make_recipe(share=low / 100), unit)
    after = assign(make_recipe(share=high / 100), unit)
    assert before.variant is None or after == before


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("paused", Reason.PAUSED),
        ("stopped", Reason.NO_EXPERIMENT),
        ("decided", Reason.NO_EXPERIMENT),
    ],
)
def test_assign__not_running__fallback_with_reason(status, reason):
    assert assign(make_recipe(status=status), "u-42") == Assignment(None, reason, None)


@given(UNITS)
def test_assign__switched_off_variant__never_drawn(unit):
    assert assign(make_recipe(weights=(0, 1, 0)), unit).variant == 1


def test_assign__empty_slice__nobody_is_in():
    recipe = make_recipe(share=0)
    assert {assign(recipe, str(i)).reason for i in range(500)} == {Reason.NOT_IN_TRAFFIC}


def test_assign__new_phase__independent_draw():
    first, second = make_recipe(phase=1), make_recipe(phase=2)
    units = [f"u-{i}" for i in range(40_000)]
    same = sum(assign(first, u).variant == assign(second, u).variant for u in units)
    assert abs(same - 20_000) < 4 * 100  # sd of a fair coin over 40,000 is 100


def test_assign__other_payload__same_answer():
    recipe = make_recipe()
    moved = dataclasses.replace(recipe, key="renamed", layer_seed="elsewhere")
    assert assign(moved, "u-1") == assign(recipe, "u-1")


POPULATION = """
import hashlib
from engine.assignment.assign import assign
from engine.assignment.recipe import Recipe, VariantRecipe
variants = tuple(VariantRecipe(k, r, {k, "x", "y"}) for k, r in
                 (("a", (0, 5000)), ("b", (5000, 8000)), ("c", (8000, 10000))))
recipe = Recipe("hero", "running", "layer-seed", ((0, 2500), (5000, 7500)), "hero", 1, variants)
counts, digest = [0] * 4, hashlib.sha256()
for block in range(1000):
    places = bytes(3 if (v := assign(recipe, f"visitor-{block * 1000 + i}").variant) is None else v
                   for i in range(1000))
    digest.update(places)
    for place in range(4):
        counts[place] += places.count(place)
print(*counts, digest.hexdigest())
"""


def _start(hash_seed: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", POPULATION],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_assign__million_ids__shares_within_four_sigma_and_equal_across_processes():
    processes = [_start("0"), _start("4242")]
    answers = [process.communicate(timeout=120)[0].split() for process in processes]
    assert answers[0] == answers[1]
    counts = [int(count) for count in answers[0][:4]]
    assert sum(counts) == 1_000_000
    for count, share in zip(counts, (0.25, 0.15, 0.10, 0.50), strict=True):
        sigma = (1_000_000 * share * (1 - share)) ** 0.5
        assert abs(count - 1_000_000 * share) < 4 * sigma
