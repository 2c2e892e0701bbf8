"""From the rows of a file of totals to tests: a row is a variant, its impressions and clicks."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from engine.stats.aggregates import Aggregates
from experiments.imports import cells
from experiments.imports.designs import Goal
from experiments.imports.problems import BadFile
from experiments.imports.summary import Summary
from experiments.imports.table import Table
from experiments.imports.wishes import ResultsImport
from experiments.models import Experiment

Value = TypeVar("Value")

COLUMNS: Final = (
    "test",
    "variant",
    "name",
    "title",
    "impressions",
    "clicks",
    "week",
    "time",
    "until",
)
REQUIRED: Final = ("test", "impressions", "clicks")
MOST_VARIANTS: Final = 100
LONGEST_NAME: Final = 300
WEEK: Final = dt.timedelta(days=7)
DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One variant of one test."""

    number: int
    test: str
    variant: str
    name: str
    title: str
    arm: Aggregates
    day: dt.date
    until: dt.date | None = None


@dataclass(slots=True)
class Test:
    """The variants of a test, in the order of the file: the first is the control.

    `numbers` are the rows of the file behind them. It lasted for `length`, from the first day of
    its variants on, or from the last one where they differ.
    """

    text: str
    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    unit: str = Experiment.Unit.IMPRESSION
    goal: Goal = field(default_factory=Goal)
    length: dt.timedelta = DAY

    @property
    def title(self) -> str:
        """What to call it: its title, else its first variant's name, else itself."""
        first = self.rows[0]
        return first.title or (first.name if first.name != first.variant else "") or self.text


class Totals:
    """The tests of a file. What was left out or repaired is counted in `summary`."""

    def __init__(self, wanted: ResultsImport, table: Table) -> None:
        self.summary = Summary()
        self._wanted = wanted
        self._table = table
        self._columns = list(dict.fromkeys(wanted.columns.values()))
        self._places = {role: self._columns.index(name) for role, name in wanted.columns.items()}
        self._row: Sequence[str] = ()
        self._role = ""

    def tests(self, progress: Callable[[], None]) -> list[Test]:
        """Every test with at least two variants.

        Raises:
            BadFile: Rows that cannot be read, or none that can be used.
        """
        found: dict[str, Test] = {}
        for row in self._rows():
            test = found.setdefault(row.test, self._new(row.test))
            self._refuse_doubled(test, row)
            test.rows.append(row)
            test.numbers.append(row.number)
            progress()
        return self._whole(found.values())

    def _new(self, text: str) -> Test:
        return Test(text, length=self._length)

    def _whole(self, tests: Iterable[Test]) -> list[Test]:
        self._table.problems.raise_if_any()
        for _blank in range(self._table.blank):
            self.summary.note("blank", 0)
        whole = [_lasting(test) for test in tests if self._is_whole(test)]
        if not whole:
            raise BadFile(
                _("No test of the file has two variants."),
                hint=_("A row is one variant; --map test=… names what its rows have in common."),
            )
        return whole

    @property
    def _length(self) -> dt.timedelta:
        return WEEK if "week" in self._places else DAY

    def _rows(self) -> Iterator[Row]:
        for number, row in self._table.rows(self._columns):
            self.summary.rows += 1
            self._row = row
            try:
                yield self._read(number)
            except ValueError as error:
                self._refuse(number, error)

    def _refuse(self, number: int, error: ValueError) -> None:
        column = self._wanted.columns.get(self._role, self._role)
        text = _("column %(column)s: %(text)s") % {"column": column, "text": error}
        self._table.problems.add(number, text)

    def _read(self, number: int) -> Row:
        impressions = self._parsed("impressions", cells.total)
        clicks = self._parsed("clicks", cells.total)
        if clicks > impressions:
            raise ValueError(
                _("%(clicks)s clicks of %(impressions)s impressions")
                % {"clicks": clicks, "impressions": impressions}
            )
        return self._row_of(number, Aggregates.of_impressions(impressions, clicks))

    def _row_of(self, number: int, arm: Aggregates) -> Row:
        test = self._parsed("test", cells.name)
        variant = self._parsed("variant", cells.name) if "variant" in self._places else ""
        day = self._day()
        return Row(
            number=number,
            test=test,
            variant=variant,
            name=self._name(number) or variant,
            title=self._verbatim("title"),
            arm=arm,
            day=day,
            until=self._until(day),
        )

    def _parsed(self, role: str, parse: Callable[[str], Value]) -> Value:
        self._role = role
        return parse(self._row[self._places[role]].strip())

    def _verbatim(self, role: str) -> str:
        """Text as it is, marks and spaces included: it is shown, never interpreted."""
        place = self._places.get(role)
        self._role = role
        return "" if place is None else cells.label(self._row[place])

    def _name(self, number: int) -> str:
        name = self._verbatim("name")
        if len(name) > LONGEST_NAME:
            self.summary.note("name_cut", number)
            return name[: LONGEST_NAME - 1] + "…"
        return name

    def _day(self) -> dt.date:
        if "week" in self._places:
            return self._parsed("week", cells.week)
        if "time" in self._places:
            moment = self._parsed("time", self._wanted.clock.read)
            return moment.astimezone(self._wanted.clock.zone).date()
        if self._wanted.time_default is None:
            raise ValueError(_("there is no time"))
        return self._wanted.time_default.astimezone(self._wanted.clock.zone).date()

    def _until(self, day: dt.date) -> dt.date | None:
        if "until" not in self._places:
            return None
        moment = self._parsed("until", self._wanted.clock.read)
        last = moment.astimezone(self._wanted.clock.zone).date()
        if last < day:
            raise ValueError(_("it ended before it began, on %(day)s") % {"day": day.isoformat()})
        return last

    def _refuse_doubled(self, test: Test, row: Row) -> None:
        if row.variant and any(row.variant == other.variant for other in test.rows):
            self._table.problems.add(
                row.number,
                _("variant %(variant)s of test %(test)s is there twice")
                % {"variant": row.variant, "test": row.test},
                _("A row is the final total of one variant."),
            )
        if len(test.rows) >= MOST_VARIANTS:
            raise BadFile(
                _("Test %(test)s has more than %(n)s variants.")
                % {"test": row.test, "n": MOST_VARIANTS},
                rows=[row.number],
                hint=_("Choose the column of the test with --map test=…"),
            )

    def _is_whole(self, test: Test) -> bool:
        if len(test.rows) > 1:
            self.summary.kept += len(test.numbers)
            return True
        for number in test.numbers:
            self.summary.note("alone", number)
        return False


def _lasting(test: Test) -> Test:
    """A test whose rows say when it ended lasted until then."""
    ends = [row.until for row in test.rows if row.until]
    if ends:
        test.length = max(max(ends) - max(row.day for row in test.rows), dt.timedelta()) + DAY
    return test
