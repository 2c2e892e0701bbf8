"""Bodies as they are read: JSON that the database can keep, and nothing that breaks it."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from engine.errors import InvalidInput, NotJson, TooLarge

MOST_BYTES: Final = 1024 * 1024
DEEPEST: Final = 32
"""Levels of lists and objects; rules, the deepest thing that is sent, have a handful."""
LARGEST: Final = 2**63 - 1
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class JsonBody(BaseParser):
    """`application/json`; raises NotJson, TooLarge, or InvalidInput for what cannot be kept."""

    media_type = "application/json"

    def parse(self, stream: Any, *_args: object, **_options: object) -> Any:  # noqa: ANN401
        return read(stream.read(MOST_BYTES + 1))


def read(body: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    """The value of a body."""
    if len(body) > MOST_BYTES:
        raise TooLarge(_("A body has at most %(n)s bytes.") % {"n": MOST_BYTES})
    try:
        value = json.loads(body.decode(), parse_constant=_not_finite)
    except (ValueError, RecursionError) as error:
        raise NotJson(_not_json(error)) from None
    for path, one, depth in _each(value):
        _check(path, one, depth)
    return value


def check_text(field: str, text: str) -> None:
    """Raises InvalidInput for a text that no database keeps."""
    if _UNSTORABLE.search(text):
        raise InvalidInput(
            _("This holds characters that cannot be kept: NUL, or half of a surrogate pair."),
            field=_UNSTORABLE.sub("?", field)[:50] or None,
        )


def _not_finite(text: str) -> NoReturn:
    raise ValueError(text)


def _not_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return _("The body is not JSON: line %(line)s, column %(column)s.") % {
            "line": error.lineno,
            "column": error.colno,
        }
    return _("The body is not JSON in UTF-8, or is nested too deeply.")


def _each(value: Any) -> Iterator[tuple[str, Any, int]]:  # noqa: ANN401
    """Every value with its path and depth, without recursion; names of fields are values too."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    while waiting:
        path, one, depth = waiting.pop()
        yield path, one, depth
        if depth > DEEPEST:
            continue
        if isinstance(one, Mapping):
            for name, inner in one.items():
                yield path, name, depth
                waiting.append((f"{path}.{name}".lstrip("."), inner, depth + 1))
        elif isinstance(one, list):
            waiting += [(f"{path}[{n}]", inner, depth + 1) for n, inner in enumerate(one)]


def _check(path: str, value: object, depth: int) -> None:
    if depth > DEEPEST:
        raise NotJson(_("The body is nested too deeply: at most %(n)s levels.") % {"n": DEEPEST})
    if isinstance(value, str):
        check_text(path, value)
    elif _is_too_large(value):
        raise InvalidInput(_("This number is too large."), field=path[:50] or None)


def _is_too_large(value: object) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > LARGEST
