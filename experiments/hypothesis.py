"""A hypothesis is a sentence with three gaps: kept as the sentence, taken apart to be edited."""

import re
from dataclasses import astuple, dataclass
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

GAP = "…"
FINAL = " .,。,"  # the sentence brings its own


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes into the gaps."""

    change: str = ""
    effect: str = ""
    reason: str = ""


def compose(parts: Parts) -> str:
    """The sentence in the writer's language; nothing when every gap is empty.

    Example:
        >>> compose(Parts("show the shoes being worn", "more people click", ""))
        'If we show the shoes being worn, then more people click, because ….'
    """
    words = [_clean(part) for part in astuple(parts)]
    if not any(words):
        return ""
    change, effect, reason = (word or GAP for word in words)
    return _template() % {"change": change, "effect": effect, "reason": reason}


def parse(text: str) -> Parts | None:
    """Take a sentence apart again; None when it was written freely."""
    if not text.strip():
        return Parts()
    matches = (pattern.fullmatch(text.strip()) for pattern in _patterns())
    match = next(filter(None, matches), None)
    if match is None:
        return None
    return Parts(**{name: "" if word == GAP else word for name, word in match.groupdict().items()})


def is_complete(text: str) -> bool:
    """Written, and without a gap."""
    parts = parse(text)
    return bool(text.strip()) and (parts is None or all(astuple(parts)))


def _template() -> str:
    return _("If we %(change)s, then %(effect)s, because %(reason)s.")


def _clean(text: str) -> str:
    return " ".join(text.split()).rstrip(FINAL)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The sentence of every language: who reads it need not be who wrote it."""
    templates = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            templates.append(_template())
    return tuple(re.compile(_as_pattern(template), re.DOTALL) for template in set(templates))


def _as_pattern(template: str) -> str:
    return re.sub(r"%\\?\((\w+)\\?\)s", r"(?P<\1>.+?)", re.escape(template))
