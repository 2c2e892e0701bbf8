"""Does the effect last? The lift of the click-through rate by day since the first exposure."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engine.stats.novelty import Steadiness
from experiments.reports import charts, lasting, numbers
from experiments.reports.charts import Chart, Reads
from experiments.reports.findings import AgePoint
from experiments.reports.names import gap_text, label, metric_name, side_head
from experiments.reports.payload import Arm, ReportData, Span
from workspace.sentences import together

ROOM: Final = 0.5


def ages(data: ReportData) -> Chart | None:
    """Effect on visitors on the n-th day of their own count: what is new wears off, or it lasts."""
    known = [point for point in data.findings.ages if _known(point)]
    if len({point.since for point in known}) <= 1:
        return None
    return Chart(
        id="ages",
        title=_("%(metric)s by day since the first exposure") % {"metric": metric_name("ctr")},
        summary=_summary(data, known),
        columns=[
            *(_("Days since the first exposure"), side_head(data), _("Visitors")),
            *(pgettext("noun", "Change"), _("Range")),
        ],
        rows=[_row(data, point) for point in data.findings.ages],
        figure=charts.figure(_traces(data, known), _layout(known)),
        reads=Reads.WITH_VERDICT,
    )


def _known(point: AgePoint) -> bool:
    return point.lift is not None and point.span is not None


def _traces(data: ReportData, known: Sequence[AgePoint]) -> list[dict[str, Any]]:
    arms = data.design.treatments[: charts.MOST_LINES]
    mine = [(arm, [point for point in known if point.arm == arm.id]) for arm in arms]
    return [_trace(data, arm, points, len(arms)) for arm, points in mine if points]


def _trace(data: ReportData, arm: Arm, points: Sequence[AgePoint], many: int) -> dict[str, Any]:
    color, _wash, symbol = charts.look_of(data, arm.id)
    aside = (charts.place_of(data, arm.id) - (many - 1) / 2) * ROOM / many
    lifts = [(point.lift or 0.0) * 100 for point in points]
    spans = [point.span for point in points if point.span is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(arm),
        "x": [point.since + aside for point in points],
        "y": lifts,
        "text": [_hover(point) for point in points],
        "hovertemplate": "%{text}<extra>" + label(arm) + "</extra>",
        "error_y": charts.whiskers(lifts, spans, color, width=3),
        "marker": {"color": color, "symbol": symbol, "size": 8},
        "showlegend": many > 1,
    }


def _layout(known: Sequence[AgePoint]) -> dict[str, Any]:
    axis = {"zeroline": False, "fixedrange": True}
    spans = [point.span for point in known if point.span is not None]
    ends = [end * 100 for span in spans for end in (span.low, span.high)]
    legend = len({point.arm for point in known}) > 1
    last = max(point.since for point in known)
    line = {"color": charts.ZERO, "width": 1.5}
    level = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0, "line": line}
    return {
        "height": 300 + (24 if legend else 0),
        "margin": {"l": 8, "r": 16, "t": 12, "b": 56 + (28 if legend else 0)},
        "hovermode": "closest",
        "xaxis": axis
        | {"range": [-0.6, last + 0.6], "showgrid": False, "tickformat": "d", "nticks": 15}
        | charts.axis_title(_("Days since the first exposure")),
        "yaxis": axis
        | {"ticksuffix": "%", "automargin": True, "gridcolor": charts.LINE}
        | {"range": charts.axis_range(ends)},
        "legend": {"y": -0.24, "yanchor": "top"},
        "shapes": [level],
    }


def _summary(data: ReportData, known: Sequence[AgePoint]) -> str:
    mine = [(arm, [p for p in known if p.arm == arm.id]) for arm in data.design.treatments]
    found = [(arm, state) for arm, points in mine if (state := lasting.steadiness(points))]
    even = [_both_ends(arm, state) for arm, state in found if state.steady]
    uneven = [_both_ends(arm, state) for arm, state in found if not state.steady]
    parts = []
    if uneven:
        parts.append(_("The effect changes with time: %(list)s.") % {"list": _("; ").join(uneven)})
    if even:
        text = _("The effect is steady as far as one can see: %(list)s.")
        parts.append(text % {"list": _("; ").join(even)})
    return together(parts) or _("Too few days to say whether the effect lasts.")


def _both_ends(arm: Arm, found: Steadiness) -> str:
    return _("%(variant)s %(first)s on the first days, %(last)s on the last") % {
        "variant": label(arm),
        "first": numbers.lift(found.first),
        "last": numbers.lift(found.last),
    }


def _hover(point: AgePoint) -> str:
    return f"{numbers.lift(point.lift or 0.0)} ({_range(point.span)})"


def _range(span: Span | None) -> str:
    if span is None:
        return "—"
    low, high = numbers.lift_range(span)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _row(data: ReportData, point: AgePoint) -> list[str]:
    change = "—" if point.lift is None else numbers.lift(point.lift)
    return [
        numbers.count(point.since),
        label(data.design.arm(point.arm)),
        numbers.count(point.n_control + point.n_treatment),
        gap_text(point.gap) if point.gap else change,
        _range(point.span),
    ]
