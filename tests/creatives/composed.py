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


MOVED = {
    "en": {
        "headline": "Mugs that stay warm",
        "body": "Stoneware, glazed by hand.",
        "button": "See the table",
        "headline2": "A pot for decades",
        "headline3": "Light for supper",
    },
    "zh-Hans": {
        "headline": "久握仍温的杯",
        "body": "炻器，手工上釉。",
        "button": "看看餐桌",
        "headline2": "一口用几十年的锅",
        "headline3": "晚餐时的一盏灯",
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


def pictures_of(site: Site, number: int, **fields) -> list[Version]:
    """Pictures that say what is on them, in both languages."""
    colours = ("navy", "teal", "maroon", "olive")
    small = {"size": (320, 240)} | fields
    return [a_picture_of(site, color=colour, **small) for colour in colours[:number]]


def a_carousel(site: Site, number: int = 3, **fields) -> Creative:
    """A draft of several pictures, with a heart."""
    first, *more = fields.pop("images", None) or pictures_of(site, number)
    wanted = {"design": "carousel", "palette": "paper", "slots": MOVED, "like": True}
    return a_composed(site, image=first, more=more, **(wanted | fields))


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
