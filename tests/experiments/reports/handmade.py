"""Reports written down by hand, one per verdict, with something in every finding.

They need neither the analysis nor a log, so that words and pages can be tried on numbers that are
chosen to show something.
"""

import datetime as dt
from dataclasses import dataclass, replace

from experiments.models import Experiment, Report
from experiments.reports import payload
from experiments.reports.findings import (
    Adjusted,
    Alternative,
    Belief,
    Cost,
    CutEffect,
    Findings,
    Guard,
    Looks,
    Money,
    Role,
    Safety,
    WatchedMetric,
)
from experiments.reports.gaps import Gap, GapCode, Span, Split
from experiments.reports.payload import (
    Arm,
    Check,
    Counts,
    DayPoint,
    Design,
    Effect,
    ReportData,
    State,
    Value,
)
from tests.factories import NOW

DAY = dt.timedelta(days=1)
START = NOW - 14 * DAY
GUARD = "conversion_rate"


@dataclass(frozen=True, slots=True)
class Story:
    """What a report is to tell: the lift of the primary metric and of the guardrail."""

    lift: float
    half: float = 0.02
    guard: float = 0.01
    units: int = 18_400
    split: tuple[float, float] = (0.5, 0.5)
    days: int = 14


STORIES = {
    "no_data": Story(0.0, units=0),
    "collecting": Story(0.02, 0.06, units=5_000, days=8),
    "check_data": Story(0.1, split=(0.52, 0.48)),
    "use": Story(0.07),
    "keep_control": Story(-0.05),
    "no_difference": Story(0.004),
    "your_call": Story(0.07, guard=-0.14),
}


def span(point: float, half: float, level: float = 0.95) -> Span:
    return Span(point - half, point + half, level)


def a_report(kind: str = "use", *, ids: tuple[int, int] = (1, 2), **changes) -> ReportData:
    """A report that the verdict `kind` follows from."""
    story = STORIES[kind]
    now = START + story.days * DAY
    arms = tuple(
        Arm(one, key, f"Variant {key.upper()}", 0.5) for one, key in zip(ids, "ab", strict=True)
    )
    units = tuple(round(2 * story.units * share) for share in story.split)
    data = ReportData(
        method=payload.METHOD,
        as_of=now,
        watermark=1234,
        design=a_design(arms),
        counts=tuple(map(_counts, ids, units)),
        values=tuple(_values(ids, story)),
        effects=tuple(_effects(ids[1], story)) if story.units else (),
        split=_split(units, story),
        all_arms=None,
        days=tuple(_days(ids[1], story, units)),
        checks=_checks(story),
        findings=findings(ids[1], story, units) if story.units else Findings(),
    )
    return replace(data, **changes)


def a_design(arms: tuple[Arm, ...]) -> Design:
    return Design(
        experiment=7,
        phase=1,
        unit="visitor",
        origin="live",
        primary="ctr",
        arms=arms,
        mde=5.0,
        planned_days=14,
        planned_visitors=20_000,
        started_at=START,
        watched=(WatchedMetric(GUARD, Role.GUARDRAIL, 0.05),),
        costs=(Cost(arms[1].id, creative=80_000, media_per_thousand=50),),
    )


def findings(arm: int, story: Story, units: tuple[int, ...]) -> Findings:
    """Something of everything that stands around the charts."""
    harmed = story.guard < -0.05
    half = 0.04
    return Findings(
        looks=Looks("planned", story.days, 14, 0.05, 1.97, NOW.date() if story.days > 13 else None),
        guards=(
            Guard(
                GUARD,
                arm,
                0.05,
                Safety.HARMED if harmed else Safety.SAFE,
                story.guard,
                story.guard - half,
                story.guard + half,
                0.3 if harmed else 0.002,
            ),
            Guard("revenue_per_visitor", arm, 0.05, Safety.UNCLEAR, -0.01, -0.08, 0.06, 0.1),
        ),
        beliefs=(
            Belief(arm - 1, best=0.0002, loss=story.lift),
            Belief(arm, 0.9998, 0.9998, 0.00012, story.lift * 0.9, span(story.lift * 0.9, 0.018)),
        ),
        adjusted=(Adjusted(arm, 0.77, story.lift, span(story.lift, 0.017), 0.007, 1e-7),),
        cuts=tuple(_cuts(arm, story)),
        with_suspicious=Alternative(
            units=tuple(n + 400 for n in units),
            arm=arm,
            lift=story.lift * 0.9,
            lift_span=span(story.lift * 0.9, story.half),
            difference=story.lift * 0.09,
            span=span(story.lift * 0.09, story.half / 10),
            verdict=next(kind for kind, one in STORIES.items() if one is story),
        ),
        money=(money(arm, story),),
        design_effect=1.42,
    )


