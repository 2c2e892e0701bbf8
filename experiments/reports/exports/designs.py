"""Factors, blocks of hours and tests beside, as typed tables."""

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.stats.metrics import CATALOGUE, Unit
from experiments.reports.exports.form import Column, Kind, Table, ends, lift_columns
from experiments.reports.names import gap_text
from experiments.reports.payload import ReportData


def tables(data: ReportData) -> tuple[Table, ...]:
    """Those of special designs; the ones without a row are left out by who writes them."""
    return factors(data), blocks(data), beside(data)


def factors(data: ReportData) -> Table:
    """Main effects and interactions on the primary metric."""
    columns = [
        Column("factor", _("Factor")),
        Column("level", _("Level")),
        Column("base", _("Compared with")),
        Column("difference", _("Difference"), Kind.NUMBER),
        Column("difference_low", _("Difference, from"), Kind.NUMBER),
        Column("difference_high", _("Difference, to"), Kind.NUMBER),
        *lift_columns(),
        Column("p", _("p"), Kind.NUMBER),
        Column("p_adjusted", _("p, adjusted"), Kind.NUMBER),
        Column("missing", _("Why there is no number")),
    ]
    scale = _scale(data)
    rows = [
        [
            *(" × ".join(part) for part in (one.factors, one.levels, one.bases)),
            *(n if n is None else n / scale for n in (one.difference, *ends(one.span))),
            one.lift,
            *ends(one.lift_span),
            one.p,
            one.p_adjusted,
            ", ".join(one.missing) or gap_text(one.gap),
        ]
        for one in data.findings.factors
    ]
    return Table("factor", _("Factors"), columns, rows)


def blocks(data: ReportData) -> Table:
    """Every block of hours with its variant."""
    columns = [
        Column("begins", _("Begins")),
        Column("variant", _("Variant")),
        Column("visitors", _("Visitors"), Kind.WHOLE),
        Column("value", _("Primary metric"), Kind.NUMBER),
    ]
    found = data.findings.switchback
    scale = _scale(data)
    rows = [
        [p.at, data.design.arm(p.arm).key, p.units, None if p.value is None else p.value / scale]
        for p in (found.points if found else ())
    ]
    return Table("block", _("Blocks of hours"), columns, rows)


def beside(data: ReportData) -> Table:
    """Other tests at the same time."""
    columns = [
        Column("test", _("Other test")),
        Column("name", _("Name")),
        Column("visitors", _("Common visitors"), Kind.WHOLE),
        Column("interaction", _("Largest interaction"), Kind.NUMBER),
        Column("standard_error", _("Standard error"), Kind.NUMBER),
        Column("p", _("p"), Kind.NUMBER),
        Column("p_adjusted", _("p, adjusted"), Kind.NUMBER),
        Column("missing", _("Why there is no number")),
    ]
    scale = _scale(data)
    rows = [
        [
            one.key,
            one.name,
            one.units,
            *(None if n is None else n / scale for n in (one.largest, one.standard_error)),
            one.p,
            one.p_adjusted,
            gap_text(one.gap),
        ]
        for one in data.findings.concurrent
    ]
    return Table("beside", _("Other tests at the same time"), columns, rows)


def _scale(data: ReportData) -> int:
    money = CATALOGUE[data.design.primary].unit is Unit.MONEY
    return int(10 ** minor_digits(data.design.currency)) if money else 1
