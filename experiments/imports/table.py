"""The wanted columns of a file's rows: CSV with any usual delimiter, TSV, or JSON Lines.

Rows are counted by the lines of the file, as an editor shows them; the header is row 1.
"""

import csv
import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext as _

from experiments.imports.problems import BadFile, Problems, quoted
from experiments.imports.source import LONGEST_LINE, Source

Row: TypeAlias = tuple[int, Sequence[str]]

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_QUOTE: Final = 500
"""Lines one quoted cell may span. A quote that is never closed swallows the rest of the file."""

_CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)|={7}$")


@dataclass(slots=True)
class Table:
    """How a file is to be read, and what was passed over while reading."""

    source: Source
    delimiter: str | None = None
    each: str = ""
    problems: Problems = field(default_factory=Problems)
    blank: int = 0

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """The wanted columns of every row, with its number; wrong rows go to `problems`.

        Raises:
            BadFile: Missing or doubled columns, a quote that is never closed, no rows at all.
        """
        self.blank = 0
        lines = self.source.lines()
        first = next(lines, "")
        if "\r" in first.rstrip("\r\n"):
            raise BadFile(
                _("The rows end in a bare carriage return."),
                rows=[1],
                hint=_("Convert them: `tr '\\r' '\\n' < FILE > NEW`."),
            )
        if first.lstrip().startswith("["):
            raise BadFile(
                _("This is one JSON document, not a row per line."),
                rows=[1],
                hint=_("Write one object per line: `jq -c '.[]' FILE > NEW`."),
            )
        if first.lstrip().startswith("{"):
            return self._objects(first, lines, wanted)
        return self._cells(first, lines, wanted)

    def _cells(self, first: str, lines: Iterator[str], wanted: Sequence[str]) -> Iterator[Row]:
        if _CONFLICT.match(first.rstrip("\r\n")):
            raise _conflict(1, first)
        delimiter = self.delimiter or _delimiter(first, wanted)
        header = _header(first, delimiter)
        _refuse_doubled(header)
        refuse_missing(wanted, header)
        _allow_long_cells()
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        return self._picked(reader, [header.index(name) for name in wanted], len(header))

    def _picked(self, reader: Any, places: list[int], width: int) -> Iterator[Row]:  # noqa: ANN401
        pick = itemgetter(*places, places[0])  # one more, so that it is always a tuple
        empty = True
        for start, row in self._numbered(reader):
            if not row:
                self.blank += 1
            elif len(row) != width:
                self._ragged(start, row, width)
            elif _CONFLICT.match(row[0]):
                raise _conflict(start, row[0])
            else:
                empty = False
                yield start, pick(row)[:-1]
        if empty and not self.problems.rows:
            raise BadFile(_("The file has a header and no rows."), hint=_("Export it again."))

    def _numbered(self, reader: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401
        while True:
            start = self.source.line + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise _quote(start, self.source.line, error) from error
            if row is None:
                return
            if self.source.line - start > LONGEST_QUOTE:
                raise _quote(start, self.source.line, None)
            yield start, row

    def _ragged(self, number: int, row: list[str], width: int) -> None:
        if _CONFLICT.match(row[0]):
            raise _conflict(number, row[0])
        self.problems.add(
            number,
            _("%(have)s cells instead of %(need)s: %(text)s")
            % {"have": len(row), "need": width, "text": quoted(",".join(row))},
            _("Put cells that contain the delimiter into double quotes, or name it: --delimiter."),
        )

    def _objects(self, first: str, lines: Iterator[str], wanted: Sequence[str]) -> Iterator[Row]:
        seen: Counter[str] = Counter()
        for number, line in _with_numbers(first, lines):
            if not line.strip():
                self.blank += 1
                continue
            for item in self._items(number, line):
                values = [_dig(item, name) for name in wanted]
                for name, value in zip(wanted, values, strict=True):
                    if value is not None:
                        seen[name] += 1
                yield number, ["" if value is None else value for value in values]
        if not self.problems.rows:
            refuse_missing(wanted, [name for name in wanted if seen[name]])

    def _items(self, number: int, line: str) -> list[dict[str, Any]]:
        try:
            found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            if _CONFLICT.match(line.rstrip("\r\n")):
                raise _conflict(number, line) from None
            self.problems.add(
                number, _("not JSON: %(text)s") % {"text": quoted(line.strip())}, _JSON_HINT()
            )
            return []
        if not isinstance(found, dict):
            self.problems.add(
                number, _("not an object: %(text)s") % {"text": quoted(line.strip())}, _JSON_HINT()
            )
            return []
        if not self.each:
            return [found]
        parts = found.get(self.each)
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            self.problems.add(number, _("no list “%(name)s” in it") % {"name": self.each})
            return []
        return [found | part for part in parts]


def _JSON_HINT() -> str:  # noqa: N802 - a constant in the reader's language
    return _("Every row must be one JSON object on one line.")


def _with_numbers(first: str, lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    yield 1, first
    yield from enumerate(lines, start=2)


def _dig(item: dict[str, Any], name: str) -> str | None:
    """A value by its name, or by a path with points through objects."""
    value: Any = item.get(name)
    if value is None and "." in name:
        value = item
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    if value is None or isinstance(value, str):
        return value
    return "true" if value is True else "false" if value is False else json.dumps(value)


def header_of(source: Source) -> list[str]:
    """The names of the columns of a file of cells.

    Raises:
        BadFile: As `Source.lines`, or a column that is named twice.
    """
    first = next(source.lines(), "")
    header = _header(first, delimiter_of(first))
    _refuse_doubled(header)
    return header


def delimiter_of(first: str) -> str:
    """The delimiter of a file by its first line: the one that makes most columns."""
    return _delimiter(first, ())


def _delimiter(first: str, wanted: Sequence[str]) -> str:
    """The delimiter whose header has most of the wanted columns, then the most columns."""
    return max(
        DELIMITERS,
        key=lambda d: (len(set(wanted) & set(_header(first, d))), len(_header(first, d))),
    )


def _header(first: str, delimiter: str) -> list[str]:
    return [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]


def _refuse_doubled(header: Sequence[str]) -> None:
    doubled = [name for name, times in Counter(header).items() if times > 1 and name]
    if doubled:
        names = ", ".join(map(quoted, doubled))
        raise BadFile(
            _("The header (row 1) names a column twice: %(names)s.") % {"names": names},
            rows=[1],
            hint=_("Rename one of them."),
        )


def refuse_missing(wanted: Sequence[str], header: Sequence[str]) -> None:
    """Refuse a file that lacks a column, saying which it has.

    Raises:
        BadFile: With the columns that are there and the likeliest spelling.
    """
    missing = [name for name in wanted if name not in header]
    if not missing:
        return
    near = [n for m in missing for n in difflib.get_close_matches(m, header, n=1, cutoff=0.5)]
    hint = _("Name the columns of this file in --map.")
    if near:
        hint = _("Did you mean %(names)s?") % {"names": ", ".join(map(quoted, near))}
    raise BadFile(
        _("The file has no column %(missing)s; its columns (row 1) are %(there)s.")
        % {
            "missing": ", ".join(map(quoted, missing)),
            "there": ", ".join(map(quoted, header[:40])) or "–",
        },
        rows=[1],
        hint=hint,
    )


def _conflict(number: int, text: str) -> BadFile:
    return BadFile(
        _("Row %(row)s is the marker of a merge conflict: %(text)s.")
        % {"row": number, "text": quoted(text.rstrip("\r\n"))},
        rows=[number],
        hint=_("The file holds two versions of some rows. Settle the conflict, then import it."),
    )


def _quote(start: int, end: int, error: csv.Error | None) -> BadFile:
    if error is not None and "expected after" in str(error):
        text = _("Row %(start)s has text after a closing quote.")
    else:
        text = _("A quote that opens in row %(start)s is not closed by row %(end)s.")
    return BadFile(
        text % {"start": start, "end": end},
        rows=[start],
        hint=_('A quote inside a quoted cell is written twice ("").'),
    )


def _allow_long_cells() -> None:
    if csv.field_size_limit() < LONGEST_LINE:
        csv.field_size_limit(LONGEST_LINE)
