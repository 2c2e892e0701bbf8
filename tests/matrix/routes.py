"""Every address of the control plane, as Django's resolver knows it."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name with namespaces, its pattern, and the methods that may mean something.

    `parameters` are (name, converter), in the order of the pattern.
    """

    name: str
    pattern: str
    parameters: tuple[tuple[str, str], ...]
    methods: tuple[str, ...]


def every() -> list[Route]:
    """All routes but the back office's, each name once (two names of one address are two)."""
    return [route for route in _walk(get_resolver(), "", "") if not route.name.startswith("admin:")]


def back_office() -> list[Route]:
    """The routes of the back office."""
    return [route for route in _walk(get_resolver(), "", "") if route.name.startswith("admin:")]


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            yield _route(entry, pattern, namespace)


def _route(entry: URLPattern, pattern: str, namespace: str) -> Route:
    name = f"{namespace}{entry.name}" if entry.name else f"{namespace}{pattern}"
    return Route(name, pattern, tuple(_parameters(pattern)), _methods(entry.callback))


def _parameters(pattern: str) -> Iterator[tuple[str, str]]:
    for part in pattern.replace("(?P<", "<re:").split("<")[1:]:
        converter, _colon, name = part.partition(">")[0].rpartition(":")
        yield name, converter or "str"


def _methods(callback: Any) -> tuple[str, ...]:
    """Of API views what they say themselves; of pages both that a browser sends."""
    actions = getattr(callback, "actions", None)
    if actions:
        return tuple(sorted(method.upper() for method in actions if method != "head"))
    view = getattr(callback, "cls", None)
    if view is not None:
        known = ("get", "post", "put", "patch", "delete")
        return tuple(
            name.upper() for name in known if inspect.isfunction(getattr(view, name, None))
        )
    return ("GET", "POST")
