"""Who gets which offer. Pure: it depends on the snapshot and what is known of the visitor."""

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from delivery.index import ReadyExperiment, ReadyPlacement
from delivery.offers import Offer
from delivery.policies import ReadyPolicy, Table, choose
from delivery.visitor import Visitor
from engine.assignment.assign import assign as draw
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Reason

Learnt = Mapping[int, ReadyPolicy]
NOTHING: Learnt = MappingProxyType({})


def assign(experiment: ReadyExperiment, visitor: Visitor, learnt: Learnt = NOTHING) -> Offer:
    """What a visitor gets in an experiment that is not a draft."""
    recipe = experiment.recipe
    if recipe is None:
        raise ValueError("a draft has no recipe")
    drawn = draw(recipe, visitor.unit)
    if drawn.variant is None:
        return experiment.without[drawn.reason]
    if experiment.plain:
        return experiment.splits[drawn.variant]
    if experiment.policy is None:
        return _fixed(experiment, drawn.variant, visitor)
    policy = policy_of(experiment, learnt)
    table = table_for(experiment, policy, visitor)
    if table is None:
        return experiment.without[Reason.CAPPED]
    drawn_on = policy.drawn_on(visitor.unit, visitor.session)
    return table.offers[table.draw(recipe.draw_seed, drawn_on)]


def _fixed(experiment: ReadyExperiment, place: int, visitor: Visitor) -> Offer:
    """The drawn variant or, beyond its cap, the default: a fixed split redraws nobody."""
    if place in experiment.capped and not visitor.may_see(
        experiment.entry.variants[place].creative
    ):
        return experiment.without[Reason.CAPPED]
    return (experiment.late if visitor.known.late else experiment.splits)[place]


def policy_of(experiment: ReadyExperiment, learnt: Learnt) -> ReadyPolicy:
    """The policy in force: with what it has learned, where it learns."""
    policy = learnt.get(experiment.entry.id) or experiment.policy
    if policy is None:
        raise ValueError("a fixed experiment has no policy")
    return policy


def table_for(experiment: ReadyExperiment, policy: ReadyPolicy, visitor: Visitor) -> Table | None:
    """The buckets that a visitor is drawn from; None when every variant is beyond its cap."""
    table = chosen_table(experiment, policy, visitor)
    capped = beyond_cap(experiment, visitor)
    return table.without(capped) if capped else table


def chosen_table(experiment: ReadyExperiment, policy: ReadyPolicy, visitor: Visitor) -> Table:
    """The table that the policy chooses, before caps; its terms say why."""
    late = visitor.known.late and experiment.needs_profile
    return choose(policy, visitor.unit, visitor.features.get, late=late)


def beyond_cap(experiment: ReadyExperiment, visitor: Visitor) -> int:
    """The variants that this visitor has seen often enough, as a bit mask of their places."""
    variants = experiment.entry.variants
    return sum(
        1 << place for place in experiment.capped if not visitor.may_see(variants[place].creative)
    )


def place(placement: ReadyPlacement, visitor: Visitor, learnt: Learnt = NOTHING) -> Offer:
    """What a visitor sees on a placement.

    Experiments of a layer own disjoint buckets: the one that owns the visitor's bucket decides. If
    it is paused, or nobody owns the bucket, the placement's fallback is shown.
    """
    if not placement.owners:
        return placement.fallbacks[Reason.NO_EXPERIMENT]
    owner = owner_of(placement, visitor.unit)
    if owner is None:
        return placement.fallbacks[Reason.NOT_IN_TRAFFIC]
    if owner.entry.status == "paused":
        return placement.fallbacks[Reason.PAUSED]
    return assign(owner, visitor, learnt)


def owner_of(placement: ReadyPlacement, unit: str) -> ReadyExperiment | None:
    """The experiment that owns a visitor's bucket of the layer."""
    if placement.one_owner:
        return placement.owners[0]
    found = bucket(placement.entry.layer_seed, unit)
    position = bisect_right(placement.starts, found) - 1
    if position < 0 or found >= placement.ends[position]:
        return None
    return placement.owners[position]
