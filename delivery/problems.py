"""Errors as problem+json (RFC 9457), in the reader's language."""

from collections.abc import Mapping

import msgspec

from delivery.messages import hint_of, message, say
from delivery.wire import Headers, Response
from engine import errors
from engine.errors import LabError, LoadError

STATUS: Mapping[type[LabError], int] = {
    errors.NotJson: 400,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.WrongMethod: 405,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.InvalidInput: 422,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}
PART: Mapping[int, str] = {
    400: "body",
    401: "Authorization",
    404: "path",
    405: "method",
    413: "body",
    415: "Content-Type",
    422: "body",
    429: "key",
}
"""The part of the request that a refusal is about where whoever refused has named none."""
RETRY_AFTER = 5
"""Seconds until a repetition makes sense when the error does not know better."""


def status_of(error: LabError) -> int:
    """The HTTP status of an error, by its own type or the nearest parent's."""
    if isinstance(error, OutOfRange):
        return 416
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)


def response(error: LabError, *, language: str, base_url: str) -> Response:
    """An error as an answer."""
    status = status_of(error)
    document = {
        "type": f"{base_url}/problems/{error.slug}",
        "title": message(f"title_{status}").say(language),
        "status": status,
        "detail": say(error.detail, language),
    }
    if field := error.field or PART.get(status):
        document["field"] = field
    if hint := error.hint or hint_of(error.detail):
        document["hint"] = say(hint, language)
    body = msgspec.json.encode(document)
    return Response(status, body, _headers(error, status, language))


def _headers(error: LabError, status: int, language: str) -> Headers:
    headers: Headers = (
        (b"content-type", b"application/problem+json"),
        (b"content-language", language.encode()),
        (b"cache-control", b"no-store"),
    )
    if status == STATUS[errors.Unauthenticated]:
        headers += ((b"www-authenticate", b"Bearer"),)
    if isinstance(error, LoadError):
        headers += ((b"retry-after", b"%d" % (error.retry_after or RETRY_AFTER)),)
    if isinstance(error, Refused):
        headers += ((b"allow", error.methods.encode()),)
    if isinstance(error, OutOfRange):
        headers += error.headers
    return headers


class Refused(errors.WrongMethod):
    """A verb that an address does not take; `methods` are those it takes."""

    def __init__(self, methods: str) -> None:
        super().__init__(message("wrong_method", methods=methods))
        self.methods = methods


class OutOfRange(errors.InvalidInput):
    """A part was asked for that a file does not have; `headers` are the file's own."""

    def __init__(self, content_range: str, headers: Headers) -> None:
        size = content_range.rpartition("/")[2]
        super().__init__(message("out_of_range", size=size), field="Range")
        self.headers: Headers = (*headers, (b"content-range", content_range.encode()))
