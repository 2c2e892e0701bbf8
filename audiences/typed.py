"""Values of conditions as people type them: 1,5 and 1.5 are one number, lists have commas."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _

from engine.assignment.known_features import UNPRINTABLE, Kind
from engine.assignment.rule_document import LARGEST, LONGEST_TEXT, MOST_VALUES
from engine.assignment.targeting import Condition, Operand
from engine.errors import InvalidInput

LISTS: Final = frozenset({"one_of", "not_one_of"})
TEXTS: Final = frozenset({"contains", "starts_with"})
NUMBERS: Final = frozenset({"at_least", "at_most", "more_than", "less_than"})
_TOKEN = re.compile(
    r"""\s*(?:"(?P<a>[^"]*)"|“(?P<b>[^“”]*)”|(?P<plain>[^,;，、;\n]+))\s*[,;，、;\n]?"""
)
_QUOTED = re.compile(r"""\s*(?:"(?P<a>[^"]*)"|“(?P<b>[^“”]*)”)\s*""")
_SEPARATORS = re.compile(r"[,;，、;\n]")


def kind_for(op: str, kind: Kind) -> Kind:
    """What a value of this operator is, on a feature of this kind."""
    if op in NUMBERS:
        return Kind.NUMBER
    return Kind.TEXT if op in TEXTS else kind


def read(text: str, *, op: str, kind: Kind, places: int = 0) -> Operand | tuple[Operand, ...]:
    """What a person typed as the value of a condition.

    Args:
        text: As typed.
        op: The operator; lists are for `one_of` and `not_one_of`.
        kind: Of the feature.
        places: Decimals of money, whose values are whole minor units.

    Raises:
        InvalidInput: With a sentence that goes beside the field.
    """
    wanted = kind_for(op, kind)
    if op in LISTS:
        return _several(text, wanted, places)
    if wanted is Kind.ANY and (found := _QUOTED.fullmatch(text)):
        return _text(found["a"] or found["b"] or "")
    return _one(text, wanted, places)


def _several(text: str, kind: Kind, places: int) -> tuple[Operand, ...]:
    found = tuple(dict.fromkeys(_each(text, kind, places)))
    if not 1 <= len(found) <= MOST_VALUES:
        raise InvalidInput(
            _("Write 1 to %(n)s values with commas between them.") % {"n": MOST_VALUES}
        )
    if len({isinstance(one, str) for one in found}) > 1:
        raise InvalidInput(
            _("These are numbers and texts: put the numbers in quotation marks to make them texts.")
        )
    return found


def _each(text: str, kind: Kind, places: int) -> Iterator[Operand]:
    for found in _TOKEN.finditer(text):
        plain = (found["plain"] or "").strip()
        quoted = found["a"] if found["a"] is not None else found["b"]
        if quoted is not None and kind is not Kind.NUMBER:
            yield _text(quoted)
        elif plain or quoted:
            yield _one(plain or quoted, kind, places)


def _one(text: str, kind: Kind, places: int) -> Operand:
    if kind is Kind.TEXT:
        return _text(text)
    number = _decimal(text)
    if number is None:
        if kind is Kind.ANY:
            return _text(text)
        raise InvalidInput(_("Write a number, such as 3 or 1.5."))
    return _number(number, places)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _number(number: Decimal, places: int) -> Operand:
    if number.copy_abs() > LARGEST // 10**places:  # abs() would round, and overflow
        raise InvalidInput(_("This number is too large."))
    scaled = number.scaleb(places)
    whole = scaled == scaled.to_integral_value()
    if places and not whole:
        raise InvalidInput(
            _("This currency has %(places)s decimals, not more.") % {"places": places}
        )
    return int(scaled) if whole else float(scaled)


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(_("Write what it is compared with."))
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": LONGEST_TEXT})
    if UNPRINTABLE.search(text):
        raise InvalidInput(_("This holds characters that cannot be seen; type it anew."))
    return text


def show(condition: Condition, *, kind: Kind, places: int = 0) -> str:
    """The value as a person would type it; `read` of it is the same value."""
    value, wanted = condition.value, kind_for(condition.op, kind)
    if isinstance(value, tuple):
        return ", ".join(_shown(one, wanted, places, among=True) for one in value)
    return _shown(value, wanted, places, among=False)


def _shown(value: Operand, kind: Kind, places: int, *, among: bool) -> str:
    if not isinstance(value, str):
        return f"{Decimal(repr(value)).scaleb(-places).normalize():f}"
    unclear = among and (_SEPARATORS.search(value) or value[0] in '"“')
    number = kind is Kind.ANY and (_decimal(value) is not None or _QUOTED.fullmatch(value))
    if not (unclear or number):
        return value
    return f"“{value}”" if '"' in value else f'"{value}"'
