"""All metrics of all treatments in one picture: the forest plot."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.reports import charts, numbers
from experiments.reports.charts import Chart
from experiments.reports.names import gap_text, label, metric_name, side_head
from experiments.reports.payload import Arm, Effect, ReportData
from experiments.reports.sentences import range_text

ROW: Final = 34
MARGIN: Final = 72


def forest(data: ReportData) -> Chart | None:
    """Every metric of every treatment as lift with its range; the control is the line at zero."""
    shown = [e for e in recorded(data) if e.lift_span is not None]
    if not shown:
        return None
    return Chart(
        id="forest",
        title=_title(data),
        summary=_forest_summary(data, shown),
        columns=[_("Metric"), side_head(data), _("Change with its range"), _("In its own unit")],
        rows=[_forest_row(data, effect) for effect in recorded(data)],
        figure=charts.figure(_forest_traces(data, shown), _forest_layout(data, shown)),
    )


def _title(data: ReportData) -> str:
    if data.design.adaptive:
        return _("All metrics, policy against chance")
    return _("All metrics against the control")


def recorded(data: ReportData) -> list[Effect]:
    """Effects on metrics of which anything was recorded in any variant."""
    seen = {v.metric for v in data.values if v.value}
    return [e for e in data.effects if e.metric in seen or e.metric == data.design.primary]


def _forest_traces(data: ReportData, shown: Sequence[Effect]) -> list[dict[str, Any]]:
    return [_forest_trace(data, arm, shown) for arm in data.design.treatments]


def _forest_trace(data: ReportData, arm: Arm, shown: Sequence[Effect]) -> dict[str, Any]:
    color, _wash, symbol = charts.look_of(data, arm.id)
    mine = [(e, e.lift or 0.0, e.lift_span) for e in shown if e.arm == arm.id]
    rows = [(e, lift * 100, span) for e, lift, span in mine if span is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(arm),
        "x": [x for _e, x, _s in rows],
        "y": [_y(data, shown, e) for e, _x, _s in rows],
        "text": [f"{metric_name(e.metric)}: {range_text(data, e)}" for e, _x, _s in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [s.high * 100 - x for _e, x, s in rows],
            "arrayminus": [x - s.low * 100 for _e, x, s in rows],
            "color": color,
            "thickness": 2,
            "width": 5,
        },
        "marker": {"color": color, "symbol": symbol, "size": 10},
        "showlegend": len(data.design.treatments) > 1,
    }


def _metrics(shown: Sequence[Effect]) -> list[str]:
    return list(dict.fromkeys(effect.metric for effect in shown))


def _y(data: ReportData, shown: Sequence[Effect], effect: Effect) -> float:
    # One row per metric; treatments lie side by side within it, the first one on top.
    metrics = _metrics(shown)
    many = len(data.design.treatments)
    return (
        -metrics.index(effect.metric)
        - (charts.place_of(data, effect.arm) - (many - 1) / 2) * 0.7 / many
    )


def _forest_layout(data: ReportData, shown: Sequence[Effect]) -> dict[str, Any]:
    metrics = _metrics(shown)
    height = MARGIN + len(metrics) * max(ROW, 14 * len(data.design.treatments))
    ends = [end * 100 for e in shown if e.lift_span for end in (e.lift_span.low, e.lift_span.high)]
    return {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 28, "b": 32},
        "hovermode": "closest",
        "xaxis": {
            "ticksuffix": "%",
            "range": charts.axis_range(ends, [(e.lift or 0.0) * 100 for e in shown]),
            "gridcolor": charts.LINE,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "tickmode": "array",
            "tickvals": [-place for place in range(len(metrics))],
            "ticktext": [metric_name(key) for key in metrics],
            "range": [0.6 - len(metrics), 0.6],
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
            "fixedrange": True,
        },
        "shapes": [*_target(data), _zero_line()],
    }


def _target(data: ReportData) -> list[dict[str, Any]]:
    """The band of effects that the plan calls too small to matter, beside the primary metric."""
    control = data.value(data.design.primary, data.design.control.id)
    size = data.design.mde
    if not size or control is None or not control.value:
        return []
    if data.design.mde_kind == "points":
        size = size / control.value
    band = {"type": "rect", "x0": -size, "x1": size, "y0": -0.5, "y1": 0.5, "layer": "below"}
    return [band | {"fillcolor": charts.TARGET, "line": {"width": 0}}]


def _zero_line() -> dict[str, Any]:
    line = {"color": charts.ZERO, "width": 1.5}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _forest_summary(data: ReportData, shown: Sequence[Effect]) -> str:
    clear = [e for e in shown if e.span and e.span.excludes_zero]
    text = ngettext(
        "%(clear)s of %(all)s change is told apart from zero.",
        "%(clear)s of %(all)s changes are told apart from zero.",
        len(shown),
    ) % {"clear": len(clear), "all": len(shown)}
    if _target(data):
        text += " " + _("The grey field holds what was planned to be too small to matter.")
    return text


def _forest_row(data: ReportData, effect: Effect) -> list[str]:
    own = "—"
    if effect.span is not None and effect.difference is not None:
        currency, width = data.design.currency, effect.span.high - effect.span.low
        own = numbers.change(effect.metric, effect.difference, currency=currency, width=width)
    change = gap_text(effect.gap) if effect.gap else range_text(data, effect)
    return [metric_name(effect.metric), label(data.design.arm(effect.arm)), change, own]
