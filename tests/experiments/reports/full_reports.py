"""Reports with everything that can be found, written by hand: known numbers, no arithmetic."""

import datetime as dt
from dataclasses import replace

from experiments.reports.findings import (
    AgePoint,
    ExposureDay,
    Findings,
    Guard,
    Looks,
    Mark,
    Role,
    Safety,
    Stage,
    ViewPoint,
    WatchedMetric,
)
from experiments.reports.gaps import Gap, GapCode, Span, Split
from experiments.reports.payload import Arm, Counts, DayPoint, Design, Effect, ReportData, Value

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DAYS = 14
START = NOW - DAYS * DAY
TOO_FEW = Gap(GapCode.TOO_FEW, "carts", 3, 5)
METRICS = {
    "ctr": (Role.PRIMARY, 0.1, 0.031, 0.012),
    "viewable_ctr": (Role.SECONDARY, 0.14, 0.024, 0.014),
    "carts_per_visitor": (Role.SECONDARY, 0.04, None, None),
    "conversion_rate": (Role.GUARDRAIL, 0.05, 0.004, 0.021),
    "revenue_per_visitor": (Role.GUARDRAIL, 600.0, -0.05, 0.02),
    "orders_per_click": (Role.DIAGNOSTIC, 0.21, -0.02, 0.03),
}
"""Role, the control's value, the lift of the first treatment (less by a point for each further
one), its standard error; None cannot be measured yet."""
STAGES = {
    "assigned": (1.0, 0.41),
    "rendered": (0.96, 0.38),
    "viewable": (0.78, 0.2),
    "click": (0.12, 0.003),
    "cart": (0.04, None),
    "order": (0.021, 0.6),
}
"""Part of the visitors that come so far, p of the split."""