def money(arm: int, story: Story | None = None, **changes) -> Money:
    gain = (story or STORIES["use"]).lift * 4_000_000
    full = Money(
        arm=arm,
        visitors_per_week=18_400,
        weeks=12,
        gain=gain,
        gain_span=span(gain, 60_000),
        cost=1_200,
        cost_span=span(1_200, 30),
        once=80_000,
        net=gain - 1_200,
        net_span=span(gain - 1_200, 60_000),
        roi=11.5,
        roi_span=Span(8.2, 15.9, 0.95),
        waiting=9_000,
    )
    return replace(full, **changes)


def kept(kind: str, experiment: Experiment, **changes) -> Report:
    """The report of that verdict, as the present one of an experiment with two variants."""
    first, second = experiment.variants.values_list("pk", flat=True)
    data = a_report(kind, ids=(first, second), **changes)
    return Report.objects.update_or_create(
        experiment=experiment,
        phase=experiment.phase,
        defaults={"verdict": kind, "payload": payload.encode(data), "as_of": data.as_of},
    )[0]


def _counts(arm: int, n: int) -> Counts:
    return Counts(arm, n, 3 * n, 2 * n, 3 * n // 10, n // 8, n // 20, n // 20, n * 600)


def _values(ids: tuple[int, int], story: Story):
    base = {"ctr": 0.1, "conversion_rate": 0.05, "revenue_per_visitor": 600.0}
    for metric, value in base.items():
        lift = story.lift if metric == "ctr" else story.guard
        for arm, amount in zip(ids, (value, value * (1 + lift)), strict=True):
            if story.units:
                yield Value(metric, arm, amount)
            else:
                yield Value(metric, arm, gap=Gap(GapCode.TOO_FEW, "units", 0, 50))


def _effects(arm: int, story: Story):
    for metric, role, value, lift, half in (
        ("ctr", Role.PRIMARY, 0.1, story.lift, story.half),
        (GUARD, Role.GUARDRAIL, 0.05, story.guard, 0.05),
        ("revenue_per_visitor", Role.SECONDARY, 600.0, -0.01, 0.07),
    ):
        known = abs(lift) > half
        yield Effect(
            metric,
            arm,
            difference=lift * value,
            span=span(lift * value, half * value),
            lift=lift,
            lift_span=span(lift, half),
            p=0.00004 if known else 0.41,
            p_adjusted=0.00004 if known else 0.41,
            standard_error=half * value / 1.97,
            role=role,
            bound=1.97,
            passed=known and role is Role.PRIMARY,
        )


def _split(units: tuple[int, ...], story: Story) -> Split:
    alarm = story.split != (0.5, 0.5)
    return Split(units, (0.5, 0.5), p=1e-8 if alarm else 0.9, alarm=alarm)


def _days(arm: int, story: Story, units: tuple[int, ...]):
    for day in range(story.days if story.units else 0):
        wide = story.half * (story.days / (day + 1)) ** 0.5
        so_far = tuple(n * (day + 1) // story.days for n in units)
        yield DayPoint((START + day * DAY).date(), arm, *so_far, story.lift, span(story.lift, wide))


def _checks(story: Story) -> tuple[Check, ...]:
    split = State.BLOCKING if story.split != (0.5, 0.5) else State.OK
    return (
        Check("split", split if story.units else State.WAITING, {}),
        Check("several", State.OK, {"units": 3, "share": 0.0001}),
        Check("clicks", State.OK, {}),
        Check("automated", State.OK, {"events": 900, "share": 0.015}),
    )


def _cuts(arm: int, story: Story):
    even = Split((9_000, 9_100), (0.5, 0.5), p=0.6)
    uneven = Split((4_600, 4_000), (0.5, 0.5), p=1e-9, alarm=True)
    for cut, value, split in (
        ("device", "phone", even),
        ("device", "desktop", uneven),
        ("returning", "0", even),
        ("returning", "1", even),
        ("placement", "welcome", even),
    ):
        lift = story.lift + (0.03 if value == "phone" else -0.01)
        yield CutEffect(cut, value, arm, *split.observed, lift, span(lift, 0.04), 0.01, 0.06, split)
    few = Gap(GapCode.TOO_FEW, "units", 12, 50)
    yield CutEffect("locale", "zh-CN", arm, 12, 14, gap=few)
