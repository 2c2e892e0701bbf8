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
# Where the server's access log finds what it may say of a request.
ROUTE: Final = "lab.route"
NUMBER: Final = "lab.request"
# What a proxy may have given it already; anything else is replaced, because it ends in logs.
FITS: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
KNOWN: Final = frozenset({"api", "c", "i", "media", "p", "r", "s", "static", "tag"})
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
            request.META[ROUTE], request.META[NUMBER] = route_of(request), current.number
            return response
        finally:
            _current.reset(token)


def route_of(request: HttpRequest) -> str:
    """The pattern of the request's address, filled in only where that is no secret.

    `/s/shop/experiments/7/` stays what it is, `/r/4hd…` becomes `/r/<str:secret>`.
    """
    match = getattr(request, "resolver_match", None)
    if match is None:
        return beginning(request.path_info)
    route = f"/{match.route}"
    for name, value in match.kwargs.items():
        if isinstance(value, int) or name == "site":
            route = re.sub(rf"<[^<>]*\b{name}>", str(value), route)
    return route


def beginning(path: str) -> str:
    """The first part of an address that belongs to no page; the rest may be anything.

    Example:
        >>> beginning("/c/bl1.abc?x=1"), beginning("/favicon.ico")
        ('/c/…', '/…')
    """
    first, slash, _ = path[1:].partition("/")
    return f"/{first}/…" if slash and first in KNOWN else "/…"


def _given(request: HttpRequest) -> str:
    text = request.headers.get(HEADER, "")
    return text if FITS.fullmatch(text) else ""
