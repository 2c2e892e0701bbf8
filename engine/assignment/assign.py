"""From a recipe and a unit to a variant: the hot path, two hashes and no allocation."""

from bisect import bisect_right
from typing import Final, TypeVar

from engine.assignment.allocation import contains
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Assignment, Reason, Recipe

__all__ = ["Assignment", "Reason", "assign"]

Payload = TypeVar("Payload")

PAUSED: Final = Assignment(None, Reason.PAUSED)
NO_EXPERIMENT: Final = Assignment(None, Reason.NO_EXPERIMENT)
NOT_IN_TRAFFIC: Final = Assignment(None, Reason.NOT_IN_TRAFFIC)


def assign(recipe: Recipe[Payload], unit: str) -> Assignment:
    """Say which variant a unit gets, and why.

    The answer depends on the recipe and the id alone, so it is the same on every machine, in every
    process and after every restart. Assignments are shared constants: nothing is built here.

    Args:
        recipe: The experiment in its current phase.
        unit: The raw id of the unit.

    Returns:
        `SPLIT` with a variant and its propensity while running and in the slice; otherwise no
        variant and `NOT_IN_TRAFFIC`, `PAUSED`, or `NO_EXPERIMENT` once it has ended.

    Example:
        >>> from engine.assignment.recipe import VariantRecipe
        >>> a, b = VariantRecipe("a", (0, 5000), "A"), VariantRecipe("b", (5000, 10000), "B")
        >>> recipe = Recipe("hero", "running", "layer", ((0, 10000),), "hero", 1, (a, b))
        >>> assign(recipe, "u-42")
        Assignment(variant=0, reason=<Reason.SPLIT: 'SPLIT'>, propensity=0.5)
    """
    if recipe.status != "running":
        return PAUSED if recipe.status == "paused" else NO_EXPERIMENT
    if not recipe.takes_everybody and not contains(recipe.slice, bucket(recipe.layer_seed, unit)):
        return NOT_IN_TRAFFIC
    return recipe.draws[bisect_right(recipe.ends, bucket(recipe.draw_seed, unit))]
