"""Factors in words: a table of main effects, one of pairs, a small plot, and how to read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from experiments.reports import charts, numbers
from experiments.reports.charts import Chart, Reads
from experiments.reports.designs import FactorEffect
from experiments.reports.names import gap_text, metric_name
from experiments.reports.payload import ReportData
from experiments.reports.tables import Table

NONE: Final = "—"
ROW: Final = 34
"""Pixels of a row of the plot."""


@dataclass(frozen=True, slots=True)
class Factors:
    """The section on a factorial test."""

    main: Table
    pairs: Table | None
    sentences: Sequence[str]


def factors(data: ReportData) -> Factors | None:
    """Everything about the factors; None where the variants have none."""
    found = data.findings.factors
    if not found:
        return None
    main, pairs = ([one for one in found if one.main is which] for which in (True, False))
    return Factors(
        _table(data, main, _("Level")),
        _table(data, pairs, _("Together")) if pairs else None,
        list(_sentences(data, pairs)),
    )


def title(one: FactorEffect) -> str:
    """What the effect is of, in a line."""
    if one.main:
        places = {"factor": name(one.factors[0]), "level": one.levels[0], "base": one.bases[0]}
        return _("%(factor)s: %(level)s instead of %(base)s") % places
    return " × ".join(
        f"{name(factor)} {level}" for factor, level in zip(one.factors, one.levels, strict=True)
    )


def name(factor: str) -> str:
    """A factor as people call it."""
    return _("Position") if factor == "position" else factor


def _table(data: ReportData, found: Sequence[FactorEffect], head: str) -> Table:
    heads = [head, pgettext("noun", "Change"), _("Difference"), _("p"), _("p, adjusted")]
    return Table(heads, [_row(data, one) for one in found])


def _row(data: ReportData, one: FactorEffect) -> list[str]:
    if one.difference is None or one.span is None or one.p is None:
        return [title(one), _reason(one), NONE, NONE, NONE]
    metric, currency = data.design.primary, data.design.currency
    low, high = numbers.change_range(metric, one.span, currency=currency)
    own = numbers.change(
        metric, one.difference, currency=currency, width=one.span.high - one.span.low
    )
    text = _("%(difference)s (%(low)s to %(high)s)") % {"difference": own, "low": low, "high": high}
    adjusted = NONE if one.p_adjusted is None else numbers.p_value(one.p_adjusted)
    return [title(one), _lift(one), text, numbers.p_value(one.p), adjusted]


def _lift(one: FactorEffect) -> str:
    if one.lift is None:
        return NONE
    if one.lift_span is None:
        return _("%(point)s, range not measurable yet") % {"point": numbers.lift(one.lift)}
    low, high = numbers.lift_range(one.lift_span)
    digits = numbers.digits_for((one.lift_span.high - one.lift_span.low) * 100)
    return _("%(point)s (%(level)s range %(low)s to %(high)s)") % {
        "point": numbers.lift(one.lift, digits=digits),
        "level": f"{one.lift_span.level * 100:.4g}%",
        "low": low,
        "high": high,
    }


def _reason(one: FactorEffect) -> str:
    if one.missing:
        return _("cannot be told: no variant has %(names)s") % {"names": ", ".join(one.missing)}
    return gap_text(one.gap) or NONE


def _sentences(data: ReportData, pairs: Sequence[FactorEffect]) -> Iterator[str]:
    yield _(
        "Each line is %(metric)s with a level against the first level of its factor, averaged over "
        "the levels of the others, every combination with the same weight."
    ) % {"metric": metric_name(data.design.primary)}
    if pairs:
        yield _(
            "Together: what two levels bring beyond what both bring alone. Where that is not zero, "
            "read the variants one by one, not the averages."
        )
    yield _(
        # xgettext: no-python-format, as "5% of" is no place
        "Holm's method keeps false alarms at 5% over all levels, and again over all pairs; the "
        "bounds are those of the report. The verdict is about variants, not factors."
    )


def chart(data: ReportData) -> Chart | None:
    """The lift of every level with its range; the first level of each factor is the zero."""
    main = [one for one in data.findings.factors if one.main]
    shown = [one for one in main if one.lift is not None and one.lift_span is not None]
    if not shown:
        return None
    return Chart(
        id="factors",
        title=_("What each factor does"),
        summary="; ".join(f"{title(one)}: {_lift(one)}" for one in shown),
        columns=[_("Level"), pgettext("noun", "Change")],
        rows=[[title(one), _lift(one)] for one in shown],
        figure=charts.figure([_trace(shown)], _layout(len(shown))),
        notes=[],
        words=1,
        reads=Reads.WITH_VERDICT,
    )


def _trace(shown: Sequence[FactorEffect]) -> dict[str, Any]:
    points = [(one.lift or 0.0) * 100 for one in shown]
    spans = [one.lift_span for one in shown if one.lift_span]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": points,
        "y": [title(one) for one in shown],
        "text": [f"{title(one)}<br>{_lift(one)}" for one in shown],
        "hovertemplate": "%{text}<extra></extra>",
        "error_x": charts.whiskers(points, spans, charts.INK),
        "marker": {"color": charts.INK, "symbol": "diamond", "size": 10},
        "showlegend": False,
    }


def _layout(rows: int) -> dict[str, Any]:
    return {
        "height": 70 + rows * ROW,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 36},
        "xaxis": {
            "ticksuffix": "%",
            "rangemode": "tozero",
            "gridcolor": charts.LINE,
            "zeroline": True,
            "zerolinecolor": charts.ZERO,
            "zerolinewidth": 2,
            "fixedrange": True,
        },
        "yaxis": {**charts.NAMES_APART, "autorange": "reversed", "showgrid": False},
    }
