"""What people fill into a design, checked: lengths, what must be there, prices of the feed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives import prices
from creatives.designs import Design, Palette, Slot, Sort, columns, find
from creatives.models import Product, Version
from engine.errors import InvalidInput

# Control characters and those that turn the direction of what follows.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A design with everything that goes into it, checked; `words` by locale, the first one first.

    A locale that says nothing is not among them: its visitors read the first one. `more` are the
    pictures after the first, `like` whether it has a heart button.
    """

    design: Design
    palette: Palette
    words: Mapping[str, Words]
    image: Version | None
    product: Product | None
    more: tuple[Version, ...] = ()
    like: bool = False

    @property
    def images(self) -> tuple[Version, ...]:
        """All pictures, in their order."""
        return (*((self.image,) if self.image else ()), *self.more)


def fill(
    *,
    design: str,
    palette: str,
    slots: Mapping[str, Words],
    locales: list[str],
    image: Version | None,
    product: Product | None,
    more: Sequence[Version] = (),
    like: bool = False,
) -> Filled:
    """Check all of it; raises InvalidInput with `field` such as `zh-Hans.headline`."""
    kind = _design(design)
    colours = kind.palette(palette)
    if colours is None:
        raise InvalidInput(_("This design has no such palette."), field="palette")
    more = tuple(more) if kind.moves else ()
    _check_pictures(kind, image, more)
    words = {}
    for locale in locales:
        given = {slot.key: tidy(slots.get(locale, {}).get(slot.key, "")) for slot in kind.texts}
        if locale == locales[0] or any(given[slot.key] for slot in kind.texts if _is_own(slot)):
            said = given | price_words(kind, product)
            words[locale] = _checked(kind, said, locale, pictures=1 + len(more))
    picture = image if kind.image else None
    return Filled(kind, colours, words, picture, product, more, like and kind.like is not None)


def tidy(text: str) -> str:
    """On one line, without what cannot be seen."""
    return " ".join(UNSEEN.sub("", text).split())


def price_words(design: Design, product: Product | None) -> dict[str, str]:
    """What the feed says of the price; a price before only where it was higher."""
    if product is None:
        return {}
    said = {"price": prices.say(product.price, product.currency), "was": ""}
    if product.old_price and product.old_price > product.price:
        said["was"] = prices.say(product.old_price, product.currency)
    known = {slot.key for slot in design.texts if slot.sort is Sort.PRICE}
    return {key: text for key, text in said.items() if key in known}


def _design(key: str) -> Design:
    found = find(key)
    if found is None:
        raise InvalidInput(_("There is no such design."), field="design")
    return found


def _check_pictures(design: Design, image: Version | None, more: Sequence[Version]) -> None:
    if image is None and design.image and design.image.required:
        raise InvalidInput(_("This design needs a picture."), field="image")
    needed = sum(slot.required for slot in design.images)
    if design.moves and len(more) + 1 < needed:
        raise InvalidInput(
            _("This design needs %(n)s pictures.") % {"n": needed}, field=f"image{len(more) + 2}"
        )
    if design.moves and len(more) >= len(design.images):
        raise InvalidInput(
            _("This design takes at most %(n)s pictures.") % {"n": len(design.images)},
            field="image",
        )


def _is_own(slot: Slot) -> bool:
    """Prices read the same in every language: they alone are no translation."""
    return slot.sort is not Sort.PRICE


def _checked(design: Design, words: dict[str, str], locale: str, *, pictures: int) -> Words:
    for slot in design.texts:
        text, field = words.get(slot.key, ""), f"{locale}.{slot.key}"
        if text and slot.picture > pictures:
            raise InvalidInput(_("There is no picture to these words."), field=field)
        if slot.required and slot.picture <= pictures and not text:
            raise InvalidInput(_("This field is required."), field=field)
        if columns(text) > slot.longest:
            raise InvalidInput(
                _("At most %(most)s characters (a Chinese one counts as two); these are %(n)s.")
                % {"most": slot.longest, "n": columns(text)},
                field=field,
            )
    return {key: text for key, text in words.items() if text}