def a_full_report(variants: int = 2, *, days: int = DAYS, **changes) -> ReportData:
    """A report of which every plot can be drawn."""
    arms = tuple(
        Arm(id=1 + i, key="abcdefgh"[i], name=f"Variant {'ABCDEFGH'[i]}", share=1 / variants)
        for i in range(variants)
    )
    units = tuple(9_000 + 12 * i for i in range(variants))
    expected = (sum(units) / variants,) * variants
    data = ReportData(
        method="group-sequential-1",
        as_of=NOW,
        watermark=1234,
        design=_design(arms),
        counts=tuple(
            Counts(arm.id, n, impressions=3 * n, viewables=2 * n, clicks=n // 8, orders=n // 50)
            for arm, n in zip(arms, units, strict=True)
        ),
        values=tuple(
            Value(metric, arm.id, None if lift is None else base)
            for metric, (_role, base, lift, _error) in METRICS.items()
            for arm in arms
        ),
        effects=tuple(an_effect(key, arm.id) for key in METRICS for arm in arms[1:]),
        split=Split(units, expected, p=0.41),
        all_arms=None,
        days=tuple(_point(i, arm.id) for arm in arms[1:] for i in range(days)),
        checks=(),
        findings=_findings(arms, units, days),
    )
    return replace(data, **changes)


def found(data: ReportData, **changes) -> ReportData:
    """The same report with other findings."""
    return replace(data, findings=replace(data.findings, **changes))


def texts(chart) -> list[str]:
    """The words that stand in a plot."""
    return [one["text"] for one in chart.figure["layout"].get("annotations", [])]


def an_effect(metric: str, arm: int) -> Effect:
    role, base, lift, error = METRICS[metric]
    if lift is None or error is None:
        return Effect(metric, arm, gap=TOO_FEW, role=role)
    here = lift - 0.01 * (arm - 2)
    low, high = here - 2 * error, here + 2 * error
    return Effect(
        metric=metric,
        arm=arm,
        difference=here * base,
        span=Span(low * base, high * base, 0.95),
        lift=here,
        lift_span=Span(low, high, 0.95),
        p=0.01,
        standard_error=error * base,
        role=role,
        bound=2.0,
    )


def a_guard(metric: str, arm: int, safety: Safety) -> Guard:
    _role, _base, lift, error = METRICS[metric]
    if lift is None or error is None:
        return Guard(metric, arm, 0.05, Safety.UNCLEAR, gap=TOO_FEW)
    here = lift - 0.01 * (arm - 2)
    low, high = here - 1.645 * error, here + 1.645 * error
    return Guard(metric, arm, 0.05, safety, lift=here, low=low, high=high, p=0.02)


def _design(arms: tuple[Arm, ...]) -> Design:
    return Design(
        experiment=7,
        phase=1,
        unit="visitor",
        origin="live",
        primary="ctr",
        arms=arms,
        mde=2.0,
        planned_days=DAYS,
        planned_visitors=18_000,
        started_at=START,
        watched=tuple(
            WatchedMetric(key, role, 0.05 if role is Role.GUARDRAIL else None)
            for key, (role, *_rest) in METRICS.items()
        ),
    )


def _point(place: int, arm: int) -> DayPoint:
    n, wide = 640 * (place + 1), 0.09 / (place + 1) ** 0.5
    lift = 0.031 - 0.01 * (arm - 2) + 0.02 * (-1) ** place / (place + 1)
    band = Span(lift - wide, lift + wide, 0.95)
    return DayPoint((START + place * DAY).date(), arm, n, n + 5, lift, band)


def _findings(arms: tuple[Arm, ...], units: tuple[int, ...], days: int) -> Findings:
    treatments = [arm.id for arm in arms[1:]]
    return Findings(
        looks=Looks("planned", days, DAYS, 0.05, 2.04, (START + 10 * DAY).date()),
        guards=tuple(
            a_guard(key, arm, safety)
            for arm in treatments
            for key, safety in (
                ("conversion_rate", Safety.SAFE),
                ("revenue_per_visitor", Safety.UNCLEAR),
            )
        ),
        funnel=tuple(_stage(stage, units) for stage in STAGES),
        exposures=tuple(_exposed(place, arm.id, days) for place in range(days) for arm in arms),
        expected_per_day=1_300.0,
        ages=tuple(_age(since, arm) for arm in treatments for since in range(min(days, 14))),
        views=tuple(ViewPoint(n, arm.id, *_views(n, arm.id)) for arm in arms for n in range(1, 11)),
        marks=(
            Mark(START, "started"),
            Mark(START + 3 * DAY, "traffic", "20% → 50%"),
            Mark(START + 5 * DAY, "paused"),
            Mark(START + 6 * DAY, "resumed"),
        ),
    )


def _stage(stage: str, units: tuple[int, ...]) -> Stage:
    part, p = STAGES[stage]
    counts = tuple(round(n * part) for n in units)
    expected = (sum(counts) / len(counts),) * len(counts)
    return Stage(stage, counts, Split(counts, expected, p=p, gap=None if p else TOO_FEW))


def _exposed(place: int, arm: int, days: int) -> ExposureDay:
    whole = 650 + 40 * ((place * 5 + arm * 3) % 7 - 3)
    part = 0.5 if place == 0 else 1.0
    return ExposureDay((START + place * DAY).date(), arm, round(whole * part))


def _views(n: int, arm: int) -> tuple[int, int]:
    """Visitors with an n-th view, and those of them who clicked on it."""
    return round(9_000 * 0.55 ** (n - 1)), round((700 + 40 * arm) * 0.45 ** (n - 1))


def _age(since: int, arm: int) -> AgePoint:
    n = round(9_000 * 0.7**since)
    if n < 200:
        return AgePoint(since, arm, n, n, gap=TOO_FEW)
    lift, wide = 0.031 - 0.01 * (arm - 2) + 0.004 * (-1) ** since, 0.02 / 0.84**since
    return AgePoint(since, arm, n, n, lift, Span(lift - wide, lift + wide, 0.95))
