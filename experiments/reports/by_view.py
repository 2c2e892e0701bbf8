"""Does the banner wear out? The share of visitors who click on their n-th view of it."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from experiments.reports import charts, numbers
from experiments.reports.charts import Chart, Reads
from experiments.reports.findings import ViewPoint
from experiments.reports.names import label, side_head
from experiments.reports.payload import Arm, ReportData

FEWEST: Final = 100
"""Views below which one click moves the rate by a point and more."""


def by_view(data: ReportData) -> Chart | None:
    """Click-through rate of the first, second, … view of a visitor in each variant."""
    known = [point for point in data.findings.views if point.views >= FEWEST]
    if len({point.n for point in known}) <= 1:
        return None
    return Chart(
        id="by-view",
        title=_("Click-through rate by number of the view"),
        summary=_summary(known),
        columns=[
            *(pgettext("noun", "View"), side_head(data), _("Visitors with this view")),
            *(_("Of them clicked"), _("Click-through rate")),
        ],
        rows=[_row(data, point) for point in data.findings.views],
        figure=charts.figure(_traces(data, known), _layout()),
        reads=Reads.WITH_VERDICT,
    )


def _traces(data: ReportData, known: Sequence[ViewPoint]) -> list[dict[str, Any]]:
    mine = [(arm, [p for p in known if p.arm == arm.id]) for arm in charts.shown_arms(data)]
    return [_trace(data, arm, points) for arm, points in mine if points]


def _trace(data: ReportData, arm: Arm, points: Sequence[ViewPoint]) -> dict[str, Any]:
    color, symbol = charts.look_of_any(data, arm.id)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(arm),
        "x": [point.n for point in points],
        "y": [point.clicks / point.views * 100 for point in points],
        "text": [f"{numbers.count(p.clicks)} / {numbers.count(p.views)}" for p in points],
        "hovertemplate": "%{y:.2f}% (%{text})<extra>" + label(arm) + "</extra>",
        "line": {"color": color, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 8},
    }


def _layout() -> dict[str, Any]:
    axis = {"zeroline": False, "fixedrange": True}
    return {
        "height": 324,
        "margin": {"l": 8, "r": 16, "t": 12, "b": 84},
        "hovermode": "x unified",
        "xaxis": axis
        | {"showgrid": False, "tickformat": "d", "dtick": 1}
        | charts.axis_title(_("Number of the view")),
        "yaxis": axis
        | {"ticksuffix": "%", "automargin": True, "gridcolor": charts.LINE, "rangemode": "tozero"},
        "legend": {"y": -0.24, "yanchor": "top"},
    }


def _summary(known: Sequence[ViewPoint]) -> str:
    first, last = min(point.n for point in known), max(point.n for point in known)
    text = _(
        "Over all variants %(first)s clicked on view %(one)s and %(last)s on view %(many)s. Who "
        "sees a banner often is not like everybody else: this describes and proves no wear."
    )
    return text % {
        "first": _rate(known, first),
        "one": first,
        "last": _rate(known, last),
        "many": last,
    }


def _rate(known: Sequence[ViewPoint], n: int) -> str:
    mine = [point for point in known if point.n == n]
    share = sum(point.clicks for point in mine) / sum(point.views for point in mine)
    return numbers.percent(share, digits=2)


def _row(data: ReportData, point: ViewPoint) -> list[str]:
    rate = "—" if not point.views else numbers.percent(point.clicks / point.views, digits=2)
    return [
        numbers.count(point.n),
        label(data.design.arm(point.arm)),
        numbers.count(point.views),
        numbers.count(point.clicks),
        rate,
    ]
