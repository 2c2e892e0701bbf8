"""Every request has a number that its answer, its log lines and its audit rows share."""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "X-Request-Id"
# What a proxy may have given it already; anything else is replaced, because it ends in logs.
FITS: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
BYTES: Final = 8  # short enough to be read out on the telephone


@dataclass(frozen=True, slots=True)
class Current:
    """The request being answered, and the audit rows that it has left so far."""

    number: str
    entries: list[int] = field(default_factory=list)


_current: ContextVar[Current | None] = ContextVar("request", default=None)


def number() -> str:
    """The number of the request being answered; '' outside one."""
    current = _current.get()
    return current.number if current else ""


def note(entry: int) -> None:
    """Remember an audit row of this request, so that its answer can offer to take it back."""
    if current := _current.get():
        current.entries.append(entry)


def entries() -> tuple[int, ...]:
    """The audit rows of this request, the first one first."""
    current = _current.get()
    return tuple(current.entries) if current else ()


class RequestIds:
    """Outermost of all, so that whatever goes wrong inside has a number already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        current = Current(_given(request) or secrets.token_hex(BYTES))
        token = _current.set(current)
        try:
            response = self.get_response(request)
            response.headers[HEADER] = current.number
            return response
        finally:
            _current.reset(token)


def _given(request: HttpRequest) -> str:
    text = request.headers.get(HEADER, "")
    return text if FITS.fullmatch(text) else ""
