"""All metrics of all treatments in one picture: the forest plot."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.reports import charts, numbers, roles
from experiments.reports.charts import Chart, Marked, Reads
from experiments.reports.findings import Guard, Role, Safety
from experiments.reports.forest_rows import Rows, in_order, rows_of
from experiments.reports.names import GAPS, gap_text, label, metric_name, side_head
from experiments.reports.payload import Arm, Effect, ReportData, Span, State
from experiments.reports.sentences import range_text
from workspace.sentences import together

SAFETY: Final = {
    Safety.SAFE: (charts.GOOD, "pentagon"),
    Safety.HARMED: (charts.BAD, "x"),
    Safety.UNCLEAR: (charts.WARN, "hourglass"),
}
"""Colour and shape of a guardrail; the treatment is told by the colour of the interval."""


def forest(data: ReportData) -> Chart | None:
    """Every metric of every treatment as lift with its range; the control is the line at zero.

    What cannot be measured yet has its row too, with the reason in words. A guardrail has the
    limits of its own test, because they are what stands against its margin.
    """
    effects = recorded(data)
    shown = [effect for effect in effects if _span(data, effect)]
    if not shown:
        return None
    rows = rows_of(data, effects)
    return Chart(
        id="forest",
        title=_title(data),
        summary=_summary(data, shown),
        columns=_columns(data),
        rows=[_row(data, effect) for effect in in_order(data, effects)],
        figure=charts.figure(_traces(data, rows, shown), _layout(data, rows, effects)),
        notes=_harms(data),
        words=3,
        reads=Reads.WITH_VERDICT,
    )


def recorded(data: ReportData) -> list[Effect]:
    """Effects on metrics that were chosen, or of which anything was recorded in any variant."""
    wanted = {v.metric for v in data.values if v.value}
    wanted |= {data.design.primary, *(watched.metric for watched in data.design.watched)}
    return [effect for effect in data.effects if effect.metric in wanted]


def _title(data: ReportData) -> str:
    if data.design.adaptive:
        return _("All metrics, policy against chance")
    return _("All metrics against the control")


def _columns(data: ReportData) -> list[str]:
    heads = [_("Metric"), side_head(data), _("What it is for")]
    return [*heads, _("Change with its range"), _("In its own unit")]


def _span(data: ReportData, effect: Effect) -> Span | None:
    """The interval to draw."""
    guard = roles.guard_of(data, effect)
    if guard is None or guard.low is None or guard.lift is None:
        return effect.lift_span
    own = effect.lift_span.high if effect.lift_span else guard.lift
    return Span(guard.low, own if guard.high is None else guard.high, 0.95)


def _point(data: ReportData, effect: Effect) -> float:
    guard = roles.guard_of(data, effect)
    lift = effect.lift if guard is None or guard.lift is None else guard.lift
    return (lift or 0.0) * 100


def _traces(data: ReportData, rows: Rows, shown: Sequence[Effect]) -> list[dict[str, Any]]:
    arms = data.design.treatments
    plain = [e for e in shown if roles.guard_of(data, e) is None]
    found = [_trace(data, rows, arm, [e for e in plain if e.arm == arm.id]) for arm in arms]
    guarded = [(e, g) for e in shown if (g := roles.guard_of(data, e)) is not None]
    found += _guard_traces(data, rows, guarded)
    return [*found, *_margins(rows, guarded)]


def _trace(data: ReportData, rows: Rows, arm: Arm, effects: Sequence[Effect]) -> dict[str, Any]:
    color, _wash, symbol = charts.look_of(data, arm.id)
    points = [(e, _point(data, e), span) for e in effects if (span := _span(data, e))]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(arm),
        "x": [x for _e, x, _s in points],
        "y": [rows.y(e) for e, _x, _s in points],
        "text": [_hover(data, e) for e, _x, _s in points],
        "hovertemplate": "%{text}<extra></extra>",
        "error_x": charts.whiskers([x for _e, x, _s in points], [s for _e, _x, s in points], color),
        "marker": {"color": color, "symbol": symbol, "size": 10},
        "showlegend": len(data.design.treatments) > 1,
    }


def _guard_traces(
    data: ReportData, rows: Rows, guarded: Sequence[tuple[Effect, Guard]]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for safety, (color, symbol) in SAFETY.items():
        mine = [effect for effect, guard in guarded if guard.safety is safety]
        for arm in {effect.arm: data.design.arm(effect.arm) for effect in mine}.values():
            trace = _trace(data, rows, arm, [e for e in mine if e.arm == arm.id])
            first = not any(one["legendgroup"] == safety.value for one in found)
            words = {"name": str(roles.SAFETY[safety]), "legendgroup": safety.value}
            look = {"marker": {"color": color, "symbol": symbol, "size": 11}}
            found.append(trace | words | look | {"showlegend": first})
    return found


def _margins(rows: Rows, guarded: Sequence[tuple[Effect, Guard]]) -> list[dict[str, Any]]:
    """The line that a guardrail's interval must not reach."""
    places = {guard.metric: -guard.margin * 100 for _effect, guard in guarded}
    if not places:
        return []
    line = {"color": charts.INK, "width": 2}
    marker = {"symbol": "line-ns-open", "size": rows.pixels * 0.55, "line": line}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Margin"),
            "x": list(places.values()),
            "y": [rows.places[metric] for metric in places],
            "text": [numbers.lift(margin / 100) for margin in places.values()],
            "hovertemplate": _("Margin") + " %{text}<extra></extra>",
            "marker": marker | {"color": charts.INK},
        }
    ]


