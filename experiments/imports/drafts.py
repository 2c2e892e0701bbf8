"""A file of old tests between its upload and its import: kept, looked at, mapped, previewed.

It waits as an import of kind `draft`, so that nothing is lost on a mistake and any worker can do
the rest; what nobody goes on with is dropped after some days.
"""

import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from engine.errors import NotFound
from events.models import Import
from experiments.imports import columns, designs, results, table
from experiments.imports.cells import Clock
from experiments.imports.problems import BadFile, Problems, quoted
from experiments.imports.source import Source
from experiments.imports.table import Table
from experiments.imports.totals import Test
from experiments.imports.wishes import ResultsImport
from experiments.models import Experiment
from workspace.models import Site

KIND: Final = "draft"
MOST_BYTES: Final = 5 * 1024 * 1024
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 2_000
SAMPLES: Final = 3
KEPT_FOR: Final = dt.timedelta(days=3)
MOST_KEPT: Final = 10
"""Files that wait at a site; an older one makes room."""
SHOWN: Final = 20
"""Tests of a preview."""
_FORMULA: Final = ("=", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would make: `new` and `known` tests, the first of them with their variants."""

    tests: tuple[Test, ...]
    total: int
    new: int
    known: int
    sentences: tuple[str, ...]


def keep(site: Site, name: str, data: bytes, *, actor: User | None, now: dt.datetime) -> Import:
    """Take a file in, if it can be a file of tests at all.

    Raises:
        BadFile: Too large, not text, not UTF-8, without rows, with cells that are no data.
    """
    if len(data) > MOST_BYTES:
        raise BadFile(
            _("The file has more than 5 MB."),
            hint=_("Split it; all rows of a test must stay in one file."),
        )
    with _as_file(name, data) as path:
        text = "".join(Source(path).lines())
        _check_cells(path)
    _make_room(site, now=now)
    return Import.objects.create(
        site=site,
        kind=KIND,
        name=Path(name).name[:255] or "tests.csv",
        sha256=hashlib.sha256(data).hexdigest(),
        mapping={"text": text},
        created_by=actor,
        started_at=now,
    )


def find(site: Site, pk: int) -> Import:
    """A file that waits.

    Raises:
        NotFound: It was imported, or dropped, or is another site's.
    """
    row = Import.objects.filter(site=site, kind=KIND, pk=pk).select_related("site").first()
    if row is None:
        raise NotFound(
            _("This file does not wait any more."),
            hint=_("It was imported or dropped; upload it again."),
        )
    return row


def columns_of(draft: Import) -> tuple[columns.Column, ...]:
    """The columns of the file with samples and guesses."""
    header, *rows = _first_rows(draft.mapping["text"], SAMPLES + 1)
    return columns.of(header, [[_short(cell) for cell in row] for row in rows])


def preview(draft: Import, wanted: ResultsImport) -> Preview:
    """What importing it would make; nothing is written.

    Raises:
        BadFile: Rows that cannot be read, each with its column.
        Conflict: Tests are there that do not fit.
    """
    with opened(draft) as path:
        reader = results.reader_of(wanted, Table(Source(path)))
        tests = reader.tests(lambda: None)
    keys = {results.key_of(test) for test in tests}
    results.check_known(wanted, tests)
    known = Experiment.objects.filter(site=draft.site, key__in=keys).count()
    said = tuple(reader.summary.sentences())
    return Preview(tuple(tests[:SHOWN]), len(tests), len(tests) - known, known, said)


def keys_of(wanted: ResultsImport) -> list[str]:
    """The keys of the experiments that a file stands for."""
    reader = results.reader_of(wanted, Table(Source(wanted.path)))
    return [results.key_of(test) for test in reader.tests(lambda: None)]


def wish(
    draft: Import,
    chosen: Mapping[str, str],
    *,
    day: dt.date | None,
    actor: User | None,
    now: dt.datetime,
) -> ResultsImport:
    """What is to be loaded; `chosen` is the column of each role, `day` that of tests without one.

    Raises:
        BadFile: The file says no day and nobody else does.
    """
    zone = ZoneInfo(draft.site.timezone)
    if day is None and "time" not in chosen:
        raise BadFile(
            _("No column says when the tests ran."),
            hint=_("Choose the column of the first day, or a day for all of them."),
        )
    default = dt.datetime.combine(day, dt.time(), zone) if day else None
    return ResultsImport(
        path=Path(draft.name),
        site=draft.site,
        columns=chosen,
        clock=Clock(zone, now + dt.timedelta(days=1)),
        time_default=default,
        actor=actor,
    )


@contextmanager
def opened(draft: Import) -> Iterator[Path]:
    """The file as a file, under its own name."""
    with _as_file(draft.name, draft.mapping["text"].encode()) as path:
        yield path


@contextmanager
def _as_file(name: str, data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{designs.key_of(Path(name).stem or 'tests')}.csv"
        path.write_bytes(data)
        yield path


def _make_room(site: Site, *, now: dt.datetime) -> None:
    waiting = Import.objects.filter(site=site, kind=KIND)
    waiting.filter(started_at__lt=now - KEPT_FOR).delete()
    kept = waiting.order_by("-pk").values_list("pk", flat=True)[: MOST_KEPT - 1]
    waiting.exclude(pk__in=list(kept)).delete()


def _check_cells(path: Path) -> None:
    """Refuse what is no table of tests, and cells that a spreadsheet would run."""
    source = Source(path)
    reader = Table(source)
    if next(source.lines(), "").lstrip().startswith(("{", "[")):
        raise BadFile(
            _("This is JSON, not a table with a header."),
            rows=[1],
            hint=_("Save it as CSV (UTF-8)."),
        )
    header = table.header_of(source)
    if len(header) > MOST_COLUMNS:
        text = _("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS}
        raise BadFile(text, rows=[1])
    if not all(header):
        raise BadFile(
            _("A column has no name in the header (row 1)."),
            rows=[1],
            hint=_("Give every column a name, or delete the empty ones."),
        )
    _check_row(reader.problems, 1, header, header)
    for number, row in reader.rows(header):
        _check_row(reader.problems, number, header, row)
    reader.problems.raise_if_any()


def _check_row(problems: Problems, number: int, header: Sequence[str], row: Sequence[str]) -> None:
    for column, cell in zip(header, row, strict=True):
        place = {"column": quoted(column), "text": quoted(cell)}
        if len(cell) > LONGEST_CELL:
            text = _("column %(column)s: a cell of more than %(most)s characters")
            problems.add(number, text % (place | {"most": f"{LONGEST_CELL:,}"}))
        elif _is_formula(cell):
            problems.add(
                number,
                _("column %(column)s: %(text)s is a formula") % place,
                _("Save the sheet with its values, not its formulas."),
            )


def _is_formula(cell: str) -> bool:
    """A spreadsheet would work it out; −20 % in a name is none."""
    return cell.startswith(_FORMULA) or (cell.startswith(("+", "-")) and "(" in cell)


def _first_rows(text: str, number: int) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = table.delimiter_of(first)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    filled = ([cell.strip() for cell in row] for row in rows if row)
    return list(islice(filled, number))


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"  # noqa: PLR2004 - fits beside a select
