"""The rows of conditions while they are typed: one more, an alternative, one less."""

from collections.abc import Mapping

from django.http import QueryDict

from audiences.forms import OR, PREFIX, verb_of
from engine.assignment.rule_document import MOST_CONDITIONS

BUTTONS = frozenset({"add", "alternative", "remove", "refresh"})
NAMES = ("join", "feature", "part", "op", "value")
Row = Mapping[str, str]


def reshaped(data: QueryDict, *, prefix: str = PREFIX, least: int = 1) -> QueryDict | None:
    """What the pressed button makes of the rows; None if it was none of theirs.

    `refresh` changes nothing: the page is only to show what fits the chosen feature.
    """
    verb = verb_of(prefix)
    if f"{verb}add" in data:
        return added(data, prefix=prefix)
    number = _number(data, f"{verb}alternative")
    if number is not None:
        return alternative(data, number, prefix=prefix)
    number = _number(data, f"{verb}remove")
    if number is not None:
        return removed(data, number, prefix=prefix, least=least)
    return data if {verb + button for button in BUTTONS} & data.keys() else None


def _number(data: QueryDict, name: str) -> int | None:
    text = str(data.get(name, ""))
    return int(text) if text.isdecimal() and len(text) <= len(str(MOST_CONDITIONS)) else None


def added(data: QueryDict, *, prefix: str = PREFIX) -> QueryDict:
    """What has been typed, with an empty condition at the end."""
    rows = _rows(data, prefix)
    more = [*rows, {"join": "and"}] if len(rows) < MOST_CONDITIONS else rows
    return _with(data, more, prefix)


def alternative(data: QueryDict, to: int, *, prefix: str = PREFIX) -> QueryDict:
    """What has been typed, with an alternative to a condition right below it.

    It begins with the same feature: "phone or tablet" is what people mostly want.
    """
    rows = _rows(data, prefix)
    if 0 <= to < len(rows) < MOST_CONDITIONS:
        rows.insert(to + 1, {**rows[to], "join": OR, "value": ""})
    return _with(data, rows, prefix)


def removed(data: QueryDict, number: int, *, prefix: str = PREFIX, least: int = 1) -> QueryDict:
    """What has been typed without one condition; its alternatives stay together."""
    rows = _rows(data, prefix)
    if 0 <= number < len(rows) > least:
        gone = rows.pop(number)
        if number < len(rows) and rows[number].get("join") == OR:
            rows[number] = {**rows[number], "join": gone.get("join", "and")}
    return _with(data, rows, prefix)


def _rows(data: QueryDict, prefix: str) -> list[Row]:
    text = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    # A number of five digits is more than enough to be too many.
    total = min(int(text), MOST_CONDITIONS) if text.isdecimal() and len(text) < len("99999") else 0
    return [
        {name: str(data.get(f"{prefix}-{row}-{name}", "")) for name in NAMES}
        for row in range(total)
    ]


def _with(data: QueryDict, rows: list[Row], prefix: str) -> QueryDict:
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"{prefix}-")]:
        del changed[name]
    for number, row in enumerate(rows):
        for name, text in row.items():
            changed[f"{prefix}-{number}-{name}"] = text
    changed[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    changed[f"{prefix}-INITIAL_FORMS"] = "0"
    return changed
