"""How much of a placement's traffic an experiment gets, and how its variants share it."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.assignment import allocation
from engine.assignment.allocation import Slice
from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, layers, ramps, sealing
from experiments.models import Experiment, Status, Variant, new_seed

LIVE = (Status.RUNNING, Status.PAUSED)
EVERYBODY = 100


def first_slice(experiment: Experiment) -> list[list[int]]:
    """Cut the traffic share out of what is free in the layer, whose lock the caller holds."""
    return layers.stored(
        allocation.take(_buckets(experiment.traffic_share), occupied=_others(experiment))
    )


def store_ranges(variants: list[Variant]) -> None:
    """Turn the weights of all variants of an experiment into ranges of buckets."""
    ranges = allocation.variant_ranges([variant.weight for variant in variants])
    for variant, (first, end) in zip(variants, ranges, strict=True):
        variant.bucket_start, variant.bucket_end = first, end
    Variant.objects.bulk_update(variants, ["weight", "bucket_start", "bucket_end"])


@transaction.atomic
def raise_share(
    experiment: Experiment,
    *,
    share: int,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """Let more visitors take part; whoever is in stays in, with the same variant.

    A ramp that goes on holds the new share from now on.

    Raises:
        IllegalMove: It is not live.
        InvalidInput: Not more than now, or more than the layer has left.
        Conflict: Somebody else was first.
    """
    placement = _live_placement(experiment)
    layers.lock(placement)
    if not experiment.traffic_share < share <= EVERYBODY:
        raise InvalidInput(
            _("The share can only be raised: choose more than %(now)s and at most 100 %%.")
            % {"now": experiment.traffic_share},
            field="share",
        )
    free = layers.free_share(placement, but=experiment)
    if share > free:
        raise InvalidInput(
            _("Other experiments of this layer leave %(free)s %% for this one.")
            % {"free": f"{free:g}"},
            field="share",
            hint=_("Choose a lower share, or stop one of the others first."),
        )
    current = layers.slice_of(experiment)
    wider = allocation.extend(current, _buckets(share), occupied=_others(experiment))
    changes = {
        "traffic_share": share,
        "slice": layers.stored(wider),
        "ramp_since": ramps.since(experiment, share, now),
    }
    compare_and_set.change(
        experiment, "raise_traffic", changes, actor=actor, now=now, reason=reason
    )


@transaction.atomic
def change_split(
    experiment: Experiment,
    *,
    weights: Mapping[str, int],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """Give the variants other weights, which begins a new phase.

    Everybody is drawn anew with a new seed, and counting begins again (`started_at` is the start of
    the phase in force): visitors who had seen something under the old split would be unequally many
    among the variants of the new one.

    Raises:
        IllegalMove: It is not live.
        InvalidInput: Not exactly one weight of at least 1 for every variant.
        Conflict: Somebody else was first.
    """
    _live_placement(experiment)
    variants = list(experiment.variants.all())
    if set(weights) != {variant.key for variant in variants} or min(weights.values()) < 1:
        raise InvalidInput(_("Give every variant a weight of at least 1."), field="weights")
    changes = {"phase": experiment.phase + 1, "seed": new_seed(), "started_at": now}
    with compare_and_set.recorded(experiment, "change_split", actor=actor, now=now):
        compare_and_set.claim(experiment, changes)
        for variant in variants:
            variant.weight = weights[variant.key]
        store_ranges(variants)
    sealing.seal(experiment, actor=actor, now=now)


def _live_placement(experiment: Experiment) -> Placement:
    if experiment.status not in LIVE or experiment.placement is None:
        raise IllegalMove(
            _("Traffic and split can be changed while the experiment runs or is paused only."),
            hint=_("The traffic of a draft is part of its plan."),
        )
    return experiment.placement


def _others(experiment: Experiment) -> Slice:
    assert experiment.placement is not None  # noqa: S101 - only asked of what has one
    return layers.occupied(experiment.placement, but=experiment)


def _buckets(share: int) -> int:
    return allocation.buckets_of_share(Fraction(share, 100))
