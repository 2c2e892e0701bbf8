"""The numbers of a report as typed tables: what CSV and XLSX both write."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.stats.metrics import CATALOGUE, Unit
from experiments.reports.exports import designs, given
from experiments.reports.exports.form import Cell, Column, Kind, Table, ends, lift_columns
from experiments.reports.forest import recorded
from experiments.reports.gaps import Gap
from experiments.reports.names import BRANCHES, gap_text, label, metric_name
from experiments.reports.payload import Arm, Effect, ReportData
from workspace.sentences import together

KINDS: Final = {Unit.MONEY: Kind.MONEY, Unit.PERCENT: Kind.PERCENT}
UNITS: Final = {Unit.PERCENT: "share", Unit.NUMBER: "per visitor"}


def all_of(data: ReportData) -> list[Table]:
    """Every table that has a row."""
    found = (numbers(data), comparisons(data), days(data), cuts(data), *designs.tables(data))
    return [table for table in found if table.rows]


def numbers(data: ReportData) -> Table:
    """What each variant got and did, and its metrics."""
    metrics = list(dict.fromkeys(effect.metric for effect in recorded(data)))
    totals = [
        Column("visitors", _("Visitors"), Kind.WHOLE),
        Column("impressions", _("Impressions"), Kind.WHOLE),
        Column("viewable", _("Viewable impressions"), Kind.WHOLE),
        Column("clicks", _("Clicks"), Kind.WHOLE),
        Column("carts", _("Carts"), Kind.WHOLE),
        Column("orders", _("Orders"), Kind.WHOLE),
        Column("buyers", _("Buyers"), Kind.WHOLE),
        Column("revenue", _("Revenue"), Kind.MONEY),
    ]
    values = [
        Column(key, metric_name(key), KINDS.get(CATALOGUE[key].unit, Kind.NUMBER))
        for key in metrics
    ]
    columns = [*_who(), Column("share", _("Planned share"), Kind.PERCENT), *totals, *values]
    unknown = given.unrecorded(data)
    empty = {place for place, one in enumerate(columns) if one.key in unknown}
    rows = [_emptied(_totals(data, arm, metrics), empty) for arm in data.design.arms]
    if unknown:
        columns = [*columns, Column("note", _("Note"))]
        rows = [[*row, given.note()] for row in rows]
    return Table("variant", _("Numbers"), columns, rows)


def _emptied(row: Sequence[Cell], places: Collection[int]) -> list[Cell]:
    return [None if place in places else cell for place, cell in enumerate(row)]


def comparisons(data: ReportData) -> Table:
    """Each treatment against the control on each metric."""
    columns = [
        *_who(),
        Column("metric", _("Metric")),
        Column("role", _("Role")),
        Column("unit", _("Unit of the difference")),
        Column("difference", _("Difference"), Kind.NUMBER),
        Column("difference_low", _("Difference, from"), Kind.NUMBER),
        Column("difference_high", _("Difference, to"), Kind.NUMBER),
        *lift_columns(),
        Column("level", _("Coverage"), Kind.PERCENT),
        Column("p", _("p"), Kind.NUMBER),
        Column("p_adjusted", _("p, adjusted"), Kind.NUMBER),
        Column("log10_p", _("log10 p"), Kind.NUMBER),
        Column("standard_error", _("Standard error"), Kind.NUMBER),
        Column("method", _("Method")),
        Column("missing", _("Why there is no number")),
    ]
    rows = [_comparison(data, effect) for effect in recorded(data)]
    return Table("comparison", _("Comparisons"), columns, rows)


def days(data: ReportData) -> Table:
    """The primary metric as of the end of each day."""
    columns = [
        *_who(),
        Column("day", _("Day"), Kind.DAY),
        *_counts_columns(),
        *lift_columns(),
    ]
    rows = [
        [
            *_name(data, data.design.arm(point.arm)),
            point.day,
            point.n_control,
            point.n_treatment,
            point.lift,
            *ends(point.band),
        ]
        for point in data.days
    ]
    return Table("day", _("Days"), columns, rows)


def cuts(data: ReportData) -> Table:
    """Parts of the visitors; exploratory."""
    columns = [
        *_who(),
        Column("cut", _("Cut")),
        Column("value", _("Value")),
        *_counts_columns(),
        *lift_columns(),
        Column("p", _("p"), Kind.NUMBER),
        Column("p_adjusted", _("p, adjusted"), Kind.NUMBER),
        Column("missing", _("Why there is no number")),
    ]
    rows = [
        [
            *_name(data, data.design.arm(one.arm)),
            one.cut,
            one.value,
            one.n_control,
            one.n_treatment,
            one.lift,
            *ends(one.lift_span),
            one.p,
            one.p_adjusted,
            gap_text(one.gap),
        ]
        for one in data.findings.cuts
    ]
    return Table("cut", _("Cuts"), columns, rows)


def _who() -> list[Column]:
    return [Column("variant", _("Variant")), Column("name", _("Name"))]


def _counts_columns() -> list[Column]:
    return [
        Column("visitors_control", _("Visitors of the control"), Kind.WHOLE),
        Column("visitors", _("Visitors"), Kind.WHOLE),
    ]


def _name(data: ReportData, arm: Arm) -> tuple[str, str]:
    text = label(arm) if arm.key in BRANCHES else arm.name
    role = _("control") if arm.id == data.design.control.id else ""
    return arm.key.removeprefix(":"), " · ".join(filter(None, (text, role)))


def _totals(data: ReportData, arm: Arm, metrics: Sequence[str]) -> list[Cell]:
    got, scale = data.of(arm.id), _scale(data)
    counts = (got.impressions, got.viewables, got.clicks, got.carts, got.orders, got.converted)
    values = (_value(data, key, arm.id) for key in metrics)
    return [*_name(data, arm), arm.share, got.units, *counts, got.revenue / scale, *values]


def _value(data: ReportData, metric: str, arm: int) -> float | None:
    found = data.value(metric, arm)
    if found is None or found.value is None:
        return None
    return found.value / _scale_of(data, metric)


def _comparison(data: ReportData, effect: Effect) -> list[Cell]:
    scale, unit = _scale_of(data, effect.metric), CATALOGUE[effect.metric].unit
    money = unit is Unit.MONEY
    span = (effect.difference, *ends(effect.span))
    return [
        *_name(data, data.design.arm(effect.arm)),
        metric_name(effect.metric),
        effect.role.value,
        data.design.currency if money else UNITS.get(unit, ""),
        *(None if number is None else number / scale for number in span),
        effect.lift,
        *ends(effect.lift_span),
        effect.span.level if effect.span else None,
        effect.p,
        effect.p_adjusted,
        effect.log10_p,
        None if effect.standard_error is None else effect.standard_error / scale,
        effect.method,
        together(_reasons(effect.gap, effect.lift_gap)),
    ]


def _reasons(*gaps: Gap | None) -> Iterator[str]:
    return (gap_text(gap) for gap in gaps if gap is not None)


def _scale_of(data: ReportData, metric: str) -> int:
    return _scale(data) if CATALOGUE[metric].unit is Unit.MONEY else 1


def _scale(data: ReportData) -> int:
    return int(10 ** minor_digits(data.design.currency))
