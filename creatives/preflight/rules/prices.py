"""Prices on a banner are those of the shop today."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from creatives import price_words, prices
from creatives.models import Product
from creatives.preflight.findings import Finding, blocking, passed
from creatives.preflight.subject import Subject, Text

KEPT = "price_minor"
NOW, BEFORE = frozenset({"price"}), frozenset({"old_price", "was"})
"""Slots that hold one price, and which one of the product's it is."""


def price(about: Subject) -> Iterator[Finding]:
    """A banner bound to a product names its prices as the feed has them, wherever it names one."""
    product = about.version.product
    if product is None:
        return
    named = (_wrong(text, product) for text in about.texts)
    wrong = next(filter(None, named), "") or _made_with(about.version.slots, product)
    if wrong:
        words = {"named": wrong, "price": prices.say(product.price, product.currency)}
        yield blocking(
            "price",
            _("It says %(named)s; the shop asks %(price)s today.") % words,
            _("Compose it again from the feed, or change the words."),
        )
    else:
        yield passed("price", _("Its prices are those of the shop."))


def _made_with(slots: Any, product: Product) -> str:  # noqa: ANN401 - JSON
    """The price that a composed banner was made with, when it has moved since."""
    kept = slots.get(KEPT) if isinstance(slots, dict) else None
    if not isinstance(kept, int) or kept == product.price:
        return ""
    return prices.say(kept, product.currency) if kept >= 0 else ""


def _wrong(text: Text, product: Product) -> str:
    """The first price in a text that is not the product's, as it is written there."""
    right = _right(text.field, product)
    is_price = text.field in NOW | BEFORE
    named = price_words.amounts(text.text, product.currency, bare=is_price)
    return next((one.words for one in named if one.minor not in right), "")


def _right(field: str, product: Product) -> set[int | None]:
    if field in NOW:
        return {product.price}
    if field in BEFORE:
        return {product.old_price}
    return {product.price, product.old_price}
