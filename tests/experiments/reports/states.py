"""Reports in every state, made from totals by the real analysis: no database needed."""

import datetime as dt
from dataclasses import replace

from engine.stats.aggregates import Aggregates
from experiments.reports import analysis
from experiments.reports.findings import Role, WatchedMetric
from experiments.reports.health import Observed
from experiments.reports.inputs import Inputs
from experiments.reports.payload import Arm, Design, ReportData

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOWN = {"viewables": 2, "viewed": 1}
CLICKED = {"clicks": 1, "clicked": 1}
BOUGHT = {"orders": 1, "converted": 1}
HEALTHY = Observed(several=3, unexposed=5, set_aside=900, events=60_000)


def a_design(variants: int = 2, **changes) -> Design:
    arms = tuple(
        Arm(id=1 + i, key="abcdefgh"[i], name=f"Variant {'ABCDEFGH'[i]}", share=1 / variants)
        for i in range(variants)
    )
    plan = Design(
        experiment=7,
        phase=1,
        unit="visitor",
        origin="live",
        primary="ctr",
        arms=arms,
        mde=5.0,
        planned_days=14,
        planned_visitors=20_000,
        started_at=NOW - 14 * DAY,
        watched=(
            WatchedMetric("conversion_rate", Role.GUARDRAIL, 0.05),
            WatchedMetric("revenue_per_visitor", Role.GUARDRAIL, 0.05),
        ),
    )
    return replace(plan, **changes)


def an_arm(
    units: int, *, ctr: float = 0.1, buyers: float = 0.05, basket: int = 12_000, views: int = 3
) -> Aggregates:
    """Visitors with `views` impressions each, of whom whole numbers click once and buy once."""
    clickers, converted = round(units * views * ctr), round(units * buyers)
    both = min(clickers, converted) // 4
    kinds = [
        (both, CLICKED | BOUGHT | {"revenue": basket, "capped": basket}),
        (clickers - both, CLICKED),
        (converted - both, BOUGHT | {"revenue": basket, "capped": basket}),
    ]
    rest = units - sum(n for n, _ in kinds)
    assert rest >= 0
    whole = Aggregates()
    for n, one in [*kinds, (rest, {})]:
        whole += times(n, Aggregates.of_units([SHOWN | {"impressions": views} | one]))
    return whole


def times(n: int, unit: Aggregates) -> Aggregates:
    if not n:
        return Aggregates()
    return Aggregates.from_moments([n * moment for moment in unit.moments()])


def a_report(
    *arms: Aggregates, design: Design | None = None, days: int = 1, observed: Observed = HEALTHY
) -> ReportData:
    """The report on arms whose visitors came in equal parts on each of the days."""
    plan = design or a_design(len(arms))
    by_day = {arm.id: _spread(totals, days) for arm, totals in zip(plan.arms, arms, strict=True)}
    return analysis.analyse(Inputs(plan, by_day, NOW, 1234, observed=observed))


def _spread(totals: Aggregates, days: int) -> dict[dt.date, Aggregates]:
    if not totals.n:
        return {}
    start = (NOW - days * DAY).date()
    if days == 1:
        return {start: totals}
    # Whole numbers: the remainder of the division goes to the first day.
    moments = totals.moments()
    part = [moment // days for moment in moments]
    first = [m - p * (days - 1) for m, p in zip(moments, part, strict=True)]
    return {
        start + i * DAY: Aggregates.from_moments(first if i == 0 else part) for i in range(days)
    }


def no_data() -> ReportData:
    return a_report(Aggregates(), Aggregates(), design=a_design(started_at=NOW - DAY))


def collecting() -> ReportData:
    design = a_design(started_at=NOW - 8 * DAY)
    return a_report(an_arm(5_000), an_arm(5_050, ctr=0.104), design=design, days=8)


def check_data() -> ReportData:
    return a_report(an_arm(10_400), an_arm(9_600, ctr=0.11), days=14)


def use() -> ReportData:
    return a_report(an_arm(18_400), an_arm(18_424, ctr=0.107, buyers=0.052), days=14)


def keep_control() -> ReportData:
    return a_report(an_arm(18_400), an_arm(18_424, ctr=0.095), days=14)


def no_difference() -> ReportData:
    return a_report(an_arm(38_400), an_arm(38_424, ctr=0.1003), days=14)


def your_call() -> ReportData:
    return a_report(an_arm(18_400), an_arm(18_424, ctr=0.107, buyers=0.043), days=14)


def ended_open() -> ReportData:
    design = a_design(ended_at=NOW)
    return a_report(an_arm(10_400), an_arm(10_424, ctr=0.103), design=design, days=14)


def several() -> ReportData:
    arms = (an_arm(18_400), an_arm(18_424, ctr=0.102), an_arm(18_380, ctr=0.109))
    return a_report(*arms, days=14)


ALL = {
    "no_data": no_data,
    "collecting": collecting,
    "check_data": check_data,
    "use": use,
    "keep_control": keep_control,
    "no_difference": no_difference,
    "your_call": your_call,
}
