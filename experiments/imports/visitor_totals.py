"""From rows of visitors and what they did in total to tests: how old tests are usually kept.

A row is a variant: its visitors, and how many of them ordered. Who clicked, and the revenue with
its spread, may stand beside. A total of money alone has no range, so it is not compared.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from delivery.currencies import minor_digits
from engine.stats.aggregates import Aggregates
from experiments.imports import cells
from experiments.imports.designs import Goal
from experiments.imports.totals import Row, Test, Totals
from experiments.models import Experiment

VISITORS: Final = "visitors"
COLUMNS: Final = (
    "test",
    "variant",
    "name",
    "title",
    VISITORS,
    "orders",
    "clicks",
    "revenue",
    "spread",
    "week",
    "time",
    "until",
)
REQUIRED: Final = ("test", "variant", VISITORS, "orders")
_SIMPLE: Final = {"orders": "converted", "clicks": "clicked"}
"""Columns that count visitors, and the total that they are."""


def asked(columns: Mapping[str, str]) -> bool:
    """Whether the rows count visitors."""
    return VISITORS in columns


class VisitorTotals(Totals):
    """The tests of a file of visitors; decided by the share of them who ordered."""

    def _new(self, text: str) -> Test:
        goal = Goal(primary=Experiment.Metric.CONVERSION_RATE)
        return replace(super()._new(text), unit=Experiment.Unit.VISITOR, goal=goal)

    def _read(self, number: int) -> Row:
        visitors = self._parsed(VISITORS, cells.total)
        if not visitors:
            raise ValueError(_("a variant without visitors cannot be compared"))
        parts = [self._share(role, visitors) for role in _SIMPLE if role in self._places]
        revenue = self._revenue(number, visitors)
        arms = [*parts, *([revenue] if revenue else [])]
        sums = {name: value for arm in arms for name, value in arm.sums.items()}
        squares = {pair: value for arm in arms for pair, value in arm.products.items()}
        return self._row_of(number, Aggregates(visitors, sums, squares))

    def _share(self, role: str, visitors: int) -> Aggregates:
        found, name = self._parsed(role, cells.total), _SIMPLE[role]
        if found > visitors:
            raise ValueError(
                _("%(found)s of %(visitors)s visitors; each visitor counts once")
                % {"found": found, "visitors": visitors}
            )
        return Aggregates(visitors, {name: found}, {(name, name): found})

    def _revenue(self, number: int, visitors: int) -> Aggregates | None:
        if "revenue" not in self._places:
            return None
        total = self._parsed("revenue", cells.number)
        if total < 0:
            raise ValueError(_("a revenue is not below zero"))
        if "spread" not in self._places:
            self.summary.note("no_spread", number)
            return None
        spread = self._parsed("spread", cells.number)
        if spread < 0:
            raise ValueError(_("a spread is not below zero"))
        scale = 10 ** minor_digits(self._wanted.site.currency)
        mean = Fraction(total * scale, visitors)
        return Aggregates.of_mean("revenue", visitors, mean, (spread * scale) ** 2)
