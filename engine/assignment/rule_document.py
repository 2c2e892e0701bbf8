"""A rule as it is sent: checked part by part, every refusal with its place and a remedy."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from engine.assignment.known_features import UNPRINTABLE, Kind, canonical, kind_of
from engine.errors import InvalidInput

__all__ = ["LONGEST_TEXT", "MOST_CONDITIONS", "MOST_VALUES", "OPERATORS", "conditions_of"]

MOST_CONDITIONS: Final = 20
"""Conditions of a rule, those inside `any` too: more is not a rule anybody can read."""
MOST_VALUES: Final = 50
LONGEST_TEXT: Final = 200
LARGEST: Final = 10**15
"""Beyond it a float no longer tells neighbouring whole numbers apart."""

_EQUAL: Final = ("is", "is_not", "one_of", "not_one_of")
_ORDER: Final = ("at_least", "at_most", "less_than", "more_than")
_PARTS: Final = ("contains", "starts_with")
OPERATORS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.NUMBER: (*_ORDER, *_EQUAL),
        Kind.TEXT: (*_EQUAL, *_PARTS),
        Kind.ANY: (*_EQUAL, *_PARTS, *_ORDER),
    }
)
"""The operators that fit a kind of feature."""
_LISTS: Final = frozenset({"one_of", "not_one_of"})

Triple: TypeAlias = tuple[str, str, Any]
"""Feature, operator, value."""


def conditions_of(document: object) -> list[Triple | list[Triple]]:
    """The checked items of a rule; those of an `any` as a list.

    Raises:
        InvalidInput: `field` is the path of the first part that does not fit.

    Example:
        >>> conditions_of({"all": [{"feature": "orders", "op": "is", "value": 0}]})
        [('orders', 'is', 0)]
    """
    items = _list_of(document, "all", "rule")
    counted = sum(_weight(item) for item in items)
    if not 1 <= counted <= MOST_CONDITIONS:
        raise _refusal(
            f"A rule has 1 to {MOST_CONDITIONS} conditions, not {counted}.",
            "rule.all",
            "Leave out what matters least, or list values with one_of.",
        )
    return [_item(item, f"rule.all[{number}]") for number, item in enumerate(items)]


def _weight(item: object) -> int:
    inner = item.get("any") if isinstance(item, dict) else None
    return len(inner) or 1 if isinstance(inner, list) else 1


def _item(item: object, field: str) -> Triple | list[Triple]:
    if isinstance(item, dict) and "any" in item:
        choices = _list_of(item, "any", field)
        if not choices:
            raise _refusal("One of no conditions never holds.", f"{field}.any", "Add a condition.")
        return [_condition(c, f"{field}.any[{number}]") for number, c in enumerate(choices)]
    return _condition(item, field)


def _list_of(document: object, name: str, field: str) -> list[object]:
    example = f'Send {{"{name}": [{{"feature": "visits", "op": "at_least", "value": 3}}]}}.'
    if not isinstance(document, dict) or set(document) != {name}:
        raise _refusal(f"This takes an object with {name} and nothing else.", field, example)
    found = document[name]
    if not isinstance(found, list | tuple):
        raise _refusal(f"{name} is a list of conditions.", f"{field}.{name}", example)
    return list(found)


def _condition(item: object, field: str) -> Triple:
    if not isinstance(item, dict) or set(item) != {"feature", "op", "value"}:
        raise _refusal(
            "A condition has feature, op and value, and nothing else.",
            field,
            'For example {"feature": "device", "op": "is", "value": "phone"}.',
        )
    feature, kind = _feature(item["feature"], f"{field}.feature")
    op = _op(item["op"], feature, kind, f"{field}.op")
    return feature, op, _value(item["value"], op, kind, f"{field}.value")


def _feature(name: object, field: str) -> tuple[str, Kind]:
    known = canonical(name) if isinstance(name, str) else ""
    kind = kind_of(known)
    if kind is None:
        raise _refusal(
            f"There is no feature {_shown(name)}.",
            field,
            "Such as visits, session.pages, affinity.category.shoes, device or attributes.plan.",
        )
    return known, kind


def _op(op: object, feature: str, kind: Kind, field: str) -> str:
    fitting = OPERATORS[kind]
    if not isinstance(op, str) or op not in fitting:
        raise _refusal(
            f"{_shown(op)} is no operator for {feature}.",
            field,
            f"Use one of {', '.join(fitting)}.",
        )
    return op


def _value(value: object, op: str, kind: Kind, field: str) -> object:
    if op in _ORDER:
        kind = Kind.NUMBER
    elif op in _PARTS:
        kind = Kind.TEXT
    return _values(value, kind, field) if op in _LISTS else _operand(value, kind, field)


def _values(value: object, kind: Kind, field: str) -> tuple[object, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_VALUES:
        raise _refusal(
            f"This takes a list of 1 to {MOST_VALUES} values.", field, 'Such as ["CN", "CH"].'
        )
    found = tuple(_checked_all(value, kind, field))
    if len({isinstance(one, str) for one in found}) > 1:
        raise _refusal(
            "A list holds numbers or texts, not both.", field, "Make two conditions of it."
        )
    return found


def _checked_all(
    values: list[object] | tuple[object, ...], kind: Kind, field: str
) -> Iterator[Any]:
    for number, one in enumerate(values):
        yield _operand(one, kind, f"{field}[{number}]")


def _operand(value: object, kind: Kind, field: str) -> object:
    if isinstance(value, str) and kind is not Kind.NUMBER:
        return _text(value, field)
    if isinstance(value, int | float) and not isinstance(value, bool) and kind is not Kind.TEXT:
        return _number(value, field)
    wanted = {Kind.NUMBER: "a number", Kind.TEXT: "a text", Kind.ANY: "a number or a text"}[kind]
    raise _refusal(f"{_shown(value)} does not fit: this takes {wanted}.", field, f"Send {wanted}.")


def _text(value: str, field: str) -> str:
    if not value.strip() or len(value) > LONGEST_TEXT or UNPRINTABLE.search(value):
        raise _refusal(
            f"A text has 1 to {LONGEST_TEXT} characters, none of them a control character.",
            field,
            "Shorten it, or leave out what cannot be printed.",
        )
    return value


def _number(value: float, field: str) -> float:
    if not abs(value) <= LARGEST:  # also not a number at all
        raise _refusal("A number is finite and not beyond 10^15.", field, "Send a smaller number.")
    return int(value) if value == int(value) else value


def _shown(value: object) -> str:
    """What was sent, short enough for a sentence."""
    if isinstance(value, str):
        return repr(value[:60])
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "a number" if isinstance(value, int | float) else "an object or a list"


def _refusal(detail: str, field: str, hint: str) -> InvalidInput:
    return InvalidInput(detail, field=field, hint=hint)