def _hover(data: ReportData, effect: Effect) -> str:
    guard = roles.guard_of(data, effect)
    text = range_text(data, effect) if guard is None else roles.guard_text(guard)
    return f"{metric_name(effect.metric)}: {text}"


def _layout(data: ReportData, rows: Rows, effects: Sequence[Effect]) -> dict[str, Any]:
    legend = len(data.design.treatments) > 1 or bool(data.findings.guards)
    return {
        "height": rows.height(legend=legend),
        "margin": {"l": 8, "r": 16, "t": 24, "b": 36 + (28 if legend else 0)},
        "hovermode": "closest",
        "xaxis": {
            "ticksuffix": "%",
            "range": _range(data, effects),
            "gridcolor": charts.LINE,
            "zeroline": False,
            "fixedrange": True,
            "nticks": 7,
        },
        "yaxis": rows.axis(),
        "legend": {"y": -30 / rows.height(legend=False), "yanchor": "top"},
        "shapes": [*_target(data, rows), *rows.separators(), _zero_line()],
        "annotations": [*rows.words(), *_reasons(data, rows, effects), _control(data)],
    }


def _range(data: ReportData, effects: Sequence[Effect]) -> list[float]:
    spans = [span for effect in effects if (span := _span(data, effect))]
    ends = [end * 100 for span in spans for end in (span.low, span.high)]
    margins = [-guard.margin * 100 for guard in data.findings.guards if guard.low is not None]
    points = [_point(data, effect) for effect in effects if _span(data, effect)]
    return charts.axis_range([*ends, *margins], [*points, *margins])


def _reasons(data: ReportData, rows: Rows, effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """The reason in the place of what cannot be drawn, once where it is the same for all."""
    base = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": 8, "showarrow": False}
    font = {"font": {"color": charts.QUIET, "size": 12}}
    found = []
    for metric in rows.places:
        mine = [e for e in effects if e.metric == metric and _span(data, e) is None]
        texts = {_reason(e) for e in mine}
        if len(mine) == len(data.design.treatments) and len(texts) == 1:
            found.append(base | font | {"y": rows.places[metric], "text": texts.pop()})
            continue
        for e in mine:
            text = f"{label(data.design.arm(e.arm))}: {_reason(e)}"
            found.append(base | font | {"y": rows.y(e), "text": text})
    return found


def _reason(effect: Effect) -> str:
    gap = effect.gap or effect.lift_gap
    return str(GAPS[gap.code]) if gap else "—"


def _control(data: ReportData) -> dict[str, Any]:
    base = {"x": 0, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False}
    return base | {"text": label(data.design.control), "font": {"color": charts.QUIET, "size": 12}}


def _target(data: ReportData, rows: Rows) -> list[dict[str, Any]]:
    """The band of effects that the plan calls too small to matter, beside the primary metric."""
    size = _smallest(data)
    y = rows.places.get(data.design.primary)
    if not size or y is None:
        return []
    band = {"type": "rect", "x0": -size, "x1": size, "y0": y - 0.5, "y1": y + 0.5}
    return [band | {"layer": "below", "fillcolor": charts.TARGET, "line": {"width": 0}}]


def _smallest(data: ReportData) -> float | None:
    control = data.value(data.design.primary, data.design.control.id)
    size = data.design.mde
    if not size or control is None or not control.value:
        return None
    return size / control.value if data.design.mde_kind == "points" else size


def _zero_line() -> dict[str, Any]:
    line = {"color": charts.ZERO, "width": 1.5}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _summary(data: ReportData, shown: Sequence[Effect]) -> str:
    judged = [e for e in shown if roles.role_of(data, e) is not Role.GUARDRAIL]
    clear = [e for e in judged if e.span and e.span.excludes_zero]
    text = ngettext(
        "%(clear)s of %(all)s change is told apart from zero.",
        "%(clear)s of %(all)s changes are told apart from zero.",
        len(judged),
    ) % {"clear": len(clear), "all": len(judged)}
    return together([text, *_guards(data), *_field(data)])


def _field(data: ReportData) -> list[str]:
    text = _("The grey field holds what was planned to be too small to matter.")
    return [text] if _smallest(data) else []


def _guards(data: ReportData) -> list[str]:
    found = [guard.safety for guard in data.findings.guards]
    text = _("Guardrails: %(safe)s held, %(harmed)s harmed, %(unclear)s not known yet.")
    counts = {safety.value: found.count(safety) for safety in Safety}
    return [text % counts] if found else []


def _harms(data: ReportData) -> list[str]:
    harmed = [guard for guard in data.findings.guards if guard.safety is Safety.HARMED]
    text = _("%(metric)s of %(variant)s has fallen below its margin of %(margin)s.")
    return [
        Marked(
            text
            % {
                "metric": metric_name(guard.metric),
                "variant": label(data.design.arm(guard.arm)),
                "margin": numbers.lift(-guard.margin),
            },
            State.WARNING,
        )
        for guard in harmed
    ]


def _row(data: ReportData, effect: Effect) -> list[str]:
    own = "—"
    if effect.span is not None and effect.difference is not None:
        currency, width = data.design.currency, effect.span.high - effect.span.low
        own = numbers.change(effect.metric, effect.difference, currency=currency, width=width)
    change = gap_text(effect.gap) if effect.gap else range_text(data, effect)
    names = [metric_name(effect.metric), label(data.design.arm(effect.arm))]
    return [*names, roles.role_text(data, effect), change, own]
