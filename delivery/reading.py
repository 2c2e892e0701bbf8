"""Bodies: what is accepted, and which field is to blame when one does not fit."""

import re
from typing import Annotated, Any, TypeVar

import msgspec

from delivery.messages import Message, message
from delivery.wire import Request
from engine.errors import InvalidInput, NotJson, TooLarge, UnsupportedMedia

KIB = 1024
BROWSER_BYTES = 64 * KIB  # what browsers let a beacon carry
SERVER_BYTES = 1024 * KIB

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
"""An opaque id of a user, session or event."""

Struct = TypeVar("Struct")

_TYPES = {"application/json", "text/plain", ""}
_WHERE = re.compile(r" - at `\$?\.?(?P<field>[^`]*)`$")
_EXPECTED = re.compile(r"Expected `(?P<expected>[^`]*)`(?P<rest>[^,]*), got `(?P<got>[^`]*)`")


def check_type(request: Request) -> None:
    """Refuse what is not said to be JSON; beacons say text/plain.

    Raises:
        UnsupportedMedia: Another type or character set.
    """
    text = request.header(b"content-type")
    if text in _TYPES:
        return
    kind, _, rest = text.partition(";")
    charset = rest.lower().partition("charset=")[2].strip().strip('"')
    if kind.strip().lower() not in _TYPES or charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMedia(
            message("wrong_type", type=text[:100]), hint=message("wrong_type_hint")
        )


def check_size(request: Request, limit: int) -> None:
    """Raises TooLarge when the body is over `limit` bytes."""
    if len(request.body) > limit:
        raise TooLarge(message("body_too_large", limit=limit), hint=message("body_too_large_hint"))


def read(decoder: msgspec.json.Decoder[Struct], body: bytes, *, example: str) -> Struct:
    """Decode a body.

    Raises:
        NotJson: It is not JSON in UTF-8, or nested beyond reason.
        InvalidInput: It is, and a field does not fit.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        field, why = blame(error)
        if not field:
            raise InvalidInput(message("body_does_not_fit", why=why)) from None
        raise InvalidInput(message("does_not_fit", field=field, why=why), field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise not_json(example) from None


def not_json(example: str) -> NotJson:
    """The error for a body that is no JSON, with a body that would be right."""
    return NotJson(message("not_json"), hint=message("not_json_hint", example=example))


def blame(error: msgspec.ValidationError) -> tuple[str, Message | str]:
    """The field that a validation error is about, and what is wrong with it."""
    text = str(error)
    where = _WHERE.search(text)
    field = where["field"] if where else ""
    why = text[: where.start()] if where else text
    expected = _EXPECTED.fullmatch(why)
    if not expected:
        return field, why[0].lower() + why[1:]
    return field, message(
        "expected", expected=expected["expected"] + expected["rest"], got=expected["got"]
    )


def checked_id(values: dict[str, Any], field: str) -> str:
    """An id of the query.

    Raises:
        InvalidInput: It is missing, empty or too long.
    """
    text = values.get(field)
    if text is None:
        raise InvalidInput(message("missing", field=field), field=field)
    if not 1 <= len(text) <= LONGEST_ID:
        raise InvalidInput(message("id_length", field=field), field=field)
    return str(text)


LONGEST_ID = 256
