"""All numbers in one CSV: a row says in `part` which table it is of, columns never change names.

UTF-8 with a mark at the beginning, without which spreadsheets take Chinese for something else.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Final

from experiments.reports.exports import tables
from experiments.reports.exports.form import Cell, Table
from experiments.reports.exports.taken import File, Taken

RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a text that begins so for a formula; names are typed by people."""
MARK: Final = "\N{BYTE ORDER MARK}"


def export(taken: Taken) -> File:
    """The numbers of a report as CSV."""
    found = tables.all_of(taken.data)
    names = list(dict.fromkeys(one.key for table in found for one in table.columns))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ["part", *names, "currency"], restval="")
    writer.writeheader()
    for table in found:
        writer.writerows(_rows(table, taken.data.design.currency))
    body = (MARK + out.getvalue()).encode()
    return File(taken.filename("csv"), "text/csv; charset=utf-8", body)


def _rows(table: Table, currency: str) -> Iterable[dict[str, str]]:
    for row in table.rows:
        cells = {one.key: text(cell) for one, cell in zip(table.columns, row, strict=True)}
        yield {"part": table.key, **cells, "currency": currency}


def text(cell: Cell) -> str:
    """A cell as text: numbers to the last digit, texts that no spreadsheet runs."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(RISKY) else cell
    return cell.isoformat() if isinstance(cell, dt.date) else repr(cell)
