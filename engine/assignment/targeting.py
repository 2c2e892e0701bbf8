"""The one rule language: which visitors a segment or a policy means.

    {"all": [{"feature": "affinity.category.shoes", "op": "at_least", "value": 2},
             {"any": [{"feature": "device", "op": "is", "value": "phone"},
                      {"feature": "visits", "op": "less_than", "value": 3}]}]}

All items must hold; of an `any` one condition is enough. A feature that is not known never matches,
whatever the operator: not knowing the country is no reason to say that it is not China. Numbers
compare with numbers only and texts with texts only, without regard to upper and lower case.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec

from engine.assignment.known_features import is_of_request
from engine.assignment.rule_document import conditions_of

__all__ = [
    "Condition",
    "Item",
    "Look",
    "Op",
    "Predicate",
    "Rule",
    "compile",
    "features_of",
    "needs_profile",
    "read",
    "write",
]

Op: TypeAlias = Literal[
    "is", "is_not", "one_of", "not_one_of", "at_least", "at_most", "less_than", "more_than",
    "contains", "starts_with",
]  # fmt: skip
Operand: TypeAlias = int | float | str
Look: TypeAlias = Callable[[str], str | float | None]
"""Says the value of a feature, or None when it is not known."""
Predicate: TypeAlias = Callable[[Look], bool]


class Condition(msgspec.Struct, frozen=True):
    """One feature, one operator, one value (a list for `one_of` and `not_one_of`)."""

    feature: str
    op: Op
    value: Operand | tuple[Operand, ...]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must hold: a condition, or one of several (`any`, and then nothing else)."""

    feature: str = ""
    op: Op | None = None
    value: Operand | tuple[Operand, ...] = ""
    any: tuple[Condition, ...] = ()

    @property
    def choices(self) -> tuple[Condition, ...]:
        """The conditions one of which must hold."""
        return self.any or (Condition(self.feature, cast(Op, self.op), self.value),)


class Rule(msgspec.Struct, frozen=True):
    """All of some items, in the form in which it is stored and lies in the snapshot."""

    all: tuple[Item, ...]


def read(document: object) -> Rule:
    """Check a document and make it a rule; values of dimensions come out in lower case.

    Args:
        document: What JSON gives: a dict, and anything else to be refused.

    Raises:
        InvalidInput: It is no rule; `field` is a path such as `rule.all[1].value`.

    Example:
        >>> rule = read({"all": [{"feature": "visits", "op": "at_least", "value": 3}]})
        >>> rule.all[0].choices
        (Condition(feature='visits', op='at_least', value=3),)
    """
    return Rule(tuple(_item(entry) for entry in conditions_of(document)))


def _item(entry: Any) -> Item:  # noqa: ANN401 - a checked document
    if isinstance(entry, list):
        return Item(any=tuple(Condition(*condition) for condition in entry))
    return Item(*entry)


def write(rule: Rule) -> dict[str, Any]:
    """The rule as a document: `read` of it is the same rule.

    Example:
        >>> write(read({"all": [{"feature": "device", "op": "one_of", "value": ["phone"]}]}))
        {'all': [{'feature': 'device', 'op': 'one_of', 'value': ['phone']}]}
    """
    # By way of JSON, so that lists are lists as everywhere in documents.
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(rule))
    return document


def features_of(rule: Rule) -> frozenset[str]:
    """Every feature that the rule asks about.

    Example:
        >>> features_of(read({"all": [{"feature": "device", "op": "is", "value": "phone"}]}))
        frozenset({'device'})
    """
    return frozenset(condition.feature for item in rule.all for condition in item.choices)


def needs_profile(rule: Rule) -> bool:
    """Whether the request alone cannot answer it.

    Example:
        >>> needs_profile(read({"all": [{"feature": "visits", "op": "at_least", "value": 2}]}))
        True
    """
    return not all(map(is_of_request, features_of(rule)))


def compile(rule: Rule) -> Predicate:  # noqa: A001 - a namespace: `targeting.compile`
    """Turn a rule into a function that says of a look-up whether the rule matches.

    Example:
        >>> matches = compile(read({"all": [{"feature": "visits", "op": "at_least", "value": 3}]}))
        >>> matches({"visits": 3.0}.get), matches({"visits": 1.0}.get), matches({}.get)
        (True, False, False)
    """
    tests = tuple(_one_holds(item) for item in rule.all)
    if len(tests) == 1:
        return tests[0]

    def all_hold(look: Look) -> bool:
        for test in tests:  # noqa: SIM110 - on the hot path, and a generator costs twice as much
            if not test(look):
                return False
        return True

    return all_hold


def _one_holds(item: Item) -> Predicate:
    tests = tuple(_test(condition) for condition in item.choices)
    if len(tests) == 1:
        return tests[0]

    def one_holds(look: Look) -> bool:
        for test in tests:  # noqa: SIM110 - see above
            if test(look):
                return True
        return False

    return one_holds


def _test(condition: Condition) -> Predicate:
    sample = condition.value[0] if isinstance(condition.value, tuple) else condition.value
    return _text_test(condition) if isinstance(sample, str) else _number_test(condition)


_NUMBERS: Final = frozenset({int, float})  # exactly these: True is no number


def _number_test(condition: Condition) -> Predicate:
    value = condition.value
    among = frozenset(value) if isinstance(value, tuple) else value
    feature, holds = condition.feature, _NUMBER_TESTS[condition.op](among)

    def test(look: Look) -> bool:
        found = look(feature)
        return type(found) in _NUMBERS and holds(found)

    return test


def _text_test(condition: Condition) -> Predicate:
    feature, holds = condition.feature, _TEXT_TESTS[condition.op](_folded(condition.value))

    def test(look: Look) -> bool:
        found = look(feature)
        return isinstance(found, str) and holds(found.casefold())

    return test


def _folded(value: object) -> object:
    if isinstance(value, tuple):
        return frozenset(part.casefold() for part in value)
    return cast(str, value).casefold()


Test: TypeAlias = Callable[[Any], bool]

_NUMBER_TESTS: Final[dict[str, Callable[[Any], Test]]] = {
    "is": lambda value: lambda found: bool(found == value),
    "is_not": lambda value: lambda found: bool(found != value),
    "one_of": lambda value: lambda found: found in value,
    "not_one_of": lambda value: lambda found: found not in value,
    "at_least": lambda value: lambda found: bool(found >= value),
    "at_most": lambda value: lambda found: bool(found <= value),
    "less_than": lambda value: lambda found: bool(found < value),
    "more_than": lambda value: lambda found: bool(found > value),
}
_TEXT_TESTS: Final[dict[str, Callable[[Any], Test]]] = {
    "is": _NUMBER_TESTS["is"],
    "is_not": _NUMBER_TESTS["is_not"],
    "one_of": _NUMBER_TESTS["one_of"],
    "not_one_of": _NUMBER_TESTS["not_one_of"],
    "contains": lambda value: lambda found: value in found,
    "starts_with": lambda value: lambda found: bool(found.startswith(value)),
}
