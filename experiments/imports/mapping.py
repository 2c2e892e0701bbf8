"""What the user says about a file: which column is what, what a value means, what must agree."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from engine.errors import InvalidInput

KINDS: Final = frozenset(
    {
        "impression",
        "viewable",
        "click",
        "hide",
        "add_to_cart",
        "purchase",
        "page_view",
        "product_view",
        "search",
    }
)
_CUSTOM = re.compile(r"custom:[a-z0-9][a-z0-9_-]{0,63}")
LEFT_OUT: Final = ""
"""A kind or metric that the user has said is not to be imported."""
MEASURED: Final = (
    "conversion_rate",
    "revenue_per_visitor",
    "click_reach",
    "viewable_reach",
    "cart_rate",
    "carts_per_visitor",
)
"""Metrics that are a mean per visitor, so that mean and variance are all there is to know."""


@dataclass(frozen=True, slots=True)
class Rule:
    """In rows of these variants, `column` must hold the value; rows that disagree are left out."""

    column: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        pairs = ",".join(f"{variant}={value}" for variant, value in self.values.items())
        return f"{self.column}:{pairs}"


def pairs(texts: Iterable[str], *, option: str) -> dict[str, str]:
    """`a=b,c=d` in any number of pieces; a piece with one `=` may hold commas.

    Raises:
        InvalidInput: Something without `=`, or a name given twice.
    """
    found: dict[str, str] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        for part in [text] if text.count("=") == 1 else text.split(","):
            left, equals, right = (piece.strip() for piece in part.partition("="))
            if not equals or not left:
                raise _unreadable(option, part, "unit=user_id,time=timestamp")
            if left in found:
                raise InvalidInput(
                    _("%(option)s names %(name)s twice.") % {"option": option, "name": left},
                    field=option,
                )
            found[left] = right
    return found


def columns(
    texts: Iterable[str], *, known: Iterable[str], required: Iterable[str]
) -> dict[str, str]:
    """The columns by the name of what they hold, from `--map`.

    Raises:
        InvalidInput: An unknown name, or a required one that is missing.
    """
    found = pairs(texts, option="--map")
    names = tuple(known)
    unknown = [name for name in found if name not in names]
    if unknown:
        raise InvalidInput(
            _("--map does not know %(names)s; it knows %(known)s.")
            % {"names": ", ".join(unknown), "known": ", ".join(names)},
            field="--map",
        )
    missing = [name for name in required if not found.get(name)]
    if missing:
        raise InvalidInput(
            _("--map must say which column holds %(names)s.") % {"names": ", ".join(missing)},
            field="--map",
            hint=_("For example --map %(example)s")
            % {"example": ",".join(f"{name}=COLUMN" for name in missing)},
        )
    return found


def rules(texts: Iterable[str]) -> tuple[Rule, ...]:
    """`column:variant=value,variant=value`, as often as there are such columns.

    Raises:
        InvalidInput: Not of that form.
    """
    return tuple(_rule(text) for text in ([texts] if isinstance(texts, str) else texts))


def _rule(text: str) -> Rule:
    column, colon, rest = text.partition(":")
    if not colon or not column.strip():
        raise _unreadable("--require", text, "landing_page:control=old_page,treatment=new_page")
    return Rule(column.strip(), pairs([rest], option="--require"))


def kinds(texts: Iterable[str]) -> dict[str, str]:
    """The kind of event that each value of the kind column means; an empty one is left out.

    Raises:
        InvalidInput: A kind that does not exist.
    """
    found = pairs(texts, option="--kinds")
    allowed = KINDS | {LEFT_OUT}
    wrong = [k for k in found.values() if k not in allowed and not _CUSTOM.fullmatch(k)]
    if wrong:
        raise InvalidInput(
            _("There is no kind of event %(names)s; there are %(known)s.")
            % {"names": ", ".join(wrong), "known": ", ".join(sorted(KINDS))},
            field="--kinds",
        )
    return {kind: kind for kind in KINDS} | found


def metrics(texts: Iterable[str]) -> dict[str, str]:
    """The metric of the product that each metric of a file is; an empty one is left out.

    Raises:
        InvalidInput: A metric that does not exist, or one that two metrics of the file are.
    """
    found = pairs(texts, option="--metrics")
    chosen = [key for key in found.values() if key != LEFT_OUT]
    unknown = [key for key in chosen if key not in MEASURED]
    if unknown:
        raise InvalidInput(
            _("A mean per visitor cannot be %(names)s; it can be %(known)s.")
            % {"names": ", ".join(unknown), "known": ", ".join(MEASURED)},
            field="--metrics",
        )
    if len(chosen) > len(set(chosen)):
        raise InvalidInput(_("--metrics gives one metric to two of the file."), field="--metrics")
    return {key: key for key in MEASURED} | found


def weights(texts: Iterable[str]) -> dict[str, int]:
    """The shares in which visitors were split, as whole numbers.

    Raises:
        InvalidInput: Not a whole number above zero.
    """
    found = pairs(texts, option="--weights")
    try:
        numbers = {name: int(value) for name, value in found.items()}
    except ValueError:
        raise _unreadable("--weights", ",".join(found.values()), "control=1,treatment=1") from None
    if any(number < 1 for number in numbers.values()):
        raise InvalidInput(_("A weight is at least 1."), field="--weights")
    return numbers


def _unreadable(option: str, text: str, example: str) -> InvalidInput:
    return InvalidInput(
        _("%(option)s cannot be read at “%(text)s”.") % {"option": option, "text": text},
        field=option,
        hint=_("Write it like %(option)s %(example)s") % {"option": option, "example": example},
    )
