"""A translation sheet that comes back: what each row would change, then the change."""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from creatives import sheet, words
from creatives.models import Creative, Version
from creatives.words import Saying
from engine.errors import InvalidInput, LabError, TooLarge
from workspace.models import Site

Person = AbstractBaseUser | None
FIELD = "sheet"
MAX_BYTES = 1_000_000
MAX_ROWS = 5_000
DELIMITERS = ",;\t"  # Excel writes the one of its own language


class Outcome(StrEnum):
    """What becomes of a row in one language."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """A text of the sheet in one language, and what becomes of it; `row` as spreadsheets count."""

    row: int
    creative: str
    field: str
    locale: str
    outcome: Outcome
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All lines of a sheet."""

    lines: tuple[Line, ...]

    def counts(self) -> dict[str, int]:
        """How many of each outcome."""
        found = Counter(line.outcome for line in self.lines)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.outcome is Outcome.CHANGED]


@dataclass(frozen=True, slots=True)
class Cell:
    """One text as it stands in the sheet."""

    row: int
    creative: str
    field: str
    source: str
    locale: str
    text: str


def check(site: Site, data: bytes) -> Report:
    """What a sheet would change; raises InvalidInput or TooLarge for a file that is none."""
    cells = _cells(site, data)
    keys = {cell.creative for cell in cells}
    versions = {version.creative.key: version for version in sheet.newest_of(site, keys)}
    seen: dict[tuple[str, str, str], Cell] = {}
    return Report(tuple(_line(site, versions.get(c.creative), c, seen) for c in cells))


def apply(site: Site, data: bytes, *, actor: Person, now: dt.datetime) -> Report:
    """Change what may be changed, each banner in its draft or its next version.

    A second time it changes nothing. Rows that are refused cost only themselves.
    """
    with transaction.atomic():
        keys = {cell.creative for cell in _cells(site, data)}
        held = Creative.objects.filter(site=site, key__in=keys).order_by("pk")
        creatives = {row.key: row for row in held.select_for_update(of=("self",))}
        report = check(site, data)
        refused = {}
        for key, sayings in _sayings(report).items():
            if reason := _rewritten(creatives[key], sayings, actor=actor, now=now):
                refused[key] = reason
    return Report(tuple(_unless(line, refused) for line in report.lines))


def _rewritten(
    creative: Creative, sayings: Mapping[str, Saying], *, actor: Person, now: dt.datetime
) -> str:
    """Why a banner could not be given its words; empty when it was."""
    try:
        with transaction.atomic():
            words.rewrite(creative, sayings, actor=actor, now=now)
    except LabError as problem:
        return str(problem)
    return ""


def _unless(line: Line, refused: Mapping[str, str]) -> Line:
    reason = refused.get(line.creative, "")
    if not reason or line.outcome is not Outcome.CHANGED:
        return line
    return replace(line, outcome=Outcome.REFUSED, reason=reason)


def _sayings(report: Report) -> dict[str, dict[str, Saying]]:
    found: dict[str, dict[str, Saying]] = {}
    for line in report.changed:
        said = found.setdefault(line.creative, {})
        said[line.locale] = _with(said.get(line.locale, Saying()), line.field, line.after)
    return found


def _with(saying: Saying, field: str, text: str) -> Saying:
    alt = text if field == sheet.ALT else saying.alt
    landing_url = text if field == sheet.LANDING else saying.landing_url
    slot = field.removeprefix(sheet.SLOT) if field.startswith(sheet.SLOT) else ""
    return Saying(alt, landing_url, {**saying.slots, slot: text} if slot else saying.slots)


def _line(
    site: Site, version: Version | None, cell: Cell, seen: dict[tuple[str, str, str], Cell]
) -> Line:
    place = (cell.creative, cell.field, cell.locale)
    before = _text(version, cell.field, cell.locale) or ""
    reason = _twice(seen.setdefault(place, cell), cell) or _reason(site, version, cell)
    same = not cell.text or cell.text == before
    outcome = Outcome.UNCHANGED if same else Outcome.CHANGED
    return Line(
        cell.row,
        cell.creative,
        cell.field,
        cell.locale,
        Outcome.REFUSED if reason else outcome,
        before,
        before if same else cell.text,
        reason,
    )


