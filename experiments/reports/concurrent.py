"""Other tests that run at the same time: do they change what this one finds?

Tests of one layer have no visitor in common. Those of different layers share visitors, drawn by
seeds that know nothing of each other; so each pair of variants is a fair sample, and a difference
of differences is a fair question.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.errors import StatisticsError
from engine.stats import interaction, multiplicity
from engine.stats.metrics import CATALOGUE
from events import overlaps
from events.store import Phase
from experiments.models import Experiment, Status
from experiments.reports import values
from experiments.reports.designs import Beside, Concurrent
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Design

MOST: Final = 10
"""Other tests that are looked at, those that began last; each costs a join of all visitors."""
SHOWING: Final = (Status.RUNNING, Status.PAUSED)


def read(experiments: Sequence[Experiment], *, now: dt.datetime) -> dict[Phase, tuple[Beside, ...]]:
    """The tests beside each of these, with the common visitors as far as they are known."""
    beside = _beside(experiments)
    pairs = [
        (_phase(one), _phase(other))
        for one in experiments
        if one.status in SHOWING
        for other in beside.get(one.pk, ())
    ]
    overlaps.bring_up_to_date(pairs, now=now)
    cells = overlaps.cells_of(_phase(one) for one in experiments if beside.get(one.pk))
    return {
        _phase(one): tuple(
            _input(other, cells.get((_phase(one), _phase(other)), {}))
            for other in beside.get(one.pk, ())
        )
        for one in experiments
    }


def findings(design: Design, beside: Iterable[Beside]) -> tuple[Concurrent, ...]:
    """One check per other test, Benjamini-Hochberg over them."""
    if design.adaptive or design.unit != "visitor":
        return ()
    found = [_check(design, one) for one in beside]
    known = [one for one in found if one.p is not None]
    adjusted = multiplicity.benjamini_hochberg([one.p for one in known if one.p is not None])
    by_key = {one.key: p for one, p in zip(known, adjusted, strict=True)}
    return tuple(
        replace(one, p_adjusted=by_key[one.key], alarm=by_key[one.key] < ALPHA)
        if one.key in by_key
        else one
        for one in found
    )


def _check(design: Design, other: Beside) -> Concurrent:
    units = sum(cell.n for cell in other.cells.values())
    mine = tuple(arm.id for arm in design.arms)
    theirs = tuple(key for key, _label in other.variants)
    try:
        one = interaction.check(CATALOGUE[design.primary], other.cells, mine=mine, others=theirs)
    except StatisticsError as error:
        return Concurrent(other.key, other.name, units, gap=values.gap_of(error))
    return Concurrent(
        other.key,
        other.name,
        one.units,
        p=one.p,
        largest=one.largest,
        standard_error=one.standard_error,
        arm=one.pair[0],
        other=dict(other.variants)[one.pair[1]],
    )


def _beside(experiments: Sequence[Experiment]) -> Mapping[int, list[Experiment]]:
    asking = [one for one in experiments if _can_share(one)]
    if not asking:
        return {}
    rows = Experiment.objects.filter(
        site__in={one.site_id for one in asking},
        status__in=SHOWING,
        origin=Experiment.Origin.LIVE,
        unit=Experiment.Unit.VISITOR,
        policy=Experiment.Policy.FIXED,
    )
    running = list(
        rows.select_related("placement").prefetch_related("variants").order_by("-started_at", "pk")
    )
    layers = {one.pk: _layer(one) for one in running} | {one.pk: _layer(one) for one in asking}
    return {
        one.pk: [
            other
            for other in running
            if other.site_id == one.site_id and layers[other.pk] != layers[one.pk]
        ][:MOST]
        for one in asking
    }


def _can_share(experiment: Experiment) -> bool:
    return (
        experiment.origin == Experiment.Origin.LIVE
        and experiment.unit == Experiment.Unit.VISITOR
        and experiment.policy == Experiment.Policy.FIXED
        and experiment.status in SHOWING
    )


def _layer(experiment: Experiment) -> str:
    return experiment.placement.layer if experiment.placement else ""


def _phase(experiment: Experiment) -> Phase:
    return experiment.pk, experiment.phase


def _input(other: Experiment, cells: overlaps.Cells) -> Beside:
    variants = tuple((one.pk, one.key) for one in other.variants.all())
    return Beside(other.key, other.name, variants, cells)
