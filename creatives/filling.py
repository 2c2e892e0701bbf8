"""What people fill into a design, checked: lengths, what must be there, prices of the feed."""

import re
from collections.abc import Mapping
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

    A locale that says nothing is not among them: its visitors read the first one.
    """

    design: Design
    palette: Palette
    words: Mapping[str, Words]
    image: Version | None
    product: Product | None


def fill(
    *,
    design: str,
    palette: str,
    slots: Mapping[str, Words],
    locales: list[str],
    image: Version | None,
    product: Product | None,
) -> Filled:
    """Check all of it; raises InvalidInput with `field` such as `zh-Hans.headline`."""
    kind = _design(design)
    colours = kind.palette(palette)
    if colours is None:
        raise InvalidInput(_("This design has no such palette."), field="palette")
    if image is None and kind.image and kind.image.required:
        raise InvalidInput(_("This design needs a picture."), field="image")
    words = {}
    for locale in locales:
        given = {slot.key: tidy(slots.get(locale, {}).get(slot.key, "")) for slot in kind.texts}
        if locale == locales[0] or any(given[slot.key] for slot in kind.texts if _is_own(slot)):
            words[locale] = _checked(kind, given | price_words(kind, product), locale)
    return Filled(kind, colours, words, image if kind.image else None, product)


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


def _is_own(slot: Slot) -> bool:
    """Prices read the same in every language: they alone are no translation."""
    return slot.sort is not Sort.PRICE


def _checked(design: Design, words: dict[str, str], locale: str) -> Words:
    for slot in design.texts:
        text, field = words.get(slot.key, ""), f"{locale}.{slot.key}"
        if slot.required and not text:
            raise InvalidInput(_("This field is required."), field=field)
        if columns(text) > slot.longest:
            raise InvalidInput(
                _("At most %(most)s characters (a Chinese one counts as two); these are %(n)s.")
                % {"most": slot.longest, "n": columns(text)},
                field=field,
            )
    return {key: text for key, text in words.items() if text}
