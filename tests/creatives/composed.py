"""Composed banners for tests, made in the studio."""

from creatives import studio
from creatives.models import Creative, Product, Version
from tests.factories import NOW, a_creative
from workspace.models import Site

WORDS = {
    "en": {
        "headline": "Slow mornings, poured well",
        "body": "Keeps its temperature for an hour.",
        "button": "Shop kettles",
    },
    "zh-Hans": {
        "headline": "慢下来，好好泡一壶",
        "body": "一小时恒温。",
        "button": "选购水壶",
    },
}


def a_picture_of(site: Site, **fields) -> Version:
    """A picture in the library, without words on it."""
    return a_creative(site, **({"size": (1200, 900)} | fields)).versions.get()


def a_composed(site: Site, **fields) -> Creative:
    """A draft made from a design."""
    wanted = {
        "design": "split",
        "palette": "sand",
        "slots": WORDS,
        "name": "Morning",
        "landing_url": "https://shop.example/kettles",
        "actor": None,
        "now": NOW,
    }
    if "image" not in fields and fields.get("design") != "sale":
        fields["image"] = a_picture_of(site)
    return studio.compose(site, **(wanted | fields))


def a_product(site: Site, sku: str = "kettle", **fields) -> Product:
    wanted = {
        "title": "Heron kettle",
        "brand": "Heron",
        "category": "Kitchen",
        "price": 26900,
        "old_price": 38500,
        "currency": "CNY",
        "url": f"https://shop.example/p/{sku}",
        "updated_at": NOW,
    }
    return Product.objects.create(site=site, sku=sku, **(wanted | fields))
