"""The audit log as a file: CSV for a table, JSON lines for a machine; read row by row."""

import csv
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import QuerySet

from workspace.models import AuditEntry

AT_ONCE: Final = 1_000
COLUMNS: Final = (
    "id",
    "at",
    "actor_name",
    "action",
    "object_type",
    "object_key",
    "before",
    "after",
    "reason",
    "request_id",
    "place",
    "chain",
)
# A spreadsheet would take such a cell for a formula and calculate it.
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Entries = QuerySet[AuditEntry]


class _Echo:
    """A file for the csv writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def as_csv(entries: Entries) -> Iterator[str]:
    """A heading and a line for each row; begins with the mark that Excel needs for UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in _rows(entries):
        yield str(writer.writerow([harmless(_cell(row[name])) for name in COLUMNS]))


def as_lines(entries: Entries) -> Iterator[str]:
    """One JSON object a line."""
    for row in _rows(entries):
        row["at"] = row["at"].isoformat()
        yield json.dumps(row, ensure_ascii=False) + "\n"


def harmless(cell: str) -> str:
    """A cell that no spreadsheet calculates."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _rows(entries: Entries) -> Iterator[dict[str, Any]]:
    yield from entries.values(*COLUMNS).iterator(chunk_size=AT_ONCE)


FORMS: Final[dict[str, tuple[Callable[[Entries], Iterator[str]], str]]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "jsonl": (as_lines, "application/jsonl; charset=utf-8"),
}
