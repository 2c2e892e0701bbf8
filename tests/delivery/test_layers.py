"""Nobody is in two experiments of a layer, whatever else is shown there."""

import random

import pytest

from delivery import decide
from delivery.holdout import is_held
from delivery.snapshot import HoldoutEntry, PlacementEntry, SiteEntry
from delivery.visitor import Apart, Visitor
from engine.assignment import allocation
from engine.assignment.hashing import BUCKETS, bucket
from tests.delivery.snapshots import a_creative, a_live, an_entry

PLACES = tuple(
    PlacementEntry(n, 1, f"place-{n}", "layer", a_creative(900 + n)) for n in range(1, 4)
)
HOLDOUT = HoldoutEntry(77, "holdout-2026q4", "quarter", 500, held=770, rest=771)
SITE = SiteEntry(1, "shop", (), "CNY", holdout=HOLDOUT)


def a_layer(rng):
    """Eight experiments on one to three placements each, their slices cut and moved about."""
    slices = {}
    for number in range(1, 9):
        slices[number] = allocation.take(rng.randrange(200, 1000), occupied=_taken(slices))
        if rng.random() < 0.4:  # one ends, its buckets go to others in pieces
            gone = rng.choice(list(slices))
            # What has been cut before may have fewer than 200 buckets left.
            most = min(200, allocation.size(slices[gone]) + 1)
            slices[gone] = allocation.shrink(slices[gone], rng.randrange(0, most))
    entries = []
    for number, part in slices.items():
        first, *others = rng.sample([1, 2, 3], rng.randrange(1, 4))
        fields = {"placement_id": first, "also_on": tuple(others), "slice": part}
        entries.append(an_entry(number, **fields))
    return a_live(*entries, placements=PLACES, sites=(SITE,)), slices


def _taken(slices):
    return [part for own in slices.values() for part in own]


def check(seed, units):
    live, slices = a_layer(random.Random(seed))
    owner = {b: n for n, own in slices.items() for start, end in own for b in range(start, end)}
    assert len(owner) == sum(allocation.size(own) for own in slices.values())
    places = [live.placements[1, f"place-{n}"] for n in (1, 2, 3)]
    seen, held = set(), 0
    for unit in units:
        apart = Apart(held=True) if is_held(SITE, unit) else None
        offers = [decide.place(place, Visitor(unit, apart=apart)) for place in places]
        experiments = {int.from_bytes(o.stamp[8:12], "big") for o in offers if o.assigns}
        held += apart is not None
        if apart is not None:
            assert not experiments
            assert {int.from_bytes(o.stamp[8:12], "big") for o in offers} == {77}
            continue
        assert len(experiments) <= 1
        assert experiments <= {owner.get(bucket("layer", unit))}
        seen |= experiments
    assert {n for n, own in slices.items() if allocation.size(own) > 20} <= seen
    assert 0.04 < held / len(units) < 0.06


def test_layer__hundred_thousand_ids__nobody_in_two_experiments():
    check(1, [f"visitor-{n}" for n in range(100_000)])


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 3])
def test_layer__million_ids__nobody_in_two_experiments(seed):
    check(seed, [f"{seed}-{n}" for n in range(1_000_000)])


def test_holdout__hash__is_independent_of_the_layer():
    """Of those who are held every hundredth of the layer has its share (chi-square, 99 degrees)."""
    counts = [0] * 100
    for n in range(100_000):
        unit = f"visitor-{n}"
        if is_held(SITE, unit):
            counts[bucket("layer", unit) * 100 // BUCKETS] += 1
    expected = sum(counts) / 100
    assert sum((n - expected) ** 2 / expected for n in counts) < 161  # p < 0.0001