def _text(version: Version | None, field: str, locale: str) -> str | None:
    all_said = words.spoken(version) if version else ()
    said = next((one for one in all_said if one.locale == locale), None)
    return sheet.text_of(said, field) if said else None


def _twice(first: Cell, cell: Cell) -> str:
    if first is cell or first.text == cell.text:
        return ""
    return _("Row %(row)s says something else for the same text.") % {"row": first.row}


def _reason(site: Site, version: Version | None, cell: Cell) -> str:
    """Why a cell is refused, as a sentence; empty when it is not."""
    if cell.locale not in site.locales:
        languages = ", ".join(site.locales)
        return _("The site does not speak “%(locale)s”; its languages: %(languages)s.") % {
            "locale": cell.locale,
            "languages": languages,
        }
    if version is None:
        return _("There is no banner with this key.")
    if cell.field not in sheet.fields_of(version):
        return _("This banner has no such text; it has: %(fields)s.") % {
            "fields": ", ".join(sheet.fields_of(version))
        }
    return _moved_on(site, version, cell) or _unfit(version, cell)


def _moved_on(site: Site, version: Version, cell: Cell) -> str:
    source = " ".join((_text(version, cell.field, site.locales[0]) or "").split())
    if cell.source != source:
        return _("The source text is another one since: “%(text)s”. Take a new sheet.") % {
            "text": source
        }
    if version.status == Version.Status.IN_REVIEW and cell.text:
        return _("Version %(n)s is in review: take it back first.") % {"n": version.number}
    return ""


def _unfit(version: Version, cell: Cell) -> str:
    try:
        words.checked(version, cell.locale, _with(Saying(), cell.field, cell.text))
    except LabError as problem:
        return str(problem)
    return ""


def _cells(site: Site, data: bytes) -> list[Cell]:
    table = _table(data)
    head = [name.strip() for name in table[0]]
    source = site.locales[0]
    missing = [name for name in (*sheet.HEAD, source) if name not in head]
    if missing:
        raise InvalidInput(
            _("The first row lacks the columns %(names)s.") % {"names": ", ".join(missing)},
            field=FIELD,
            hint=_("Take a sheet from here and leave its first row as it is."),
        )
    languages = [n for n in head if n and n not in {*sheet.HEAD, source, sheet.COMMENT}]
    rows = [(n, dict(zip(head, row, strict=False))) for n, row in enumerate(table[1:], 2)]
    return [
        _cell(number, row, source, locale)
        for number, row in rows
        if any(text.strip() for text in row.values())
        for locale in languages
        if locale in site.locales or row.get(locale, "").strip()
    ]


def _cell(number: int, row: Mapping[str, str], source: str, locale: str) -> Cell:
    def text(name: str) -> str:
        return sheet.untame(" ".join(row.get(name, "").split()))

    return Cell(number, text("creative"), text("field"), text(source), locale, text(locale))


def _table(data: bytes) -> Sequence[Sequence[str]]:
    text = decoded(data)
    lines = text.split("\n", 1)
    delimiter = max(DELIMITERS, key=lines[0].count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInput(
            _("The file cannot be read as a table: %(error)s.") % {"error": error}, field=FIELD
        ) from None
    if not table:
        raise InvalidInput(_("The file is empty."), field=FIELD)
    if len(table) > MAX_ROWS + 1:
        raise TooLarge(_("The sheet has more than %(n)s rows.") % {"n": MAX_ROWS}, field=FIELD)
    return table


def decoded(data: bytes) -> str:
    """The text of a file; raises InvalidInput or TooLarge."""
    if len(data) > MAX_BYTES:
        raise TooLarge(_("The sheet has more than 1 MB."), field=FIELD, hint=_("Divide it."))
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeError:
        raise InvalidInput(
            _("The file is not UTF-8."),
            field=FIELD,
            hint=_("Save it as “CSV UTF-8”: other kinds of CSV lose letters."),
        ) from None
