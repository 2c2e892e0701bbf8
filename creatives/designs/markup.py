"""The finished markup of a banner in one language: words are escaped, addresses are our own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from creatives.designs.model import Design, Sort, columns
from delivery.locales import direction

BETWEEN = re.compile(r">\s+<")
# From how many columns on a headline is set smaller: --l1 … --l5 of the style sheet.
LENGTHS = (12, 20, 31, 42)
WIDE_PRICE = 4


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one type, as `srcset` names them."""

    type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as markup shows it; `sizes` is how wide it will be, for the choice of a file."""

    src: str
    width: int
    height: int
    sources: tuple[Files, ...] = ()
    sizes: str = "100vw"


def markup(
    design: Design,
    *,
    scope: str,
    words: Mapping[str, str],
    picture: Picture | None,
    locale: str,
) -> str:
    """The banner in one language.

    Whatever the words are, they stay words: the template escapes them.
    """
    texts = {slot.key: words.get(slot.key, "") for slot in design.texts}
    context = texts | {
        "s": scope,
        "lang": locale,
        "dir": direction(locale),
        "image": picture,
        "marks": _marks(design, texts, picture),
    }
    return SafeString(BETWEEN.sub("><", render_to_string(design.markup, context)).strip())


def _marks(design: Design, texts: Mapping[str, str], picture: Picture | None) -> list[str]:
    """What the style sheet has to know of the contents."""
    headline = columns(texts.get("headline", ""))
    marks = [f"l{1 + sum(headline > length for length in LENGTHS)}"]
    price = next((texts[slot.key] for slot in design.texts if slot.sort is Sort.PRICE), "")
    marks += ["p2"] if columns(price) > WIDE_PRICE else []
    return [*marks, *([] if picture else ["bare"])]
