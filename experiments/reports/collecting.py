"""From the totals of many experiments to the inputs of their reports, in few queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creatives.models import Placement
from engine.stats.aggregates import Aggregates
from events import outcomes, store
from experiments.models import Experiment
from experiments.reports import choices, concurrent, in_blocks, marks, plan
from experiments.reports.choices import Choices
from experiments.reports.designs import Beside, BlockTotals
from experiments.reports.findings import Mark
from experiments.reports.health import NOTHING_KNOWN, Observed
from experiments.reports.inputs import ByDay, Inputs
from experiments.reports.payload import CHANCE_ID, POLICY_ID, Design

PAGE = "page"
"""The cut by page: placements of one type of page together."""


@dataclass(frozen=True, slots=True)
class _Totals:
    """Everything the roll-up knows about some phases."""

    by_day: Mapping[store.Phase, Mapping[int, ByDay]]
    suspicious: Mapping[store.Phase, Mapping[int, Aggregates]]
    suspicious_branches: Mapping[store.Phase, Mapping[bool, Aggregates]]
    cuts: Mapping[store.Phase, Mapping[tuple[str, str], Mapping[int, Aggregates]]]
    ages: Mapping[store.Phase, Mapping[int, Mapping[int, Aggregates]]]
    views: Mapping[store.Phase, Mapping[int, tuple[int, ...]]]
    assigned: Mapping[store.Phase, Mapping[int, int]]
    caps: Mapping[store.Phase, int]
    health: Mapping[store.Phase, store.Health]
    pages: Mapping[str, str]
    marks: Mapping[int, tuple[Mark, ...]]
    watermark: int
    blocks: Mapping[store.Phase, tuple[BlockTotals, ...]]
    beside: Mapping[store.Phase, tuple[Beside, ...]]
    rejected: Mapping[int, tuple[tuple[int, int], ...]]


def read(experiments: Sequence[Experiment], *, now: dt.datetime) -> list[Inputs]:
    """The inputs of the present phases, in the same order."""
    phases = [(row.pk, row.phase) for row in experiments]
    chosen = choices.of([row for row in experiments if plan.is_adaptive(row)])
    known = _totals(experiments, phases, now=now)
    return [_inputs(row, known, chosen.get(row.pk), now=now) for row in experiments]


def _totals(
    experiments: Sequence[Experiment], phases: Sequence[store.Phase], *, now: dt.datetime
) -> _Totals:
    health = store.health_of(phases)
    return _Totals(
        watermark=store.watermark().seq,
        by_day=store.aggregates_of(phases),
        suspicious=store.suspicious_of(phases),
        suspicious_branches=store.suspicious_branches_of(phases),
        cuts=store.cuts_of(phases),
        ages=store.ages_of(phases),
        views=store.views_of(phases),
        assigned=store.assigned_of(phases),
        caps=store.cap_of(phases),
        health=health,
        pages=_pages(experiments),
        marks=marks.marks_of(experiments),
        blocks=_blocks(experiments),
        beside=concurrent.read(experiments, now=now),
        rejected=_rejected(experiments, health),
    )


def _rejected(
    experiments: Sequence[Experiment], health: Mapping[store.Phase, store.Health]
) -> dict[int, tuple[tuple[int, int], ...]]:
    phases = [(row.pk, row.phase) for row in experiments if not plan.is_adaptive(row)]
    return outcomes.losses_of({one: health[one].first_event_at for one in phases})


def _blocks(experiments: Sequence[Experiment]) -> dict[store.Phase, tuple[BlockTotals, ...]]:
    phases = [(e.pk, e.phase) for e in experiments if e.unit == Experiment.Unit.BLOCK]
    found = store.blocks_of(phases) if phases else {}
    return {phase: in_blocks.totals(blocks) for phase, blocks in found.items()}


def _pages(experiments: Sequence[Experiment]) -> dict[str, str]:
    sites = {row.site_id for row in experiments}
    rows = Placement.objects.filter(site__in=sites).values_list("pk", "page_type")
    return {str(key): page for key, page in rows}


def _inputs(
    experiment: Experiment, known: _Totals, chosen: Choices | None, *, now: dt.datetime
) -> Inputs:
    phase, design = (experiment.pk, experiment.phase), plan.design_of(experiment)
    by_day = known.by_day[phase] if chosen is None else chosen.sides
    if design.of_blocks:
        return _of_blocks(experiment, known, design, now=now)
    return Inputs(
        design=design,
        by_day=by_day,
        as_of=now,
        watermark=known.watermark,
        suspicious=_suspicious(phase, known, chosen),
        cuts={} if chosen else _by_page(known.cuts[phase], known.pages),
        ages={} if chosen else known.ages[phase],
        views={} if chosen else known.views[phase],
        assigned={} if chosen else known.assigned[phase],
        cap=known.caps.get(phase),
        observed=_observed(experiment, known),
        mix=chosen.mix if chosen else None,
        marks=known.marks[experiment.pk],
        visitors_per_week=_per_week(design, by_day),
        beside=known.beside[phase],
    )


def _of_blocks(
    experiment: Experiment, known: _Totals, design: Design, *, now: dt.datetime
) -> Inputs:
    """Nothing that is known of visitors one by one is read: hours were drawn."""
    phase = (experiment.pk, experiment.phase)
    blocks = known.blocks.get(phase, ())
    return Inputs(
        design=design,
        by_day=in_blocks.by_day(design, blocks),
        as_of=now,
        watermark=known.watermark,
        observed=_observed(experiment, known),
        marks=known.marks[experiment.pk],
        blocks=blocks,
    )


def _suspicious(
    phase: store.Phase, known: _Totals, chosen: Choices | None
) -> Mapping[int, Aggregates]:
    if chosen is None:
        return known.suspicious[phase]
    branches = known.suspicious_branches[phase]
    sides = {CHANCE_ID: branches.get(True), POLICY_ID: branches.get(False)}
    return {key: one for key, one in sides.items() if one is not None}


def _by_page(
    cuts: Mapping[tuple[str, str], Mapping[int, Aggregates]], pages: Mapping[str, str]
) -> dict[tuple[str, str], dict[int, Aggregates]]:
    """The cuts with pages in place of placements; a single page is no cut."""
    found: dict[tuple[str, str], dict[int, Aggregates]] = {}
    for (cut, value), arms in cuts.items():
        place = (PAGE, pages.get(value, "")) if cut == "placement" else (cut, value)
        into = found.setdefault(place, {})
        for arm, one in arms.items():
            into[arm] = into.get(arm, Aggregates()) + one
    counts: dict[str, int] = {}
    for cut, _value in found:
        counts[cut] = counts.get(cut, 0) + 1
    return {place: arms for place, arms in found.items() if counts[place[0]] > 1}


def _per_week(design: Design, by_day: Mapping[int, ByDay]) -> float | None:
    new: dict[dt.date, int] = {}
    for days in by_day.values():
        for day, one in days.items():
            new[day] = new.get(day, 0) + one.n
    return plan.visitors_per_week(design, new)


def _observed(experiment: Experiment, known: _Totals) -> Observed:
    health = known.health[(experiment.pk, experiment.phase)]
    if experiment.origin == Experiment.Origin.RESULTS:
        return NOTHING_KNOWN
    return Observed(
        several=health.multiple,
        unexposed=health.unexposed,
        set_aside=health.marked_events,
        events=health.events + health.marked_events,
        largest=health.largest,
        last_received_at=health.last_received_at,
        marks=health.suspicious,
        clicked=health.clicked,
        unseen=health.unseen if health.viewed else None,
        rejected=known.rejected.get(experiment.pk, ()),
    )
