"""From rows of count, mean and variance to tests: visitors, and what they did on average.

Such files often hold many looks at the same test, each over all visitors so far. The last one is
imported: what is complete when it comes is read once.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.stats.aggregates import Aggregates
from engine.stats.metrics import CATALOGUE, Kind, Metric, Unit
from experiments.imports import cells
from experiments.imports.designs import Goal
from experiments.imports.mapping import LEFT_OUT
from experiments.imports.totals import DAY, Row, Test, Totals
from experiments.models import Experiment

_SIDE: Final = ("count", "mean", "variance")
_CONTROL: Final = tuple(f"{role}_control" for role in _SIDE)
COLUMNS: Final = ("test", "variant", "metric", "days", *_SIDE, *_CONTROL, "name", "title", "time")
_REQUIRED: Final = ("test", "variant", "metric", *_SIDE)
CONTROL: Final = "control"
"""What the control is called where it stands in columns of its own."""
PRIMARY: Final = Experiment.Metric.CONVERSION_RATE
_NEARLY: Final = Fraction(1, 100)
"""How far a share may be from whole visitors, and its variance from that of yes and no."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of one variant after so many days, in a row of the file."""

    row: Row
    days: float
    metric: Metric

    @property
    def key(self) -> str:
        return self.metric.key


def asked(columns: Mapping[str, str]) -> bool:
    """Whether means per visitor are to be read, not impressions and clicks."""
    return not {"metric", *_SIDE}.isdisjoint(columns)


def required(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that are needed beside those that were named."""
    wide = not set(_CONTROL).isdisjoint(columns)
    return (*_REQUIRED, *(_CONTROL if wide else ()))


class Measures(Totals):
    """The tests of a file of counts, means and variances, each as its last look has it."""

    def tests(self, progress: Callable[[], None]) -> list[Test]:
        """Every test with at least two variants.

        Raises:
            BadFile: Rows that cannot be read or contradict each other, or none that can be used.
        """
        found: dict[str, list[Measure]] = {}
        for measure in self._measures():
            found.setdefault(measure.row.test, []).append(measure)
            progress()
        return self._whole([self._test(text, measures) for text, measures in found.items()])

    def _measures(self) -> Iterator[Measure]:
        for number, row in self._table.rows(self._columns):
            self.summary.rows += 1
            self._row = row
            try:
                yield from self._sides(number)
            except ValueError as error:
                self._refuse(number, error)

    def _sides(self, number: int) -> list[Measure]:
        """What the row says: of its variant, and of the control where that is beside it."""
        metric = self._metric()
        if metric is None:
            self.summary.note("metric_left_out", number)
            return []
        roles = [side for side in (_CONTROL, _SIDE) if side[0] in self._places]
        if not all(self._row[self._places[role]].strip() for side in roles for role in side):
            self.summary.note("incomplete", number)
            return []
        return [self._measure(number, metric, side) for side in roles]

    def _metric(self) -> Metric | None:
        text = self._parsed("metric", cells.name)
        key = self._wanted.metrics.get(text)
        if key is None:
            raise ValueError(
                _("what is %(text)s? Say --metrics %(text)s=METRIC, or %(text)s= to leave it out")
                % {"text": text}
            )
        return None if key == LEFT_OUT else CATALOGUE[key]

    def _measure(self, number: int, metric: Metric, side: Sequence[str]) -> Measure:
        own = side is _SIDE
        variant = self._parsed("variant", cells.name) if own else CONTROL
        row = Row(
            number=number,
            test=self._parsed("test", cells.name),
            variant=variant,
            name=(self._name(number) if own else "") or variant,
            title=self._verbatim("title"),
            arm=self._arm(metric, side),
            day=self._day(),
        )
        return Measure(row, self._days(), metric)

    def _days(self) -> float:
        if "days" not in self._places:
            return 1.0
        # Rounded, because sums of fractions of days differ in their last digits.
        return round(float(self._parsed("days", cells.number)), 6)

    def _arm(self, metric: Metric, side: Sequence[str]) -> Aggregates:
        n = self._parsed(side[0], cells.total)
        mean, variance = (self._parsed(role, cells.number) for role in side[1:])
        if not n or variance < 0:
            raise ValueError(_("a mean needs visitors, and a variance is not below zero"))
        if metric.kind is Kind.PROPORTION:
            variance = _of_a_share(n, mean, variance)
        money = metric.unit is Unit.MONEY
        scale = 10 ** minor_digits(self._wanted.site.currency) if money else 1
        return Aggregates.of_mean(metric.numerator, n, mean * scale, variance * scale**2)

    def _test(self, text: str, measures: Sequence[Measure]) -> Test:
        last = max(measure.days for measure in measures)
        for number in sorted({one.row.number for one in measures if one.days < last}):
            self.summary.note("earlier_look", number)
        used = [one for one in measures if one.days == last]
        variants: dict[str, dict[str, Measure]] = {}
        for one in used:
            self._add(variants.setdefault(one.row.variant, {}), one)
        return Test(
            text,
            [self._whole_arm(list(known.values())) for known in variants.values()],
            sorted({one.row.number for one in used}),
            unit=Experiment.Unit.VISITOR,
            goal=Goal(primary=PRIMARY),
            length=max(1, math.ceil(last)) * DAY,
        )

    def _add(self, known: dict[str, Measure], one: Measure) -> None:
        """Note what a row says of a variant, unless it contradicts another row."""
        before, arm = known.get(one.key), one.row.arm
        beside = one.row.variant == CONTROL and _CONTROL[0] in self._places
        if before and not (beside and before.row.arm == arm):
            text = _("%(metric)s of variant %(variant)s is there already, in row %(row)s")
            self._contradicts(text, one, before)
        other = next((m for m in known.values() if m.row.arm.n != arm.n), None)
        if other and not before:
            text = _("variant %(variant)s has %(n)s visitors here and %(other)s in row %(row)s")
            self._contradicts(text, one, other)
        known.setdefault(one.key, one)

    def _contradicts(self, text: str, one: Measure, other: Measure) -> None:
        places = {
            "metric": one.key,
            "variant": one.row.variant,
            "row": other.row.number,
            "n": one.row.arm.n,
            "other": other.row.arm.n,
        }
        self._table.problems.add(one.row.number, text % places)

    def _whole_arm(self, measures: Sequence[Measure]) -> Row:
        """One variant with all its metrics."""
        first = measures[0].row
        if all(one.key != PRIMARY for one in measures):
            self._table.problems.add(
                first.number,
                _("variant %(variant)s has no conversion_rate at the last look")
                % {"variant": first.variant},
                _("The verdict rests on it: --metrics NAME=conversion_rate says which it is."),
            )
        sums = {name: n for one in measures for name, n in one.row.arm.sums.items()}
        squares = {pair: n for one in measures for pair, n in one.row.arm.products.items()}
        return replace(first, arm=Aggregates(first.arm.n, sums, squares))


def _of_a_share(n: int, mean: Fraction, variance: Fraction) -> Fraction:
    """The variance (n - 1) of as many ones and zeros as there are visitors, if it can be that."""
    expected = mean * (1 - mean)
    off = abs(variance - expected)
    if abs(mean * n - round(mean * n)) > _NEARLY or off > _NEARLY * expected + Fraction(1, n):
        raise ValueError(
            _("this is no share of visitors: means and variances of yes and no are others")
        )
    share = Fraction(round(mean * n), n)
    return share * (1 - share) * n / max(n - 1, 1)
