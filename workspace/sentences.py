"""Sentences one after the other."""

import re
from collections.abc import Iterable
from typing import Final

WIDE_END: Final = re.compile("([。！？；：]) ")


def together(sentences: Iterable[object]) -> str:
    """All that say something; what ends with a full-width mark brings its own space."""
    return WIDE_END.sub(r"\1", " ".join(str(one) for one in sentences if one))
