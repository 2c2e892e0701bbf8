"""A rule of ours as a condition of GrowthBook's, that its SDKs answer as we do.

They compare texts by letter and take what is unknown for different; we fold upper and lower case,
and what is unknown matches nothing. So every condition begins with the type it is about. What
cannot be said so that all of them agree is not said at all: `unlike` names it beforehand.

One difference stays: a few letters fold onto others only here, such as the long s onto s. Where a
rule names one it is refused; where a visitor's own text has one the answers may differ.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from engine.assignment.known_features import split
from engine.assignment.targeting import Condition, Item, Rule
from engine.assignment.targeting import compile as compiled

Document: TypeAlias = dict[str, Any]

SAID: Final = frozenset({"device", "country", "locale", "page.url", "page.referrer"})
"""What rules may ask and SDKs are told, by the same name in their attributes."""
OURS: Final = frozenset({"id", "locale", "page"})
"""Attributes that have a meaning of their own there."""
BY_HAND: Final = frozenset({"device", "country"})
"""What a shop sends as attributes, and may send as true or false."""
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ORDER: Final = {"at_least": "$gte", "at_most": "$lte", "less_than": "$lt", "more_than": "$gt"}
_NUMBER: Final = {"is": "$eq", "is_not": "$ne", "one_of": "$in", "not_one_of": "$nin", **_ORDER}
_WORDS: Final = {"is": "$ini", "is_not": "$nini", "one_of": "$ini", "not_one_of": "$nini"}
_BEYOND_16_BIT: Final = "\U00010000"


def unlike(rule: Rule) -> tuple[str, ...]:
    """The features of a rule that SDKs could not judge as we do; empty when they can.

    Example:
        >>> from engine.assignment.targeting import read
        >>> unlike(read({"all": [{"feature": "visits", "op": "at_least", "value": 3}]}))
        ('visits',)
    """
    return tuple(
        dict.fromkeys(
            condition.feature
            for item in rule.all
            for condition in item.choices
            if not (attribute_of(condition.feature) and all(map(_is_plain, _texts(condition))))
        )
    )


def attribute_of(feature: str) -> str:
    """What SDKs call a feature; empty where they do not know it.

    Example:
        >>> attribute_of("attributes.plan"), attribute_of("device"), attribute_of("time.hour")
        ('plan', 'device', '')
    """
    if feature in SAID:
        return feature
    beginning, name = split(feature)
    if beginning != "attributes." or name in OURS or not _PLAIN_NAME.fullmatch(name):
        return ""
    return name


def of(rule: Rule) -> Document:
    """The condition; only of a rule of which nothing is `unlike`.

    Example:
        >>> from engine.assignment.targeting import read
        >>> of(read({"all": [{"feature": "attributes.age", "op": "at_least", "value": 18}]}))
        {'$and': [{'age': {'$type': 'number', '$gte': 18}}]}
    """
    return {"$and": [_item(item) for item in rule.all]}


def _item(item: Item) -> Document:
    parts = [part for condition in item.choices for part in _parts(condition)]
    return parts[0] if len(parts) == 1 else {"$or": parts}


def _parts(condition: Condition) -> Iterator[Document]:
    """The condition of its type and, of texts, the two truths that we take for texts."""
    name, texts = attribute_of(condition.feature), _texts(condition)
    if not texts:
        value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
        yield {name: {"$type": "number", _NUMBER[condition.op]: value}}
        return
    yield {name: {"$type": "string"} | _of_texts(condition.op, texts)}
    if condition.feature in BY_HAND or condition.feature.startswith("attributes."):
        yield from _truths(condition, name)


def _truths(condition: Condition, name: str) -> Iterator[Document]:
    holds = compiled(Rule((Item(any=(condition,)),)))
    for truth in (True, False):
        if holds({condition.feature: str(truth).lower()}.get):
            yield {name: {"$eq": truth}}


def _of_texts(op: str, texts: tuple[str, ...]) -> Document:
    if op in _WORDS:
        return {_WORDS[op]: list(texts)}
    return {"$regex": ("^" if op == "starts_with" else "") + "".join(map(_letter, texts[0]))}


def _letter(letter: str) -> str:
    """One letter in either case, spelt out: SDKs do not agree on what 'regardless of case' is."""
    if letter.lower() != letter.upper():
        return f"[{letter.lower()}{letter.upper()}]"
    return letter if letter.isalnum() or letter > "\x7f" or letter in " _" else f"\\{letter}"


def _texts(condition: Condition) -> tuple[str, ...]:
    value = condition.value
    values = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in values if isinstance(one, str))


def _is_plain(text: str) -> bool:
    """Whether upper and lower case of it are the same pairs of letters everywhere."""
    return all(map(_has_two_cases, text))


def _has_two_cases(letter: str) -> bool:
    lower, upper = letter.lower(), letter.upper()
    if lower == upper == letter:
        return letter.casefold() == letter
    one_each = len(lower) == len(upper) == 1 and letter in {lower, upper}
    # A capital sigma is small in two ways, by where it stands.
    return one_each and letter.casefold() == lower and letter < _BEYOND_16_BIT and lower != "σ"
