"""A report of many variants, metrics and days from the sums that the roll-up keeps."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.bare import without_database
from engine.stats.aggregates import TOTALS, Aggregates

if TYPE_CHECKING:
    from experiments.reports.inputs import Inputs

VARIANTS, DAYS, UNITS = 5, 60, 400
"""Arms; days of first exposure; visitors of an arm and day."""
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
CUTS = {
    "device": ("phone", "desktop", "tablet"),
    "locale": ("zh-cn", "en"),
    "placement": ("home",),
    "returning": ("no", "yes"),
}
WATCHED = ("conversion_rate", "revenue_per_visitor")

Moments = list[int]


def verdict_only() -> Callable[[], object]:
    """What the verdict, all metrics and the lift over time need."""
    return _call(_days(np.random.default_rng(7)), whole=False)


def with_everything() -> Callable[[], object]:
    """Also the cuts, the days since first exposure, the views, the suspicious and the money."""
    return _call(_days(np.random.default_rng(7)), whole=True)


def _call(stored: Mapping[int, Mapping[dt.date, Moments]], *, whole: bool) -> Callable[[], object]:
    without_database()
    from experiments.reports import analysis

    return lambda: analysis.analyse(_inputs(stored, whole=whole))


def _days(rng) -> dict[int, dict[dt.date, Moments]]:
    first = NOW.date() - dt.timedelta(DAYS)
    return {
        arm: {first + dt.timedelta(day): _units(rng).moments() for day in range(DAYS)}
        for arm in range(1, VARIANTS + 1)
    }


def _units(rng) -> Aggregates:
    seen = rng.geometric(0.3, UNITS)
    clicks, viewables = rng.binomial(seen, 0.1), rng.binomial(seen, 0.7)
    orders = rng.binomial(1, 0.05, UNITS)
    revenue = orders * rng.integers(500, 90_000, UNITS)
    columns = dict.fromkeys(TOTALS, seen * 0) | {
        "impressions": seen,
        "viewables": viewables,
        "clicks": clicks,
        "carts": orders,
        "orders": orders,
        "converted": orders,
        "revenue": revenue,
        "capped": np.minimum(revenue, 60_000),
        "click_converted": orders * (clicks > 0),
        "click_revenue": revenue * (clicks > 0),
        "viewed": viewables > 0,
        "clicked": clicks > 0,
        "carted": orders,
        "pre_impressions": rng.poisson(seen),
        "pre_clicks": rng.binomial(seen, 0.1),
    }
    return Aggregates.of_units([{k: int(v[i]) for k, v in columns.items()} for i in range(UNITS)])


def _inputs(stored: Mapping[int, Mapping[dt.date, Moments]], *, whole: bool) -> "Inputs":
    from experiments.reports.inputs import Inputs

    by_day = {
        arm: {day: Aggregates.from_moments(sums) for day, sums in days.items()}
        for arm, days in stored.items()
    }
    further = _further(by_day) if whole else {}
    return Inputs(_design(), by_day, NOW, 1, **further)


def _further(by_day: Mapping[int, Mapping[dt.date, Aggregates]]) -> dict[str, object]:
    one_day = {arm: next(iter(days.values())) for arm, days in by_day.items()}
    return {
        "suspicious": one_day,
        "cuts": {(cut, value): one_day for cut, values in CUTS.items() for value in values},
        "ages": {arm: dict.fromkeys(range(14), one) for arm, one in one_day.items()},
        "views": {arm: (*range(400, 300, -10), *range(40, 30, -1)) for arm in by_day},
        "assigned": dict.fromkeys(by_day, 25_000),
        "cap": 60_000,
        "visitors_per_week": 20_000.0,
    }


def _design():
    from experiments.reports.findings import Role, WatchedMetric
    from experiments.reports.payload import Arm, Design

    arms = tuple(Arm(i + 1, "abcde"[i], "ABCDE"[i], 1 / VARIANTS) for i in range(VARIANTS))
    return Design(
        1,
        1,
        "visitor",
        "live",
        "ctr",
        arms,
        mde=5.0,
        planned_days=DAYS,
        planned_visitors=VARIANTS * DAYS * UNITS,
        started_at=NOW - dt.timedelta(DAYS),
        watched=tuple(WatchedMetric(key, Role.GUARDRAIL, 0.05) for key in WATCHED),
    )
