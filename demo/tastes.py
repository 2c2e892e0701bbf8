"""What simulated shoppers think of each banner: the declared truth of the demo.

History and live shoppers draw from the same table, and it shares no code with what estimates it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType

PHONES = 0.68  # of the shoppers
WIDE_ONLY = frozenset({"category-side"})  # slots that a phone has no room for
TWO_VISITS = 0.15
VIEWABLE = 0.82  # of the impressions
ORDER_AFTER_CART = 0.45
BASKETS = (11800, 14900, 23900, 26900, 32900, 36900, 49900, 59900)  # fen


@dataclass(frozen=True, slots=True)
class Taste:
    """True rates of a banner: clicks per impression, buyers per visitor.

    `lost_on_phones` is the share of phones on which the shop fails to show it.
    """

    click: float
    order: float
    lost_on_phones: float = 0.0


TASTES: Mapping[str, Taste] = MappingProxyType(
    {
        "hero-welcome": Taste(0.14, 0.060),
        "hero-hearth": Taste(0.155, 0.060),
        "hero-trail": Taste(0.222, 0.080),
        "hero-light": Taste(0.17, 0.065),
        "hero-harvest": Taste(0.19, 0.065),
        "hero-boots": Taste(0.18, 0.065),
        "hero-kitchen": Taste(0.17, 0.065),
        "hero-shoes": Taste(0.18, 0.065),
        "strip-shoes": Taste(0.175, 0.060),
        "strip-coffee": Taste(0.255, 0.085),
        "strip-lamps": Taste(0.20, 0.065),
        "product-pairs": Taste(0.21, 0.080),
        "product-care": Taste(0.14, 0.065),
        "product-returns": Taste(0.23, 0.085, lost_on_phones=0.2),
        "promo-weekend": Taste(0.16, 0.060),
        "promo-bundle": Taste(0.23, 0.085),
        "promo-members": Taste(0.19, 0.065),
        "clear-shelves": Taste(0.17, 0.115),
        "clear-last-pairs": Taste(0.245, 0.055),
        "clear-countdown": Taste(0.20, 0.080),
        "side-trail": Taste(0.18, 0.060),
        "side-linen": Taste(0.19, 0.065),
        "search-gift": Taste(0.24, 0.080),
        "search-kitchen": Taste(0.24, 0.080),
        "search-shoes": Taste(0.22, 0.070),
        "cart-delivery": Taste(0.20, 0.220),
        "cart-mugs": Taste(0.22, 0.230),
        "cart-wrap": Taste(0.18, 0.210),
        "cart-returns": Taste(0.13, 0.190),
    }
)
USUAL = Taste(0.17, 0.065)
WIDEST = 0.3  # how far the clicks of an unknown banner may be from the usual ones


def of(creative: str) -> Taste:
    """The truth about a banner; one that somebody has uploaded is near the usual, by its key."""
    known = TASTES.get(creative)
    if known is not None:
        return known
    chance = int.from_bytes(blake2b(creative.encode(), digest_size=4).digest(), "big") / 2**32
    return Taste(USUAL.click * (1 + WIDEST * (2 * chance - 1)), USUAL.order)


def device(placement: str, chance: random.Random) -> str:
    """What a shopper in front of a slot holds in the hand."""
    phone = placement not in WIDE_ONLY and chance.random() < PHONES
    return "phone" if phone else "desktop"


@dataclass(frozen=True, slots=True)
class Look:
    """One time that a banner was on the screen."""

    viewable: bool
    click: bool


@dataclass(frozen=True, slots=True)
class Life:
    """All that one shopper does: looks in order, then perhaps a cart and an order (in fen).

    `lost` of a shopper with a phone: the shop did not show the banner and reports nothing.
    """

    looks: tuple[Look, ...]
    cart: int
    order: int
    lost: bool


def life(taste: Taste, chance: random.Random) -> Life:
    """Draw what a shopper does who gets a banner."""
    count = 2 if chance.random() < TWO_VISITS else 1
    looks = tuple(
        Look(chance.random() < VIEWABLE, chance.random() < taste.click) for _ in range(count)
    )
    wants = chance.random() < taste.order / ORDER_AFTER_CART
    basket = chance.choice(BASKETS) if wants else 0
    bought = chance.random() < ORDER_AFTER_CART
    return Life(looks, basket, basket if bought else 0, chance.random() < taste.lost_on_phones)
