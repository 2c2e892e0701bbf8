"""What the demo shop sells, and the lists its pages show."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from demo.shelves import home, kitchen, shoes
from demo.wares import Brand, Category, Product

CURRENCY = "CNY"

CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        category.key: category
        for category in (
            Category(
                "shoes",
                _("Shoes"),
                _("For wet roads, dry trails and the short way to the bakery."),
                ("footwear", "鞋子"),
            ),
            Category(
                "kitchen",
                _("Kitchen"),
                _("A few good tools, made to be used every single day."),
                ("kitchenware", "cooking", "厨具"),
            ),
            Category(
                "home",
                pgettext_lazy("shelf of a shop", "Home"),
                _("Light, linen and small things that make a room yours."),
                ("living", "家居", "家"),
            ),
        )
    }
)

BRANDS: Mapping[str, Brand] = MappingProxyType(
    {
        brand.key: brand
        for brand in (
            Brand("dune", pgettext_lazy("brand", "Dune")),
            Brand("ember", pgettext_lazy("brand", "Ember")),
            Brand("halo", pgettext_lazy("brand", "Halo")),
            Brand("harbor", pgettext_lazy("brand", "Harbor")),
            Brand("hearth", pgettext_lazy("brand", "Hearth")),
            Brand("heron", pgettext_lazy("brand", "Heron")),
            Brand("keel", pgettext_lazy("brand", "Keel")),
            Brand("meridian", pgettext_lazy("brand", "Meridian")),
            Brand("puddle", pgettext_lazy("brand", "Puddle")),
            Brand("reed", pgettext_lazy("brand", "Reed")),
            Brand("ridge", pgettext_lazy("brand", "Ridge")),
            Brand("tide", pgettext_lazy("brand", "Tide")),
        )
    }
)

_ALL = (*shoes.PRODUCTS, *kitchen.PRODUCTS, *home.PRODUCTS)
PRODUCTS: Mapping[str, Product] = MappingProxyType({product.key: product for product in _ALL})
FRONT = ("trail-runner", "kettle", "desk-lamp", "cast-iron-pot", "hiking-boot", "planter",
         "mug-set", "linen-throw")  # fmt: skip


def of_category(key: str) -> tuple[Product, ...]:
    return tuple(product for product in _ALL if product.category == key)


def others(product: Product, *, count: int = 4) -> tuple[Product, ...]:
    """Companions for a product page: its brand first, then its category."""
    rest: Iterable[Product] = sorted(
        (p for p in _ALL if p.key != product.key),
        key=lambda p: (p.brand != product.brand, p.category != product.category),
    )
    return tuple(rest)[:count]


def front() -> tuple[Product, ...]:
    """The products on the home page."""
    return tuple(PRODUCTS[key] for key in FRONT)


def promoted() -> tuple[Product, ...]:
    """What costs less for a while; the largest reduction first."""
    return _reduced(product for product in _ALL if product.promotion)


def cleared() -> tuple[Product, ...]:
    """The last pieces of what will not come back; the largest reduction first."""
    return _reduced(product for product in _ALL if product.clearance)


def _reduced(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(sorted(products, key=lambda product: -product.saving))
