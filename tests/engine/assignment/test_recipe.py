"""A recipe that cannot be drawn from does not come into being."""

import dataclasses
import re

import pytest

from engine.assignment.recipe import Reason, Recipe, VariantRecipe
from engine.errors import InvalidInput


def _recipe(*ranges, keys="abcdef", layer_slice=((0, 10000),)):
    variants = tuple(VariantRecipe(k, r, None) for k, r in zip(keys, ranges, strict=False))
    return Recipe("hero", "running", "layer", layer_slice, "hero", 1, variants)


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        [(0, 5000)],
        [(0, 5000), (5001, 10000)],
        [(0, 5000), (4999, 10000)],
        [(5000, 10000), (0, 5000)],
        [(1, 10000)],
        [(0, 6000), (6000, 5000), (5000, 10000)],
    ],
)
def test_recipe__ranges_with_gap_or_overlap__refused(ranges):
    with pytest.raises(InvalidInput):
        _recipe(*ranges)


def test_recipe__two_variants_of_one_key__refused():
    with pytest.raises(InvalidInput):
        _recipe((0, 5000), (5000, 10000), keys="aa")


def test_recipe__built__cannot_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        _recipe((0, 10000)).phase = 2


def test_recipe__built__knows_its_propensities():
    recipe = _recipe((0, 3334), (3334, 6667), (6667, 10000))
    assert [draw.propensity for draw in recipe.draws] == [0.3334, 0.3333, 0.3333]


def test_recipe__slice_of_touching_pieces__is_everybody():
    assert _recipe((0, 10000), layer_slice=((5000, 10000), (0, 5000))).takes_everybody


def test_reasons__wire_contract__same_list(shared_data):
    wire = (shared_data.parent / "wire.md").read_text()
    said = wire[wire.index("`reason`, one of:") : wire.index("OFREP maps them")]
    assert set(re.findall(r"`([A-Z_]+)`", said)) == set(Reason)
