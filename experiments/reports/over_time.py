"""The primary metric day by day, with the band that may be read on any day."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from experiments.reports import charts, moments, numbers
from experiments.reports.charts import Chart, Reads
from experiments.reports.names import label, metric_name, side_head
from experiments.reports.payload import Arm, DayPoint, Effect, ReportData
from experiments.reports.verdict import horizon_of


def over_time(data: ReportData) -> Chart | None:
    """The lift of the primary metric as of the end of each day, with the always-valid band."""
    points = [point for point in data.days if point.lift is not None and point.band is not None]
    if len({point.day for point in points}) <= 1:
        return None
    return Chart(
        id="over-time",
        title=_("%(metric)s over time") % {"metric": metric_name(data.design.primary)},
        summary=_time_summary(data, points),
        columns=[_("Day"), side_head(data), _("Visitors"), _("Change so far"), _("Band")],
        rows=[_time_row(data, point) for point in points],
        figure=charts.figure(_time_traces(data, points), _time_layout(data)),
        notes=moments.listed(data),
        reads=Reads.DAILY,
    )


def _time_traces(data: ReportData, points: Sequence[DayPoint]) -> list[dict[str, Any]]:
    arms = data.design.treatments[: charts.MOST_LINES]
    mine = {arm: [point for point in points if point.arm == arm.id] for arm in arms}
    # All bands lie under all lines.
    bands = [_band(data, arm, found) for arm, found in mine.items() if found]
    lines = [_line(data, arm, found) for arm, found in mine.items() if found]
    return bands + lines + _planned_reading(data, points)


def _planned_reading(data: ReportData, points: Sequence[DayPoint]) -> list[dict[str, Any]]:
    """The range of the verdict at the end of the line, once the planned look is reached."""
    if not horizon_of(data).reached:
        return []
    day = points[-1].day.isoformat()
    known = [e for e in data.primary()[: charts.MOST_LINES] if e.lift is not None and e.lift_span]
    return [_reading(data, effect, day) for effect in known]


def _reading(data: ReportData, effect: Effect, day: str) -> dict[str, Any]:
    lift, span = (effect.lift or 0.0) * 100, effect.lift_span
    high, low = (span.high * 100, span.low * 100) if span else (lift, lift)
    color, _wash, _symbol = charts.look_of(data, effect.arm)
    ends = {"type": "data", "symmetric": False, "array": [high - lift], "arrayminus": [lift - low]}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [day],
        "y": [lift],
        "error_y": ends | {"color": color, "thickness": 2.5, "width": 6},
        "marker": {"color": color, "size": 9, "symbol": "diamond"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _band(data: ReportData, arm: Arm, points: Sequence[DayPoint]) -> dict[str, Any]:
    days = [point.day.isoformat() for point in points]
    bands = [point.band for point in points if point.band is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*days, *reversed(days)],
        "y": [*(b.high * 100 for b in bands), *(b.low * 100 for b in reversed(bands))],
        "fill": "toself",
        "fillcolor": charts.look_of(data, arm.id)[1],
        "opacity": 0.7 if len(data.design.treatments) == 1 else 0.45,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(data: ReportData, arm: Arm, points: Sequence[DayPoint]) -> dict[str, Any]:
    color, _wash, symbol = charts.look_of(data, arm.id)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(arm),
        "x": [point.day.isoformat() for point in points],
        "y": [(point.lift or 0.0) * 100 for point in points],
        "text": [_band_text(point) for point in points],
        "hovertemplate": "%{x|%Y-%m-%d}<br>%{y:+.1f}% (%{text})<extra>" + label(arm) + "</extra>",
        "line": {"color": color, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 6},
        "showlegend": len(data.design.treatments) > 1,
    }


def _time_layout(data: ReportData) -> dict[str, Any]:
    axis = {"gridcolor": charts.LINE, "zeroline": False, "fixedrange": True}
    changes, days = moments.moments_of(data), [point.day for point in data.days]
    words, legend = moments.words(changes, days), len(data.design.treatments) > 1
    return {
        "height": 300 + moments.height(words) + (28 if legend else 0),
        "margin": {"l": 8, "r": 16, "t": 4 + moments.height(words), "b": 64 if legend else 36},
        "hovermode": "x unified",
        "xaxis": charts.day_axis(sorted({point.day for point in data.days})),
        "yaxis": axis | {"ticksuffix": "%", "automargin": True, "range": _time_range(data)},
        "legend": {"y": -0.1, "yanchor": "top"},
        "shapes": [_level_line(), *moments.lines(changes)],
        "annotations": words,
    }


def _time_range(data: ReportData) -> list[float]:
    # The first days are so uncertain that their bands would flatten everything after them.
    bands = [point.band for point in data.days if point.band is not None]
    later = bands[len(bands) // 4 :] or bands
    return charts.axis_range([end * 100 for band in later for end in (band.low, band.high)])


def _level_line() -> dict[str, Any]:
    line = {"color": charts.ZERO, "width": 1.5}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0, "line": line}


def _time_summary(data: ReportData, points: Sequence[DayPoint]) -> str:
    newest = [point for point in points if point.day == points[-1].day]
    last = max(newest, key=lambda point: point.lift or 0.0)
    text = _("As of %(day)s, %(variant)s stands at %(lift)s. The band may be read on any day.")
    if data.design.adaptive:
        text = _(
            "As of %(day)s, the policy stands at %(lift)s against chance. The band may be read on "
            "any day."
        )
    text %= {
        "day": last.day.isoformat(),
        "variant": label(data.design.arm(last.arm)),
        "lift": numbers.lift(last.lift or 0.0),
    }
    text += _bound_text(data)
    if horizon_of(data).reached:
        text += " " + _("The bar at its end is the range of the planned reading.")
    return text


def _bound_text(data: ReportData) -> str:
    looks = data.findings.looks
    if looks is None or looks.mode == "once":
        return ""
    if looks.passed_on is None:
        return " " + _("The bound has not been passed so far.")
    return " " + _("The bound was passed on %(day)s.") % {"day": looks.passed_on.isoformat()}


def _time_row(data: ReportData, point: DayPoint) -> list[str]:
    return [
        point.day.isoformat(),
        label(data.design.arm(point.arm)),
        numbers.count(point.n_control + point.n_treatment),
        numbers.lift(point.lift or 0.0),
        _band_text(point),
    ]


def _band_text(point: DayPoint) -> str:
    if point.band is None:
        return ""
    return _("%(low)s to %(high)s") % dict(
        zip(("low", "high"), numbers.lift_range(point.band), strict=True)
    )
