"""Banners whose pictures are not drawn yet: their words, with a cut of a picture that is.

`every` prefers what `demo.art` has; when that has them all this module has nothing left to do.
"""

import io

from PIL import Image, ImageOps

from demo import art
from demo.art import Banner

HERO, STRIP, SIDE, BOX, CART = (1200, 400), (970, 250), (300, 600), (300, 250), (728, 90)


class StandIn(Banner):
    """A banner with the picture of another one, cut to its own size."""

    __slots__ = ()

    def read(self) -> bytes:
        picture, size = _LOANS[self.key]
        out = io.BytesIO()
        drawn = Image.open(io.BytesIO((art.FOLDER / f"{picture}.webp").read_bytes()))
        ImageOps.fit(drawn.convert("RGB"), size).save(out, "WEBP", quality=90)
        return out.getvalue()


_WORDS = (
    ("hero-boots", "Hero · Boots for wet roads", "c/shoes/", "hero-trail", HERO),
    ("hero-kitchen", "Hero · The kitchen edit", "c/kitchen/", "hero-hearth", HERO),
    ("hero-shoes", "Hero · Shoes for every weather", "c/shoes/", "hero-trail", HERO),
    ("strip-lamps", "Category · Lamps for long evenings", "c/home/", "strip-coffee", STRIP),
    ("product-care", "Product · Care that makes it last", "c/home/", "strip-coffee", STRIP),
    ("product-returns", "Product · Thirty days to return", "", "strip-shoes", STRIP),
    ("product-pairs", "Product · Goes well in pairs", "c/shoes/", "strip-shoes", STRIP),
    ("promo-weekend", "Promotion · The long weekend", "c/home/", "hero-light", HERO),
    ("promo-bundle", "Promotion · Three for the table", "c/kitchen/", "hero-hearth", HERO),
    ("promo-members", "Promotion · For members", "c/home/", "hero-welcome", HERO),
    ("clear-last-pairs", "Clearance · Last pairs", "c/shoes/", "hero-trail", HERO),
    ("clear-shelves", "Clearance · Clearing the shelves", "c/home/", "hero-harvest", HERO),
    ("clear-countdown", "Clearance · Until Sunday night", "c/home/", "hero-light", HERO),
    ("side-trail", "Side · Off the road", "p/trail-runner/", "hero-trail", SIDE),
    ("side-linen", "Side · Washed soft", "p/linen-throw/", "hero-light", SIDE),
    ("search-gift", "Search · Looking for a gift?", "c/home/", "hero-light", BOX),
    ("search-kitchen", "Search · For the kitchen", "c/kitchen/", "hero-hearth", BOX),
    ("search-shoes", "Search · For the road", "c/shoes/", "hero-trail", BOX),
    ("cart-wrap", "Cart · Wrapped as a gift", "", "cart-mugs", CART),
    ("cart-returns", "Cart · Thirty days to return", "", "cart-delivery", CART),
)
_LOANS = {key: (picture, size) for key, _name, _leads, picture, size in _WORDS}


def every() -> tuple[Banner, ...]:
    """All banners of the demo, drawn or not."""
    drawn = {banner.key for banner in art.BANNERS}
    lent = (
        StandIn(key, name, name.partition(" · ")[2], leads_to)
        for key, name, leads_to, _picture, _size in _WORDS
        if key not in drawn
    )
    return (*art.BANNERS, *lent)
