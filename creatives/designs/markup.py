"""The finished markup of a banner in one language: words are escaped, addresses are our own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from creatives.designs import fixed
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
    """A picture as markup shows it; `sizes` is how wide it will be, for the choice of a file.

    `alts` says per language what is on it, where it says something that the words do not.
    """

    src: str
    width: int
    height: int
    sources: tuple[Files, ...] = ()
    sizes: str = "100vw"
    alts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slide:
    """One of several pictures with its words.

    Attributes:
        end: What the names of its slots end in.
        mark: What the style sheet has to know of it.
    """

    number: int
    end: str
    image: Picture | None
    alt: str
    headline: str
    body: str
    mark: str


def markup(
    design: Design,
    *,
    scope: str,
    words: Mapping[str, str],
    picture: Picture | None,
    locale: str,
    more: Sequence[Picture] = (),
    like: bool = False,
) -> str:
    """The banner in one language; `more` are the pictures after the first, `like` gives a heart.

    Whatever the words are, they stay words: the template escapes them.
    """
    texts = {slot.key: words.get(slot.key, "") for slot in design.texts}
    context = texts | {
        "s": scope,
        "lang": locale,
        "dir": direction(locale),
        "image": picture,
        "marks": _marks(design, texts, picture, like=like),
        "like": like,
        "fixed": fixed.words(locale),
        "slides": list(_slides(texts, (picture, *more), locale)) if design.moves else [],
    }
    return SafeString(BETWEEN.sub("><", render_to_string(design.markup, context)).strip())


def _slides(
    texts: Mapping[str, str], pictures: Sequence[Picture | None], locale: str
) -> Iterator[Slide]:
    for number, picture in enumerate(pictures, start=1):
        end = str(number) if number > 1 else ""
        alts: Mapping[str, str] = picture.alts if picture else {}
        headline = texts.get(f"headline{end}", "")
        yield Slide(
            number=number,
            end=end,
            image=picture,
            alt=alts.get(locale) or next(iter(alts.values()), ""),
            headline=headline,
            body=texts.get(f"body{end}", ""),
            mark=_length(headline),
        )


def _length(headline: str) -> str:
    return f"l{1 + sum(columns(headline) > length for length in LENGTHS)}"


def _marks(
    design: Design, texts: Mapping[str, str], picture: Picture | None, *, like: bool
) -> list[str]:
    """What the style sheet has to know of the contents."""
    marks = [] if design.moves else [_length(texts.get("headline", ""))]
    price = next((texts[slot.key] for slot in design.texts if slot.sort is Sort.PRICE), "")
    marks += ["p2"] if columns(price) > WIDE_PRICE else []
    marks += ["heart"] if like else []
    return [*marks, *([] if picture else ["bare"])]
