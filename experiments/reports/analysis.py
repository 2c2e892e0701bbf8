"""From inputs to what a report knows: no database, no clock, no words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.errors import StatisticsError
from engine.stats import omnibus, series, stratified
from engine.stats.aggregates import Aggregates, total
from engine.stats.estimate import estimate, require
from engine.stats.inference import ArmEstimate
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import Reading
from experiments.models import Experiment
from experiments.reports import (
    comparing,
    concurrent,
    cuts,
    factors,
    further,
    health,
    in_blocks,
    looks,
    values,
    verdict,
    worth,
)
from experiments.reports.findings import Alternative, Findings
from experiments.reports.inputs import Inputs
from experiments.reports.looks import ALPHA
from experiments.reports.payload import AllArms, Counts, DayPoint, Design, ReportData, Split

COUNTED: Final = ("impressions", "viewables", "clicks", "carts", "orders", "converted", "revenue")

Arms = Mapping[int, Aggregates]


def analyse(inputs: Inputs) -> ReportData:
    """Everything that can be said; what cannot is a named gap. A pure function of the inputs."""
    design = inputs.design
    arms = _totals(inputs)
    days = looks.days_run(design, _first_day(inputs), as_of=inputs.as_of)
    control = values.value(CATALOGUE[design.primary], design.control.id, arms[design.control.id])
    reading = looks.reading_of(design, days, control.value)
    blocks = in_blocks.settled(design, inputs.blocks) if design.of_blocks else None
    effects = comparing.effects_of(design, inputs.by_day, arms, reading, blocks=blocks)
    data = ReportData(
        method=looks.method_of(design),
        as_of=inputs.as_of,
        watermark=inputs.watermark,
        design=design,
        counts=tuple(_counts(arm.id, arms[arm.id]) for arm in design.arms),
        values=values.all_values(design, inputs.by_day, arms),
        effects=effects,
        split=_split(inputs, arms),
        all_arms=_all_arms(design, arms),
        days=_days(inputs, reading),
        checks=(),
        mix=inputs.mix,
        findings=_findings(inputs, arms, reading),
    )
    data = replace(data, checks=health.check_all(data, arms, inputs.observed, days=days))
    passed_on = _passed_on(data)
    found = replace(
        data.findings,
        looks=looks.looks_of(design, reading, days, effects, passed_on),
        with_suspicious=_with_suspicious(inputs, data, arms, reading),
    )
    return replace(data, findings=found)


def _totals(inputs: Inputs) -> dict[int, Aggregates]:
    return {arm.id: total(inputs.by_day.get(arm.id, {}).values()) for arm in inputs.design.arms}


def _first_day(inputs: Inputs) -> dt.date | None:
    return min((day for days in inputs.by_day.values() for day in days), default=None)


def _counts(arm_id: int, arm: Aggregates) -> Counts:
    return Counts(arm_id, arm.n, **{key: int(arm.sums.get(key, 0)) for key in COUNTED})


def _split(inputs: Inputs, arms: Arms) -> Split:
    design = inputs.design
    if design.of_blocks:
        return in_blocks.split_of(design, inputs.blocks, further.split_of)
    return further.split_of(design, tuple(arms[arm.id].n for arm in design.arms))


def _findings(inputs: Inputs, arms: Arms, reading: Reading) -> Findings:
    design = inputs.design
    if design.of_blocks:
        return Findings(
            guards=in_blocks.guards(design, inputs.blocks),
            exposures=further.exposures(design, inputs.by_day),
            expected_per_day=_expected_per_day(design),
            marks=inputs.marks,
            switchback=in_blocks.report(design, inputs.blocks, reading),
        )
    return Findings(
        guards=further.guards(design, arms),
        beliefs=further.beliefs(design, _estimates(inputs, arms)),
        adjusted=further.adjusted(design, arms, reading),
        cuts=cuts.cuts_of(inputs, reading),
        funnel=further.funnel(design, arms, inputs.assigned),
        exposures=further.exposures(design, inputs.by_day),
        expected_per_day=_expected_per_day(design),
        ages=further.ages(inputs),
        views=further.view_points(design, inputs.views),
        money=worth.money_of(inputs, arms, reading),
        marks=inputs.marks,
        design_effect=further.design_effect(design, arms),
        cap=inputs.cap,
        factors=factors.effects(design, arms, reading),
        concurrent=concurrent.findings(design, inputs.beside),
    )


def _estimates(inputs: Inputs, arms: Arms) -> dict[int, ArmEstimate]:
    """The primary metric of every arm that has enough for a comparison."""
    design, metric = inputs.design, CATALOGUE[inputs.design.primary]
    if design.adaptive:
        sides = [inputs.by_day.get(arm.id, {}) for arm in design.arms]
        try:
            both = stratified.estimates(metric, *sides)
        except StatisticsError:
            return {}
        return dict(zip((arm.id for arm in design.arms), both, strict=True))
    found = {}
    for arm in design.arms:
        try:
            require(metric, arm=arms[arm.id])
            found[arm.id] = estimate(metric, arms[arm.id])
        except StatisticsError:
            continue
    return found


def _expected_per_day(design: Design) -> float | None:
    if not design.planned_visitors or not design.planned_days:
        return None
    return design.planned_visitors / design.planned_days


def _all_arms(design: Design, arms: Arms) -> AllArms | None:
    if design.of_blocks:
        return None
    if len(design.treatments) == 1 and design.unit != Experiment.Unit.IMPRESSION:
        return None
    metric = CATALOGUE[design.primary]
    parts = [arms[arm.id] for arm in design.arms]
    try:
        if design.unit == Experiment.Unit.IMPRESSION:
            # Of totals the table of clicked and not clicked is all there is.
            trials = [part.n for part in parts]
            result = omnibus.chi_square(trials, [part.sum(metric.numerator) for part in parts])
        else:
            result = omnibus.compare_all(metric, parts)
    except StatisticsError as error:
        return AllArms(gap=values.gap_of(error))
    return AllArms(result.statistic, result.df, result.p, result.log10_p)


def _days(inputs: Inputs, reading: Reading) -> tuple[DayPoint, ...]:
    design = inputs.design
    if design.origin == Experiment.Origin.RESULTS:
        return ()  # totals of one day
    if design.of_blocks:
        return ()  # the bands of a day are of visitors
    control = inputs.by_day.get(design.control.id, {})
    return tuple(
        _day(arm.id, point)
        for arm in design.treatments
        for point in series.cumulative(
            CATALOGUE[design.primary],
            control,
            inputs.by_day.get(arm.id, {}),
            reading=reading,
            alpha=ALPHA / len(design.treatments),
            stratified=design.adaptive,
        )
    )


def _day(arm_id: int, point: series.SeriesPoint) -> DayPoint:
    return DayPoint(
        day=point.day,
        arm=arm_id,
        n_control=point.n_control,
        n_treatment=point.n_treatment,
        lift=point.lift,
        band=comparing.span(point.band),
        gap=point.gap or "",
    )


def _passed_on(data: ReportData) -> dt.date | None:
    """The first evening from which on the band of the verdict's treatment excludes zero."""
    found = verdict.decide(data)
    passed = None
    for point in data.days if found.arm is not None else ():
        if point.arm == found.arm:
            out = point.band is not None and point.band.excludes_zero
            passed = (passed or point.day) if out else None
    return passed


