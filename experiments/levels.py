"""The levels of a variant as people write them: factor = level, with commas between."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from engine.errors import InvalidInput

_BETWEEN = re.compile(r"[,;\n，；、]")
_WITHIN = re.compile(r"[=:＝：]")


def read(text: str) -> dict[str, str]:
    """Factor → level.

    Raises:
        InvalidInput: A part is no pair, or a factor is named twice.

    Example:
        >>> read("picture = worn, headline: short")
        {'picture': 'worn', 'headline': 'short'}
    """
    found: dict[str, str] = {}
    for part in filter(str.strip, _BETWEEN.split(text)):
        factor, level = _pair(part)
        if factor in found:
            raise InvalidInput(_("“%(factor)s” is named twice.") % {"factor": factor})
        found[factor] = level
    return found


def _pair(part: str) -> tuple[str, str]:
    words = [" ".join(word.split()) for word in _WITHIN.split(part, maxsplit=1)]
    if not all(words) or len(words) == 1:
        raise InvalidInput(
            _("“%(part)s” says no level: write factor = level.") % {"part": part.strip()[:60]}
        )
    return words[0], words[1]


def written(levels: Mapping[str, str]) -> str:
    """The same as somebody types it.

    Example:
        >>> written({"picture": "worn", "headline": "short"})
        'picture = worn, headline = short'
    """
    return ", ".join(f"{factor} = {level}" for factor, level in levels.items())
