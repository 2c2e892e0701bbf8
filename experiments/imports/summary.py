"""What became of the rows of a file, by rule: kept, repaired, dropped. Stored, and printed."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

EXAMPLES: Final = 5

# What is done to rows, under the name that is stored. The texts take the values of their rule.
RULES: Final = {
    "disagrees": gettext_noop("left out, because {detail} disagree"),
    "same_row": gettext_noop("left out, because the same row came before"),
    "left_out": gettext_noop("left out, because --kinds says so"),
    "unreadable": gettext_noop("left out, because they cannot be read (--drop-unreadable)"),
    "metric_left_out": gettext_noop("left out, because --metrics says so"),
    "earlier_look": gettext_noop("left out, because a later look at the same test is there"),
    "incomplete": gettext_noop("left out, because a count, a mean or a variance is missing"),
    "alone": gettext_noop("left out, because their test has no second variant"),
    "blank": gettext_noop("left out, because they are blank"),
    "spaces": gettext_noop("repaired: spaces around a value taken off"),
    "thousands": gettext_noop("repaired: marks of thousands taken out of amounts"),
    "name_cut": gettext_noop("repaired: names longer than the database takes cut off"),
    "no_spread": gettext_noop(
        "without a revenue to compare: a total without its spread has no range"
    ),
    "same_visitor": gettext_noop("of visitors who came before; every visitor is counted once"),
}
REPAIRS: Final = frozenset({"spaces", "thousands", "name_cut", "no_spread", "same_visitor"})


@dataclass(slots=True)
class Summary:
    """Numbers of rows by rule, with the numbers of the first few."""

    rows: int = 0
    kept: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def note(self, rule: str, row: int, detail: str = "") -> None:
        """One more row that a rule applies to."""
        key = (rule, detail)
        self.by_rule[key] += 1
        if self.by_rule[key] <= EXAMPLES:
            self.examples.setdefault(key, []).append(row)

    def dropped(self) -> int:
        """Rows that are left out, blank lines aside."""
        return sum(n for (rule, _d), n in self.by_rule.items() if rule not in REPAIRS | {"blank"})

    def number(self, rule: str) -> int:
        """Rows that a rule applies to."""
        return sum(n for (name, _detail), n in self.by_rule.items() if name == rule)

    def as_json(self) -> dict[str, Any]:
        """The form that is stored with the import."""
        rules = [
            {"rule": rule, "detail": detail, "rows": n, "examples": self.examples[rule, detail]}
            for (rule, detail), n in self.by_rule.items()
        ]
        return {
            "rows": self.rows,
            "kept": self.kept,
            "repaired": [one for one in rules if one["rule"] in REPAIRS],
            "dropped": [one for one in rules if one["rule"] not in REPAIRS],
        }

    def sentences(self) -> list[str]:
        """The same for a person, a line for each rule."""
        lines = [
            _("%(rows)s rows read, %(kept)s kept, %(dropped)s left out.")
            % {
                "rows": f"{self.rows:,}",
                "kept": f"{self.kept:,}",
                "dropped": f"{self.dropped():,}",
            }
        ]
        lines += [self._line(*key) for key in self.by_rule]
        return lines

    def _line(self, rule: str, detail: str) -> str:
        number, shown = self.by_rule[rule, detail], self.examples[rule, detail]
        text = ngettext("%(n)s row %(text)s", "%(n)s rows %(text)s", number) % {
            "n": f"{number:,}",
            "text": _(RULES[rule]).replace("{detail}", detail),
        }
        if not any(shown):  # blank lines have no number
            return text
        rows = ", ".join(map(str, shown)) + (" …" if number > EXAMPLES else "")
        return ngettext("%(text)s (row %(rows)s)", "%(text)s (rows %(rows)s)", number) % {
            "text": text,
            "rows": rows,
        }
