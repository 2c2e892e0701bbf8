"""What a filled design becomes: markup and style, what it says, what is known and kept of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from creatives import pictures, said
from creatives.designs import Slot, contrast, markup, style
from creatives.designs.markup import Picture
from creatives.designs.style import Sheet
from creatives.facts import Facts
from creatives.filling import Filled
from creatives.models import Version

KEPT_OF_PRODUCT = (("price", "price_minor"), ("old_price", "old_price_minor"))


@dataclass(frozen=True, slots=True)
class Made:
    """A finished banner: its style sheet and its markup per locale."""

    sheet: Sheet
    html: Mapping[str, str]


def make(filled: Filled, *, instead: Sequence[Picture] = ()) -> Made:
    """Markup and style of what was filled in, or with other pictures `instead`; nothing is kept."""
    image = filled.image
    focus = (image.focus_x, image.focus_y) if image else (50, 50)
    sheet = style.sheet(filled.design, filled.palette, focus)
    shown = list(instead or _pictures(filled))
    html = {
        locale: markup.markup(
            filled.design,
            scope=sheet.scope,
            words=words,
            picture=shown[0] if shown else None,
            locale=locale,
            more=shown[1:],
            like=filled.like,
        )
        for locale, words in filled.words.items()
    }
    return Made(sheet, html)


def _pictures(filled: Filled) -> list[Picture]:
    """The pictures as markup shows them; of several each says what is on it."""
    found = [pictures.of(image) for image in filled.images]
    if not filled.design.moves:
        return found
    said = map(pictures.alternatives, filled.images)
    return [replace(one, alts=alts) for one, alts in zip(found, said, strict=True)]


def alternative(filled: Filled, locale: str) -> str:
    """What the banner says, in the order in which it is read: it goes with the drawn picture.

    Of several pictures the first one is drawn.
    """
    words = filled.words[locale]
    parts = (words.get(slot.key, "") for slot in filled.design.texts if slot.picture == 1)
    return " · ".join(filter(None, parts))[: said.ALT_LENGTH]


def kept(filled: Filled, locale: str) -> dict[str, Any]:
    """What the form needs to show it again, and which price of the feed it speaks of."""
    found: dict[str, Any] = dict(filled.words[locale])
    found |= {"palette": filled.palette.key, "design_version": filled.design.version}
    if filled.image:
        found["image"] = filled.image.pk
    if filled.more:
        found["more"] = [image.pk for image in filled.more]
    if filled.like:
        found["like"] = True
    if filled.product:
        found |= {name: getattr(filled.product, field) for field, name in KEPT_OF_PRODUCT}
    return found


def facts(filled: Filled) -> Facts:
    """What is known of a composed banner before it is drawn: the contrast of its texts, which of
    several pictures say nothing to whoever does not see them, and which move by themselves."""
    picture = Facts.of(filled.image.facts) if filled.image else Facts()
    said = sorted({key for words in filled.words.values() for key in words})
    return Facts(
        contrast=contrast.worst(filled.design, filled.palette, said, picture),
        unsaid=tuple(_unsaid(filled)) if filled.design.moves else (),
        moving=tuple(slot.key for slot, image in _each(filled) if image.frames > 1),
    )


def _unsaid(filled: Filled) -> Iterator[str]:
    """Such as `zh-Hans.image2`, of every language of the banner."""
    for slot, image in _each(filled):
        alts = pictures.alternatives(image)
        missing = () if image.decorative else (one for one in filled.words if not alts.get(one))
        yield from (f"{locale}.{slot.key}" for locale in missing)


def _each(filled: Filled) -> Iterator[tuple[Slot, Version]]:
    return zip(filled.design.images, filled.images, strict=False)
