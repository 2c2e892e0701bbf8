"""A workbook: verdict, numbers, comparisons, days, cuts, and a sheet on how it was worked out."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from delivery.currencies import minor_digits
from experiments.reports import card, verdict
from experiments.reports.exports import method_sheet, tables
from experiments.reports.exports.form import Cell, Column, Kind, Table
from experiments.reports.exports.taken import File, Taken

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
"""Names are typed by people: none of them becomes a formula or a link."""
NARROWEST, WIDEST = 10, 48


def export(taken: Taken) -> File:
    """A report as a workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    # Of the report, not of the download: the same report gives the same file.
    book.set_properties({"title": taken.experiment.name, "created": taken.data.as_of})
    formats = _formats(book, taken.data.design.currency)
    _pairs(book, _("Verdict"), _verdict(taken), formats)
    for table in tables.all_of(taken.data):
        _table(book, table, formats)
    _pairs(book, _("Method"), method_sheet.lines(taken), formats)
    book.close()
    return File(taken.filename("xlsx"), CONTENT_TYPE, out.getvalue())


def _formats(book: Any, currency: str) -> dict[str, Any]:  # noqa: ANN401 - XlsxWriter has no types
    digits = minor_digits(currency)
    money = f'"{currency}" #,##0' + ("." + "0" * digits if digits else "")
    add = book.add_format
    return {
        Kind.TEXT: add(),
        Kind.WHOLE: add({"num_format": "#,##0"}),
        Kind.NUMBER: add({"num_format": "0.000000"}),
        Kind.PERCENT: add({"num_format": "0.00%"}),
        Kind.MONEY: add({"num_format": money}),
        Kind.DAY: add({"num_format": "yyyy-mm-dd"}),
        "head": add({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "label": add({"bold": True, "valign": "top"}),
        "words": add({"text_wrap": True, "valign": "top"}),
    }


def _table(book: Any, table: Table, formats: dict[str, Any]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(table.title)
    sheet.freeze_panes(1, 2)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(column, [row[place] for row in table.rows]))
        sheet.write_string(0, place, column.head, formats["head"])
        for number, row in enumerate(table.rows, 1):
            _cell(sheet, number, place, row[place], formats[column.kind])
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _cell(sheet: Any, row: int, place: int, cell: Cell, style: Any) -> None:  # noqa: ANN401
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, style)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), style)
    else:
        sheet.write_number(row, place, cell, style)


def _width(column: Column, cells: Iterable[Cell]) -> int:
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2, len(column.head) // 2 + 4))


def _pairs(
    book: Any,  # noqa: ANN401
    title: str,
    lines: Sequence[tuple[str, str]],
    formats: dict[str, Any],
) -> None:
    sheet = book.add_worksheet(title)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name, formats["label"])
        sheet.write_string(row, 1, value, formats["words"])


def _verdict(taken: Taken) -> list[tuple[str, str]]:
    shown = card.card_of(taken.experiment, taken.data, verdict.decide(taken.data))
    lines = [
        (_("Experiment"), taken.experiment.name),
        (_("Site"), taken.experiment.site.name),
        (_("Hypothesis"), taken.experiment.hypothesis),
        (_("Verdict"), shown.word),
        ("", shown.headline),
        ("", shown.detail),
        *((_("Check"), f"{one.name}: {one.finding} {one.remedy}") for one in shown.failed),
        *((_("Why"), reason.text) for reason in shown.reasons),
        (_("As of"), f"{taken.data.as_of.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"),
        (pgettext("report", "Version"), str(taken.version.number) if taken.version else ""),
        (_("Amounts in"), taken.data.design.currency),
    ]
    return [line for line in lines if line[1].strip()]