def _with_suspicious(
    inputs: Inputs, data: ReportData, arms: Arms, reading: Reading
) -> Alternative | None:
    """The same reading with what was set aside counted as if it were people."""
    design = inputs.design
    if not any(one.n for one in inputs.suspicious.values()):
        return None
    every = {
        arm.id: arms[arm.id] + inputs.suspicious.get(arm.id, Aggregates()) for arm in design.arms
    }
    by_day = {key: {inputs.as_of.date(): one} for key, one in every.items()}
    if design.adaptive:
        # Within days nothing is known of what was set aside, and totals would not be fair.
        return Alternative(units=tuple(one.n for one in every.values()))
    effects = comparing.effects_of(design, by_day, every, reading)
    units = tuple(every[arm.id].n for arm in design.arms)
    other = replace(
        data,
        effects=effects,
        counts=tuple(_counts(key, one) for key, one in every.items()),
        split=further.split_of(design, units),
    )
    checks = (*(c for c in data.checks if c.key != "split"), health.check_split(other.split))
    return _alternative(replace(other, checks=checks), units, verdict.decide(data))


def _alternative(other: ReportData, units: tuple[int, ...], found: verdict.Verdict) -> Alternative:
    then = verdict.decide(other)
    arm = found.arm if found.arm is not None else then.arm
    effect = other.effect(other.design.primary, arm) if arm is not None else None
    plain = Alternative(
        units=units,
        arm=arm,
        verdict=then.kind.value,
        differs=(then.kind, then.arm) != (found.kind, found.arm),
    )
    if effect is None or effect.gap is not None:
        return replace(plain, gap=effect.gap if effect else None)
    return replace(
        plain,
        lift=effect.lift,
        lift_span=effect.lift_span,
        difference=effect.difference,
        span=effect.span,
    )
