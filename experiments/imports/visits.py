"""From the rows of a log to visits: who, when, which variant, what was done."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias, TypeVar

from django.utils.translation import gettext as _

from experiments.imports import cells
from experiments.imports.cells import Clock, Money
from experiments.imports.mapping import LEFT_OUT, Rule
from experiments.imports.problems import BadFile, quoted
from experiments.imports.summary import Summary
from experiments.imports.table import Table

Value = TypeVar("Value")

COLUMNS: Final = (
    "unit",
    "time",
    "variant",
    "kind",
    "impressions",
    "viewables",
    "clicks",
    "carts",
    "converted",
    "amount",
    "order",
    "item",
)
_EVENTS_OF: Final = (("viewables", "viewable"), ("clicks", "click"), ("carts", "add_to_cart"))
_COUNTED: Final = frozenset({"kind", "impressions", "viewables", "clicks", "carts", "converted"})
_OF_A_VARIANT: Final = frozenset({"impression", "viewable", "click"})
MOST_VARIANTS: Final = 50
"""More than any test has: then the column is not that of the variant."""


MOST_KNOWN: Final = 4_096

Did: TypeAlias = tuple[tuple[str, int], ...]
"""Kinds of events, each with its number."""


class Visit(NamedTuple):
    """What one row says. `did` counts events by kind; `amount` belongs to the purchase, if any.

    `item` is what was looked at or bought; it tells apart what is otherwise equal.
    """

    unit: str
    at: dt.datetime
    variant: str
    did: Did
    amount: int = 0
    order: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of a file are to be understood.

    `columns` says which column holds what. Without a time column every row has the time
    `time_default`; without a kind column every row is a visit with at least one impression.
    """

    columns: Mapping[str, str]
    clock: Clock
    money: Money
    rules: tuple[Rule, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    time_default: dt.datetime | None = None
    drop_unreadable: bool = False
    keep_repeats: bool = False

    @property
    def wanted(self) -> list[str]:
        """The columns to be read, each once."""
        named = [*self.columns.values(), *(rule.column for rule in self.rules)]
        return list(dict.fromkeys(named))


class Visits:
    """The visits of a file. What was left out or repaired is counted in `summary`."""

    def __init__(self, reading: Reading, table: Table) -> None:
        self.summary = Summary()
        self.variants: Counter[str] = Counter()
        self._reading = reading
        self._table = table
        wanted = reading.wanted
        self._places = {role: wanted.index(name) for role, name in reading.columns.items()}
        self._rules = [(wanted.index(rule.column), rule) for rule in reading.rules]
        self._counting = [p for role, p in self._places.items() if role in _COUNTED]
        self._known: dict[tuple[str, ...], Did | None] = {}
        self._copies: Counter[int] = Counter()
        self._units: set[int] = set()
        self._row: Sequence[str] = ()
        self._number = 0
        self._repairs: set[str] = set()
        self._role = ""

    def __iter__(self) -> Iterator[tuple[Visit, int]]:
        """Every visit that is kept, and how many equal ones came before it."""
        for number, row in self._table.rows(self._reading.wanted):
            self.summary.rows += 1
            self._number, self._row = number, row
            self._repairs.clear()
            try:
                visit = self._read()
            except ValueError as error:
                self._unreadable(error)
                continue
            if visit is not None and (copy := self._copy(visit)) is not None:
                self._keep(visit)
                yield visit, copy
        for _blank in range(self._table.blank):
            self.summary.note("blank", 0)

    def _read(self) -> Visit | None:
        """The visit of the present row, or None when a rule leaves it out."""
        variant = self._text("variant")
        for place, rule in self._rules:
            needed = rule.values.get(variant)
            if needed is not None and self._row[place].strip() != needed:
                detail = f"{self._reading.columns.get('variant', '')} / {rule.column}"
                self.summary.note("disagrees", self._number, detail)
                return None
        did = self._did_as_before()
        if did is None:
            self.summary.note("left_out", self._number)
            return None
        unit, at = self._parsed("unit", cells.name), self._at()
        variant = self._variant(variant, did)
        amount, did = self._amount(did)
        return Visit(unit, at, variant, did, amount, self._named("order"), self._named("item"))

    def _text(self, role: str) -> str:
        place = self._places.get(role)
        if place is None:
            return ""
        text = self._row[place]
        plain = text.strip()
        if plain != text:
            self._repairs.add("spaces")
        return plain

    def _parsed(self, role: str, parse: Callable[[str], Value]) -> Value:
        self._role = role
        return parse(self._text(role))

    def _at(self) -> dt.datetime:
        if "time" in self._places:
            return self._parsed("time", self._reading.clock.read)
        if self._reading.time_default is None:
            raise ValueError(_("there is no time"))
        return self._reading.time_default

    def _did_as_before(self) -> Did | None:
        """`_did` with a memory: the same few combinations of counts come again in every row."""
        cells_of_it = tuple([self._row[place] for place in self._counting])
        if cells_of_it in self._known:
            return self._known[cells_of_it]
        did = self._did()
        if len(self._known) < MOST_KNOWN and "spaces" not in self._repairs:
            self._known[cells_of_it] = did
        return did

    def _did(self) -> Did | None:
        if "kind" in self._places:
            kind = self._parsed("kind", self._kind)
            return None if kind == LEFT_OUT else ((kind, 1),)
        shown = self._count("impressions") if "impressions" in self._places else 1
        did = [("impression", shown)]
        did += [(kind, self._count(role)) for role, kind in _EVENTS_OF if role in self._places]
        if "converted" in self._places:
            did.append(("purchase", self._count("converted")))
        return tuple((kind, number) for kind, number in did if number)

    def _count(self, role: str) -> int:
        return self._parsed(role, cells.count)

    def _kind(self, text: str) -> str:
        kind = self._reading.kinds.get(text)
        if kind is None:
            raise ValueError(
                _("%(text)s is no kind of event; say what it means with --kinds")
                % {"text": quoted(text)}
            )
        return kind

    def _variant(self, text: str, did: Did) -> str:
        if text in self.variants:
            return text
        self._role = "variant"
        needed = "variant" in self._places and (
            "kind" not in self._places or any(kind in _OF_A_VARIANT for kind, _n in did)
        )
        if text or needed:
            cells.label(cells.name(text))
        return text

    def _amount(self, did: Did) -> tuple[int, Did]:
        """The amount; where no column counts purchases, an amount above zero is one."""
        if "amount" not in self._places:
            return 0, did
        money = self._reading.money
        amount = self._parsed("amount", money.read)
        bought = any(kind == "purchase" for kind, _n in did)
        if amount and not bought and "kind" not in self._places:
            if "converted" in self._places:
                raise ValueError(_("there is an amount, but nothing was bought"))
            did = (*did, ("purchase", 1))
            bought = True
        if amount and money.repaired(self._text("amount")):
            self._repairs.add("thousands")
        return (amount if bought else 0), did

    def _named(self, role: str) -> str:
        """A name that may be missing."""
        if role not in self._places:
            return ""
        text = self._parsed(role, cells.label)
        return cells.name(text) if text else ""

    def _unreadable(self, error: ValueError) -> None:
        if self._reading.drop_unreadable:
            self.summary.note("unreadable", self._number)
            return
        column = self._reading.columns.get(self._role, self._role)
        self._table.problems.add(
            self._number,
            _("column %(column)s: %(text)s") % {"column": column, "text": error},
            self._hint(),
        )

    def _hint(self) -> str:
        if self._role == "amount" and "," in self._text("amount"):
            return _(
                "Say how amounts are written: --thousands , for 1,234.50; --decimal , for 1234,50."
            )
        if self._role == "time":
            return _("Say how times are written with --time-format, in the signs of strptime.")
        return _("Correct the rows, or leave such rows out with --drop-unreadable.")

    def _copy(self, visit: Visit) -> int | None:
        """How many equal rows came before; None when this row is left out for it."""
        content = hash(visit)
        before = self._copies[content]
        self._copies[content] += 1
        if before and not self._reading.keep_repeats:
            self.summary.note("same_row", self._number)
            return None
        return before

    def _keep(self, visit: Visit) -> None:
        self.summary.kept += 1
        for repair in self._repairs:
            self.summary.note(repair, self._number)
        unit = hash(visit.unit)
        if unit in self._units:
            self.summary.note("same_visitor", self._number)
        self._units.add(unit)
        if visit.variant:
            self.variants[visit.variant] += 1
            if len(self.variants) > MOST_VARIANTS:
                raise BadFile(
                    _("The column %(name)s has more than %(n)s values; it is not the variant.")
                    % {"name": self._reading.columns["variant"], "n": MOST_VARIANTS},
                    hint=_("Choose another column with --map variant=…"),
                )
