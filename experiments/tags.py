"""Tags of experiments: short words in lower case, a few of them."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _

from engine.errors import InvalidInput

LONGEST_TAG: Final = 40
MOST_TAGS: Final = 10
_BETWEEN = re.compile(r"[,;\n，；、]")


def split(text: str) -> list[str]:
    """Tags out of a line with commas, Western or Chinese: lower case, each once, in their order."""
    plain = (" ".join(tag.split()).lstrip("#").strip().lower() for tag in _BETWEEN.split(text))
    return list(dict.fromkeys(tag for tag in plain if tag))


def written(tags: Iterable[str]) -> str:
    """Tags as somebody types them."""
    return ", ".join(tags)


def check(tags: Sequence[str]) -> None:
    """Raises InvalidInput where a tag is too long, or there are too many."""
    long = next((tag for tag in tags if len(tag) > LONGEST_TAG), None)
    if long is not None:
        sentence = _("“%(tag)s” is too long for a tag: at most %(most)s characters.")
        raise InvalidInput(sentence % {"tag": long[:60], "most": LONGEST_TAG}, field="tags")
    if len(tags) > MOST_TAGS:
        sentence = _("%(have)s tags are too many: at most %(most)s.")
        raise InvalidInput(sentence % {"have": len(tags), "most": MOST_TAGS}, field="tags")
