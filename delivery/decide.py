"""Who gets which offer. Pure: the answer depends on the snapshot and the id alone."""

from bisect import bisect_right

from delivery.index import Offer, ReadyExperiment, ReadyPlacement
from engine.assignment.assign import assign as draw
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Reason


def assign(experiment: ReadyExperiment, unit: str) -> Offer:
    """What a unit gets in an experiment that is not a draft."""
    recipe = experiment.recipe
    if recipe is None:
        raise ValueError("a draft has no recipe")
    drawn = draw(recipe, unit)
    if drawn.variant is None:
        return experiment.without[drawn.reason]
    return experiment.splits[drawn.variant]


def place(placement: ReadyPlacement, unit: str) -> Offer:
    """What a unit sees on a placement.

    Experiments of a layer own disjoint buckets: the one that owns the unit's bucket decides. If it
    is paused, or nobody owns the bucket, the placement's fallback is shown.
    """
    if not placement.owners:
        return placement.fallbacks[Reason.NO_EXPERIMENT]
    owner = _owner(placement, unit)
    if owner is None:
        return placement.fallbacks[Reason.NOT_IN_TRAFFIC]
    if owner.entry.status == "paused":
        return placement.fallbacks[Reason.PAUSED]
    return assign(owner, unit)


def _owner(placement: ReadyPlacement, unit: str) -> ReadyExperiment | None:
    if placement.one_owner:
        return placement.owners[0]
    found = bucket(placement.entry.layer_seed, unit)
    position = bisect_right(placement.starts, found) - 1
    if position < 0 or found >= placement.ends[position]:
        return None
    return placement.owners[position]
