"""Tags of experiments: short words in lower case, a few of them."""

import re
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from engine.errors import InvalidInput

LONGEST_TAG: Final = 30
MOST_TAGS: Final = 10
_BETWEEN = re.compile(r"[,;\n，；、]")


def parse(text: str) -> list[str]:
    """Tags out of a line with commas, Western or Chinese; see `cleaned`."""
    return cleaned(_BETWEEN.split(text))


def written(tags: Iterable[str]) -> str:
    """Tags as somebody types them."""
    return ", ".join(tags)


def cleaned(tags: Iterable[str]) -> list[str]:
    """Tags in lower case without needless spaces, each once, in their order.

    Raises:
        InvalidInput: A tag is too long, or there are too many.
    """
    plain = (" ".join(tag.split()).lstrip("#").strip().lower() for tag in tags)
    kept = list(dict.fromkeys(tag for tag in plain if tag))
    long = next((tag for tag in kept if len(tag) > LONGEST_TAG), None)
    if long is not None:
        sentence = _("“%(tag)s” is too long for a tag: at most %(most)s characters.")
        raise InvalidInput(sentence % {"tag": long[:60], "most": LONGEST_TAG}, field="tags")
    if len(kept) > MOST_TAGS:
        sentence = _("%(have)s tags are too many: at most %(most)s.")
        raise InvalidInput(sentence % {"have": len(kept), "most": MOST_TAGS}, field="tags")
    return kept
