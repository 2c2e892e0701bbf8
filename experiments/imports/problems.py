"""What is wrong with a file, in one message: which rows, why, and what to do about it."""

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.errors import InvalidInput
from workspace.sentences import together

SHOWN: Final = 10
"""Rows named in a message: enough to see the pattern."""

ENOUGH: Final = 10_000
"""After so many problems reading on would tell nothing new."""


class BadFile(InvalidInput):
    """A file that cannot be imported as it is. `rows` count as in the file, header included."""

    slug: ClassVar[str] = "bad-file"
    title: ClassVar[str] = "This file cannot be imported"

    def __init__(
        self, detail: object, *, rows: Iterable[int] = (), hint: object | None = None
    ) -> None:
        super().__init__(detail, field="file", hint=hint)
        self.rows = tuple(rows)


class Problems:
    """Collects what is wrong, row by row, so that a file is corrected once and not row by row."""

    def __init__(self) -> None:
        self._said: list[tuple[int, str]] = []
        self._hints: Counter[str] = Counter()
        self.rows: list[int] = []

    def add(self, row: int, text: str, hint: str = "") -> None:
        """Note one problem.

        Raises:
            BadFile: There are so many that reading on makes no sense.
        """
        if not self.rows or self.rows[-1] != row:
            self.rows.append(row)
        if len(self._said) < SHOWN:
            self._said.append((row, text))
        if hint:
            self._hints[hint] += 1
        if len(self.rows) >= ENOUGH:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Refuse the file if anything was noted.

        Raises:
            BadFile: With the first rows, the number of all, and the remedies.
        """
        if not self.rows:
            return
        hint = together(text for text, _number in self._hints.most_common(3))
        raise BadFile(self._text(), rows=self.rows[:SHOWN], hint=hint or None)

    def _text(self) -> str:
        total = len(self.rows)
        lines = [
            ngettext(
                "%(n)s row cannot be read; nothing was imported.",
                "%(n)s rows cannot be read; nothing was imported.",
                total,
            )
            % {"n": f"{total:,}"}
        ]
        lines += [_("row %(row)s: %(text)s") % {"row": row, "text": t} for row, t in self._said]
        rest = total - len({row for row, _text in self._said})
        if rest > 0:
            lines.append(_("… and %(n)s more") % {"n": f"{rest:,}"})
        return "\n".join(lines)


def quoted(text: str, longest: int = 60) -> str:
    """A piece of a file as it can be shown in a message: short, and without control characters."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "'" + cut.encode("unicode_escape", "replace").decode() + "'" if _odd(cut) else f"'{cut}'"


def _odd(text: str) -> bool:
    return any(not character.isprintable() for character in text)
