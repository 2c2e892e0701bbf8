"""New visitors of each variant per day, against what was planned."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from experiments.reports import charts, moments, numbers
from experiments.reports.charts import Chart
from experiments.reports.names import label
from experiments.reports.payload import Arm, ReportData

DAY: Final = dt.timedelta(days=1)
MOST_MARKERS: Final = 31
"""More dots on a line are a caterpillar."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """Units by day and arm without a hole, and how many were planned for each of the days."""

    days: list[dt.date]
    units: Mapping[tuple[dt.date, int], int]
    planned: list[float] | None

    def of_arm(self, arm: int) -> list[int]:
        return [self.units.get((day, arm), 0) for day in self.days]

    def of_day(self, day: dt.date) -> int:
        return sum(units for (one, _arm), units in self.units.items() if one == day)

    @property
    def total(self) -> int:
        return sum(self.units.values())


def exposures(data: ReportData) -> Chart | None:
    """How many visitors each variant got for the first time on each day."""
    found = exposed(data)
    if len(found.days) <= 1:
        return None
    return Chart(
        id="exposures",
        title=_("New visitors per day and variant"),
        summary=_summary(data, found),
        columns=_columns(data, found),
        rows=_rows(data, found),
        figure=charts.figure(_traces(data, found), _layout(data, found)),
        words=1,
    )


def exposed(data: ReportData) -> Exposed:
    """The days of the report from the first to the last on which anybody came."""
    units = {(one.day, one.arm): one.units for one in data.findings.exposures}
    seen = sorted({day for day, _arm in units})
    days = [seen[0] + i * DAY for i in range((seen[-1] - seen[0]).days + 1)] if seen else []
    per_day = data.findings.expected_per_day
    return Exposed(
        days, units, [per_day * _part(data, days[0], day) for day in days] if per_day else None
    )


def _part(data: ReportData, first: dt.date, day: dt.date) -> float:
    """Which part of a day belongs to the test: its first and its last day are mostly not whole."""
    zone = data.design.started_at.tzinfo if data.design.started_at else dt.UTC
    begins = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    start, end = begins, min(begins + DAY, data.design.ended_at or data.as_of)
    if day == first and data.design.phase == 1 and data.design.started_at:
        start = max(begins, data.design.started_at)
    return max(0.0, (end - start) / DAY)


def _traces(data: ReportData, found: Exposed) -> list[dict[str, Any]]:
    arms = charts.shown_arms(data)
    return [*_plans(data, found, arms), *(_line(data, found, arm) for arm in arms)]


def _line(data: ReportData, found: Exposed, arm: Arm) -> dict[str, Any]:
    color, symbol = charts.look_of_any(data, arm.id)
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(found.days) <= MOST_MARKERS else "lines",
        "name": label(arm),
        "x": [day.isoformat() for day in found.days],
        "y": found.of_arm(arm.id),
        "hovertemplate": "%{y:,}<extra>" + label(arm) + "</extra>",
        "line": {"color": color, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 7},
    }


def _plans(data: ReportData, found: Exposed, arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """One line where all shares are equal, otherwise one for each arm in its colour."""
    if found.planned is None:
        return []
    if len({round(arm.share, 6) for arm in arms}) == 1:
        return [_plan(found, found.planned, arms[0].share, charts.ZERO, _("Plan for each"))]
    return [
        _plan(
            found,
            found.planned,
            arm.share,
            charts.look_of_any(data, arm.id)[0],
            _("Plan for %(variant)s") % {"variant": label(arm)},
        )
        for arm in arms
    ]


def _plan(
    found: Exposed, planned: Sequence[float], share: float, color: str, name: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [day.isoformat() for day in found.days],
        "y": [whole * share for whole in planned],
        "hovertemplate": "%{y:,.0f}<extra>" + name + "</extra>",
        "line": {"color": color, "width": 2, "dash": "dash"},
    }


def _layout(data: ReportData, found: Exposed) -> dict[str, Any]:
    axis = {"zeroline": False, "fixedrange": True}
    changes = moments.moments_of(data)
    changes = [one for one in changes if not one.passed and found.days[0] <= one.day]
    words = moments.words(changes, found.days)
    return {
        "height": 312 + moments.height(words),
        "margin": {"l": 8, "r": 16, "t": 4 + moments.height(words), "b": 72},
        "hovermode": "x unified",
        "xaxis": charts.day_axis(found.days),
        "yaxis": axis
        | {"rangemode": "tozero", "automargin": True, "gridcolor": charts.LINE, "tickformat": ","},
        "legend": {"y": -0.12, "yanchor": "top"},
        "shapes": moments.lines(changes),
        "annotations": words,
    }


def _summary(data: ReportData, found: Exposed) -> str:
    arms = _(", ").join(
        _("%(variant)s %(units)s")
        % {"variant": label(arm), "units": numbers.count(sum(found.of_arm(arm.id)))}
        for arm in data.design.arms
    )
    places = {"units": numbers.count(found.total), "arms": arms}
    planned = sum(found.planned or [])
    if not planned:
        return _("%(units)s visitors so far: %(arms)s.") % places
    places |= {
        "planned": numbers.count(planned),
        "share": numbers.percent(found.total / planned, digits=1),
    }
    return (
        _("%(units)s visitors so far (%(arms)s), %(share)s of the %(planned)s planned by now.")
        % places
    )


def _columns(data: ReportData, found: Exposed) -> list[str]:
    heads = [_("Day"), *(label(arm) for arm in data.design.arms), _("All so far")]
    return [*heads, _("Planned so far")] if found.planned else heads


def _rows(data: ReportData, found: Exposed) -> list[list[str]]:
    so_far, planned, rows = 0, 0.0, []
    for place, day in enumerate(found.days):
        so_far += found.of_day(day)
        cells = [found.units.get((day, arm.id), 0) for arm in data.design.arms]
        row = [day.isoformat(), *map(numbers.count, [*cells, so_far])]
        if found.planned:
            planned += found.planned[place]
            row.append(numbers.count(planned))
        rows.append(row)
    return rows
