"""Generators from outside: packages that write texts or draw pictures for banners.

A package names its generator under the entry point group `banner_lab.generators`. What it returns
is treated like anything a stranger typed or uploaded: checked, kept as a draft, reviewed.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from django.utils.translation import gettext as _

from engine.errors import InvalidInput, Unavailable

GROUP = "banner_lab.generators"
MOST = 50
_log = logging.getLogger(__name__)
_registered: dict[str, "Generator"] = {}


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for: the facts of a product, the language, how long and how many."""

    facts: Mapping[str, str]
    locale: str
    longest: int = 44
    count: int = 5


@runtime_checkable
class Generator(Protocol):
    """What a package offers; a method that it cannot serve returns nothing."""

    key: str
    title: str

    def texts(self, brief: Brief) -> Sequence[str]:
        """Headlines."""
        ...

    def images(self, brief: Brief) -> Sequence[bytes]:
        """Pictures, as files of a sort that may be uploaded."""
        ...


def register(generator: Generator) -> None:
    """Make one known without a package of its own."""
    _registered[generator.key] = generator


def found() -> dict[str, Generator]:
    """All generators by key; one that cannot be loaded is left out, and the log says so."""
    return {**_installed(), **_registered}


def get(key: str) -> Generator:
    """The generator of that key; raises InvalidInput."""
    generator = found().get(key)
    if generator is None:
        raise InvalidInput(_("There is no such generator."), field="generator")
    return generator


def texts(key: str, brief: Brief) -> list[str]:
    """What it wrote, on one line each and no longer than asked; raises Unavailable if it failed."""
    generator = get(key)
    try:
        said = list(generator.texts(brief))[:MOST]
    except Exception as error:
        _log.exception("generator %s failed", key)
        raise _failed(generator) from error
    lines = (" ".join(str(text).split()) for text in said)
    return list(dict.fromkeys(line for line in lines if line))


def images(key: str, brief: Brief) -> list[bytes]:
    """What it drew, not decoded yet; raises Unavailable if it failed."""
    generator = get(key)
    try:
        return [bytes(data) for data in generator.images(brief)][:MOST]
    except Exception as error:
        _log.exception("generator %s failed", key)
        raise _failed(generator) from error


@lru_cache(maxsize=1)
def _installed() -> dict[str, Generator]:
    loaded = {}
    for entry in entry_points(group=GROUP):
        try:
            generator = entry.load()()
        except Exception:  # noqa: BLE001 - whatever it was, the others work
            _log.exception("generator %s cannot be loaded", entry.name)
            continue
        loaded[generator.key] = generator
    return loaded


def _failed(generator: Generator) -> Unavailable:
    return Unavailable(_("%(name)s gave no answer. Try again later.") % {"name": generator.title})
