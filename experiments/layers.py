"""Layers: who of a placement's visitors is still free to take part in something.

A layer is a key on placements until somebody needs it; then it gets a row with a seed. The row's
lock puts everything that cuts slices out of it in order.
"""

from collections.abc import Iterable

from django.db.models import Q

from creatives.models import Placement
from engine.assignment import allocation
from engine.assignment.allocation import Range, Slice
from experiments.models import Experiment, Layer, Status

HOLDS_ITS_SLICE = (Status.RUNNING, Status.PAUSED)
"""A stopped experiment cannot go on, so its visitors are free for the next one."""


def ensure(placement: Placement) -> Layer:
    """The layer of a placement, made when it is needed for the first time."""
    return Layer.objects.get_or_create(site_id=placement.site_id, key=placement.layer)[0]


def lock(placement: Placement) -> Layer:
    """The layer, held until the end of the transaction: two slices are never cut at once.

    The placement is held too, and read again: nobody moves it to another layer meanwhile.
    """
    placement.refresh_from_db(from_queryset=Placement.objects.select_for_update())
    return Layer.objects.select_for_update().get(pk=ensure(placement).pk)


def neighbours(placement: Placement, *, but: Experiment | None = None) -> Iterable[Experiment]:
    """The experiments that hold a slice of a placement's layer, other than `but`."""
    # Of one on several placements any may have been moved to another layer by hand: both lose.
    also = Experiment.also_on.through.objects.filter(placement__layer=placement.layer)
    rows = Experiment.objects.filter(
        Q(placement__layer=placement.layer) | Q(pk__in=also.values("experiment")),
        site_id=placement.site_id,
        status__in=HOLDS_ITS_SLICE,
        origin=Experiment.Origin.LIVE,
    ).order_by("started_at", "id")
    return rows.exclude(pk=but.pk) if but is not None and but.pk else rows


def occupied(placement: Placement, *, but: Experiment | None = None) -> Slice:
    """Buckets of the layer that belong to other experiments."""
    return allocation.normalise(
        ranges for row in neighbours(placement, but=but) for ranges in slice_of(row)
    )


def slice_of(experiment: Experiment) -> Slice:
    """The stored slice; JSON knows lists only."""
    return tuple(_range(pair) for pair in experiment.slice)


def _range(pair: Iterable[int]) -> Range:
    start, end = pair
    return start, end


def stored(ranges: Slice) -> list[list[int]]:
    """A slice as it is kept in the database."""
    return [[start, end] for start, end in ranges]


def free_share(placement: Placement, *, but: Experiment | None = None) -> float:
    """Percent of the layer's visitors who are in no experiment."""
    gaps = allocation.free(occupied(placement, but=but))
    return allocation.size(gaps) / 100
