"""What a report knows beside the comparison: one function per part of `Findings`."""

from collections.abc import Iterable, Mapping
from typing import Final

from engine.errors import StatisticsError
from engine.stats import bayes, cuped, estimate, guardrails, novelty, srm
from engine.stats.aggregates import Aggregates
from engine.stats.inference import ArmEstimate, LiftGap
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import Reading
from experiments.models import Experiment
from experiments.reports import comparing, values
from experiments.reports.findings import (
    Adjusted,
    AgePoint,
    Belief,
    ExposureDay,
    Guard,
    Role,
    Safety,
    Stage,
    ViewPoint,
)
from experiments.reports.inputs import Inputs
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Arm, Design, Gap, GapCode, Split
from experiments.reports.values import ByDay

Arms = Mapping[int, Aggregates]

STAGES: Final = {
    "viewable": "viewed",
    "click": "clicked",
    "cart": "carted",
    "order": "converted",
}
"""Steps of the funnel after the showing, with the total that says who came as far."""


def guards(design: Design, arms: Arms) -> tuple[Guard, ...]:
    """Every guardrail of every treatment."""
    watched = [one for one in design.watched if one.role is Role.GUARDRAIL]
    return tuple(
        _guard(
            design, arms, one.metric, arm, comparing.MARGIN if one.margin is None else one.margin
        )
        for one in watched
        for arm in design.treatments
    )


def _guard(design: Design, arms: Arms, metric: str, arm: Arm, margin: float) -> Guard:
    try:
        found = guardrails.check(
            CATALOGUE[metric], arms[design.control.id], arms[arm.id], margin=margin, alpha=ALPHA
        )
    except StatisticsError as error:
        return Guard(metric, arm.id, margin, Safety.UNCLEAR, gap=values.gap_of(error))
    return Guard(
        metric,
        arm.id,
        margin,
        Safety(found.safety.value),
        lift=found.lift,
        low=found.low,
        high=found.high,
        p=found.p,
        gap=comparing.lift_gap(found.gap),
    )


def beliefs(design: Design, estimates: Mapping[int, ArmEstimate]) -> tuple[Belief, ...]:
    """The Bayesian reading of the primary metric, of the arms that can be estimated."""
    control = estimates.get(design.control.id)
    known = [arm for arm in design.treatments if arm.id in estimates]
    if control is None or not known:
        return ()
    try:
        race = bayes.race(control, [estimates[arm.id] for arm in known])
    except StatisticsError as error:
        gap = values.gap_of(error)
        return tuple(Belief(arm.id, gap=gap) for arm in (design.control, *known))
    first = Belief(design.control.id, best=race[0].best, loss=race[0].loss)
    rest = zip(known, race[1:], strict=True)
    return (first, *(_belief(arm.id, standing) for arm, standing in rest))


def _belief(arm: int, standing: bayes.Standing) -> Belief:
    return Belief(
        arm,
        best=standing.best,
        better=standing.better,
        loss=standing.loss,
        shrunk=standing.lift,
        shrunk_span=comparing.span(standing.interval),
    )


def adjusted(design: Design, arms: Arms, reading: Reading) -> tuple[Adjusted, ...]:
    """The primary metric with what visitors did before taken out, where they have a past."""
    metric = CATALOGUE[design.primary]
    only_totals = design.unit == Experiment.Unit.IMPRESSION or design.of_means
    if metric.pre is None or design.adaptive or only_totals:
        return ()
    alpha = ALPHA / len(design.treatments)
    found = []
    for arm in design.treatments:
        try:
            one = cuped.compare(
                metric, arms[design.control.id], arms[arm.id], alpha=alpha, bound=reading.bound
            )
        except StatisticsError as error:
            found.append(Adjusted(arm.id, gap=values.gap_of(error)))
            continue
        found.append(
            Adjusted(
                arm.id,
                variance_ratio=one.variance_ratio,
                lift=one.lift,
                lift_span=comparing.span(one.lift_interval),
                difference=one.difference,
                p=one.p,
                gap=comparing.lift_gap(one.lift_gap),
            )
        )
    return tuple(found)


def funnel(design: Design, arms: Arms, assigned: Mapping[int, int]) -> tuple[Stage, ...]:
    """From assigned to ordered, in visitors per arm; the split is checked at every step."""
    if design.unit == Experiment.Unit.IMPRESSION:
        return ()
    rendered = tuple(arms[arm.id].n for arm in design.arms)
    given = tuple(assigned.get(arm.id, 0) for arm in design.arms)
    steps = {"rendered": rendered}
    if not design.adaptive and all(g >= r > 0 for g, r in zip(given, rendered, strict=True)):
        steps = {"assigned": given} | steps
    for stage, total in STAGES.items():
        steps[stage] = tuple(arms[arm.id].sums.get(total, 0) for arm in design.arms)
    return tuple(Stage(stage, n, split_of(design, n)) for stage, n in steps.items() if any(n))


def split_of(design: Design, counts: tuple[int, ...]) -> Split:
    """Units per arm against the set shares."""
    shares = tuple(arm.share for arm in design.arms)
    try:
        result = srm.check(counts, shares)
    except StatisticsError as error:
        expected = tuple(sum(counts) * share for share in shares)
        return Split(counts, expected, gap=values.gap_of(error))
    return Split(counts, result.expected, result.p, result.log10_p, alarm=result.alarm)


def exposures(design: Design, by_day: Mapping[int, ByDay]) -> tuple[ExposureDay, ...]:
    """Newly exposed units per arm and day."""
    return tuple(
        ExposureDay(day, arm.id, one.n)
        for arm in design.arms
        for day, one in sorted(by_day.get(arm.id, {}).items())
    )


def ages(inputs: Inputs) -> tuple[AgePoint, ...]:
    """How the click-through rate's lift changes with the days since the first exposure."""
    design = inputs.design
    if design.adaptive or len(inputs.ages) <= 1:
        return ()
    control = {age: arms.get(design.control.id, Aggregates()) for age, arms in inputs.ages.items()}
    return tuple(
        _age(arm.id, point)
        for arm in design.treatments
        for point in novelty.by_age(
            CATALOGUE["ctr"],
            control,
            {age: arms.get(arm.id, Aggregates()) for age, arms in inputs.ages.items()},
            alpha=ALPHA,
        )
    )


def _age(arm: int, point: novelty.AgePoint) -> AgePoint:
    return AgePoint(
        point.since,
        arm,
        point.n_control,
        point.n_treatment,
        lift=point.lift,
        span=comparing.span(point.interval),
        gap=_gap_of_age(point),
    )


def _gap_of_age(point: novelty.AgePoint) -> Gap | None:
    if point.missing:
        return values.worst_of(point.missing)
    if point.gap in set(LiftGap):
        return comparing.lift_gap(LiftGap(point.gap))
    return None if point.gap is None else Gap(GapCode.NO_VARIATION)


def view_points(design: Design, views: Mapping[int, tuple[int, ...]]) -> tuple[ViewPoint, ...]:
    """Views and clicks by how often a visitor has seen the banner."""
    return tuple(
        ViewPoint(n + 1, arm.id, shown, clicked)
        for arm in design.arms
        for n, (shown, clicked) in enumerate(_halves(views.get(arm.id, ())))
        if shown
    )


def _halves(views: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    half = len(views) // 2
    return zip(views[:half], views[half:], strict=True)


def design_effect(design: Design, arms: Arms) -> float | None:
    """How much larger the variance of the click-through rate is than a calculator assumes."""
    try:
        return estimate.design_effect(CATALOGUE["ctr"], arms[design.control.id])
    except StatisticsError:
        return None
