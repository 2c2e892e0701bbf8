"""Who gets which offer. Pure: it depends on the snapshot and what is known of the visitor.

In this order: whoever tests gets what they ask for, whoever is held gets the default; then the
slice of the layer, targeting, caps, policy and draw.
"""

from bisect import bisect_right
from collections.abc import Mapping
from types import MappingProxyType

from delivery import blocks, offers
from delivery.index import ReadyExperiment, ReadyPlacement
from delivery.offers import Offer
from delivery.policies import ReadyPolicy, Table, choose
from delivery.snapshot import VariantEntry
from delivery.visitor import Apart, Visitor
from engine.assignment.assign import assign as draw
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Reason

Learnt = Mapping[tuple[int, int], ReadyPolicy]
NOTHING: Learnt = MappingProxyType({})


def assign(experiment: ReadyExperiment, visitor: Visitor, learnt: Learnt = NOTHING) -> Offer:
    """What a visitor gets in an experiment that is not a draft, or that they test."""
    if visitor.apart is not None:
        apart = forced(experiment, visitor) or _held(experiment.without, visitor.apart)
        if apart is not None:
            return apart
    return _drawn(experiment, visitor, learnt)


def _drawn(experiment: ReadyExperiment, visitor: Visitor, learnt: Learnt) -> Offer:
    recipe = experiment.recipe
    if recipe is None:
        raise ValueError("a draft has no recipe")
    drawn = draw(recipe, visitor.unit)
    if drawn.variant is None:
        return experiment.without[drawn.reason]
    if experiment.plain:
        return experiment.splits[drawn.variant]
    visitor = visitor.at(experiment.here)
    if not is_targeted(experiment, visitor):
        return experiment.without[Reason.NOT_TARGETED]
    if experiment.policy is None:
        return _fixed(experiment, place_of(experiment, visitor), visitor)
    policy = policy_of(experiment, learnt)
    table = table_for(experiment, policy, visitor)
    if table is None:
        return experiment.without[Reason.CAPPED]
    on = policy.drawn_on(visitor.unit, visitor.session)
    return table.offers[table.draw(recipe.draw_seed, on)]


def is_targeted(experiment: ReadyExperiment, visitor: Visitor) -> bool:
    """Whether a visitor belongs to the audience; nobody does whose profile is needed and late."""
    if experiment.matches is None:
        return True
    if experiment.targets_profile and visitor.known.late:
        return False
    return experiment.matches(visitor.features.get)


def drawn_on(experiment: ReadyExperiment, visitor: Visitor) -> str:
    """What a fixed split draws on: the visitor, or the block of hours for all of them."""
    seconds = experiment.entry.block_seconds
    if not seconds:
        return visitor.unit
    return str(blocks.number(visitor.timezone, visitor.now_ms, seconds=seconds))


def place_of(experiment: ReadyExperiment, visitor: Visitor) -> int:
    """The variant of a fixed split that is drawn, by its place."""
    recipe = experiment.recipe
    assert recipe is not None  # noqa: S101 - asked of what is no draft
    return bisect_right(recipe.ends, bucket(recipe.draw_seed, drawn_on(experiment, visitor)))


def _fixed(experiment: ReadyExperiment, place: int, visitor: Visitor) -> Offer:
    """The drawn variant or, beyond its cap, the default: a fixed split redraws nobody."""
    if place in experiment.capped and not visitor.may_see(
        experiment.entry.variants[place].creative
    ):
        return experiment.without[Reason.CAPPED]
    late = visitor.known.late and experiment.capped
    return (experiment.late if late else experiment.splits)[place]


def policy_of(experiment: ReadyExperiment, learnt: Learnt) -> ReadyPolicy:
    """The policy in force: with what it has learned, where it learns."""
    entry = experiment.entry
    policy = learnt.get((entry.id, entry.placement_id)) or experiment.policy
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
    if visitor.apart is not None:
        apart = forced_on(placement, visitor) or _held(placement.fallbacks, visitor.apart)
        if apart is not None:
            return apart
    if not placement.owners:
        return placement.fallbacks[Reason.NO_EXPERIMENT]
    owner = owner_of(placement, visitor.unit)
    if owner is None:
        return placement.fallbacks[Reason.NOT_IN_TRAFFIC]
    if owner.entry.status == "paused":
        return placement.fallbacks[Reason.PAUSED]
    return _drawn(owner, visitor, learnt)


def forced(experiment: ReadyExperiment, visitor: Visitor) -> Offer | None:
    """The variant that a tester asks for, if the experiment has it."""
    wanted = visitor.apart.forced.get(experiment.entry.id) if visitor.apart else None
    for variant in experiment.entry.variants:
        if variant.id == wanted and can_be_forced(experiment, variant):
            counted, flags = bool(visitor.unit), experiment.flags
            return offers.forced(experiment.entry, variant, counted=counted, flags=flags)
    return None


FORCIBLE = frozenset({"draft", "running", "paused"})
"""What has ended is not tested."""


def can_be_forced(experiment: ReadyExperiment, variant: VariantEntry) -> bool:
    """Whether there is something to be tested: it has not ended, and its banner may be seen."""
    return experiment.entry.status in FORCIBLE and bool(variant.creative.version_id)


def forced_on(placement: ReadyPlacement, visitor: Visitor) -> Offer | None:
    """The same on a placement, in whichever of its experiments."""
    for number in visitor.apart.forced if visitor.apart else ():
        experiment = placement.known.get(number)
        if experiment is not None and (offer := forced(experiment, visitor)):
            return offer
    return None


def _held(defaults: Mapping[Reason, Offer], apart: Apart) -> Offer | None:
    return defaults.get(Reason.HOLDOUT) if apart.held else None


def owner_of(placement: ReadyPlacement, unit: str) -> ReadyExperiment | None:
    """The experiment that owns a visitor's bucket of the layer."""
    if placement.one_owner:
        return placement.owners[0]
    found = bucket(placement.entry.layer_seed, unit)
    position = bisect_right(placement.starts, found) - 1
    if position < 0 or found >= placement.ends[position]:
        return None
    return placement.owners[position]
