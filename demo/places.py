"""The slots of the demo shop, with the size and the default banner of each."""

from dataclasses import dataclass

from demo.simulation import PLACEMENT as SIMULATOR


@dataclass(frozen=True, slots=True)
class Place:
    """A slot as it is made; every one is a layer of its own."""

    key: str
    name: str
    page_type: str
    width: int
    height: int
    default: str


PLACES = (
    Place("home-hero", "Home: hero", "welcome", 1200, 400, "hero-welcome"),
    Place("category-strip", "Category: strip", "category", 970, 250, "strip-shoes"),
    Place("category-side", "Category: side", "category", 300, 600, "side-trail"),
    Place("product-strip", "Product: strip", "product", 970, 250, "product-pairs"),
    Place("promotion-hero", "Promotion: hero", "promotion", 1200, 400, "promo-weekend"),
    Place("clearance-hero", "Clearance: hero", "clearance", 1200, 400, "clear-shelves"),
    Place("search-box", "Search: box", "search", 300, 250, "search-gift"),
    Place("cart-strip", "Cart: strip", "cart", 728, 90, "cart-delivery"),
    Place(SIMULATOR, "Simulated shoppers", "welcome", 1200, 400, "hero-welcome"),
)
