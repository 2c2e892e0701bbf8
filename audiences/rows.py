"""The rows of conditions while they are typed: one more, an alternative, one less."""

from collections.abc import Mapping

from django.http import QueryDict

from audiences.forms import OR, PREFIX
from engine.assignment.rule_document import MOST_CONDITIONS

TOTAL = f"{PREFIX}-TOTAL_FORMS"
NAMES = ("join", "feature", "part", "op", "value")
Row = Mapping[str, str]


def added(data: QueryDict) -> QueryDict:
    """What has been typed, with an empty condition at the end."""
    rows = _rows(data)
    return _with(data, [*rows, {"join": "and"}] if len(rows) < MOST_CONDITIONS else rows)


def alternative(data: QueryDict, to: int) -> QueryDict:
    """What has been typed, with an alternative to a condition right below it.

    It begins with the same feature: "phone or tablet" is what people mostly want.
    """
    rows = _rows(data)
    if 0 <= to < len(rows) < MOST_CONDITIONS:
        rows.insert(to + 1, {**rows[to], "join": OR, "value": ""})
    return _with(data, rows)


def removed(data: QueryDict, number: int) -> QueryDict:
    """What has been typed without one condition; its alternatives stay together."""
    rows = _rows(data)
    if 0 <= number < len(rows) > 1:
        gone = rows.pop(number)
        if number < len(rows) and rows[number].get("join") == OR:
            rows[number] = {**rows[number], "join": gone.get("join", "and")}
    return _with(data, rows)


def _rows(data: QueryDict) -> list[Row]:
    text = str(data.get(TOTAL, ""))
    # A number of five digits is more than enough to be too many.
    total = min(int(text), MOST_CONDITIONS) if text.isdecimal() and len(text) < len("99999") else 0
    return [
        {name: str(data.get(f"{PREFIX}-{row}-{name}", "")) for name in NAMES}
        for row in range(total)
    ]


def _with(data: QueryDict, rows: list[Row]) -> QueryDict:
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"{PREFIX}-")]:
        del changed[name]
    for number, row in enumerate(rows):
        for name, text in row.items():
            changed[f"{PREFIX}-{number}-{name}"] = text
    changed[TOTAL] = str(len(rows))
    changed[f"{PREFIX}-INITIAL_FORMS"] = "0"
    return changed
