"""The drawings behind the demo's banners: SVG composed from the shop's own product pictures.

`manage.py draw_banners` turns them into the files of `static/demo/banners/` once; the product and
the tests read those. Drawing again needs Chromium and the fonts named in `demo.artwork.drawing`
(Debian: fonts-urw-base35, fonts-noto-cjk), so only who changes a design does it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from demo.artwork import (
    cart_strip,
    category_side,
    category_strip,
    clearance_hero,
    home_hero,
    product_strip,
    promotion_hero,
    search_box,
)
from demo.artwork.drawing import Drawing

BY_PLACEMENT: Mapping[str, tuple[Drawing, ...]] = MappingProxyType(
    {
        "home-hero": home_hero.DRAWINGS,
        "category-strip": category_strip.DRAWINGS,
        "category-side": category_side.DRAWINGS,
        "product-strip": product_strip.DRAWINGS,
        "promotion-hero": promotion_hero.DRAWINGS,
        "clearance-hero": clearance_hero.DRAWINGS,
        "search-box": search_box.DRAWINGS,
        "cart-strip": cart_strip.DRAWINGS,
    }
)
DRAWINGS: tuple[Drawing, ...] = tuple(
    drawing for drawings in BY_PLACEMENT.values() for drawing in drawings
)
SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {drawing.key: (drawing.width, drawing.height) for drawing in DRAWINGS}
)
