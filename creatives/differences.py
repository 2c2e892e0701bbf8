"""What a new version says that the one shown now does not: word by word."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from creatives.models import Version

# Words, the space between them, and each Chinese character by itself.
WORDS = re.compile(r"\s+|[\u3400-\u9fff\uf900-\ufaff]|[^\s\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text: the `same` in both, `added`, or `gone`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs, with its pieces in reading order."""

    name: str
    parts: tuple[Part, ...]


def between(before: Version, after: Version) -> list[Difference]:
    """Everything that differs in what two versions say and where they lead; not the picture."""
    old, new = dict(_said(before)), dict(_said(after))
    names = dict.fromkeys(chain(old, new))
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in names)
    return [Difference(name, parts(one, other)) for name, one, other in pairs if one != other]


def parts(before: str, after: str) -> tuple[Part, ...]:
    """The pieces of a text before and after.

    >>> [(p.kind, p.text) for p in parts("Two weeks only", "Three weeks only")]
    [('gone', 'Two'), ('added', 'Three'), ('same', ' weeks only')]
    """
    old, new = WORDS.findall(before), WORDS.findall(after)
    return tuple(_parts(old, new))


def _parts(old: list[str], new: list[str]) -> Iterator[Part]:
    """Changes with nothing but space between them are one change: they are read as one."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    gone, added = "", ""
    for kind, a, b, c, d in matcher.get_opcodes():
        before, after = "".join(old[a:b]), "".join(new[c:d])
        if kind != "equal" or (not before.strip() and (gone or added)):
            gone, added = gone + before, added + after
            continue
        yield from _changed(gone, added)
        yield Part("same", before)
        gone, added = "", ""
    yield from _changed(gone, added)


def _changed(gone: str, added: str) -> Iterator[Part]:
    if gone:
        yield Part("gone", gone)
    if added:
        yield Part("added", added)


def _said(version: Version) -> Iterator[tuple[str, str]]:
    yield _("Alternative text"), _("decorative") if version.decorative else version.alt
    yield _("Landing page"), version.landing_url
    yield _("Pixels"), f"{version.width} × {version.height}"
    yield from _slots(version.slots, "")
    for copy in version.copies.all():
        yield f"{_('Alternative text')} ({copy.locale})", copy.alt
        yield f"{_('Landing page')} ({copy.locale})", copy.landing_url
        yield from _slots(copy.slots, f" ({copy.locale})")


def _slots(slots: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{name}{where}", str(value)) for name, value in slots.items())
