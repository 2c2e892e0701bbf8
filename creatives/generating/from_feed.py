"""Products of the feed as banners: what each will say, and why one cannot be made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives.designs import Design, Palette, Sort
from creatives.generating import grammar
from creatives.generating.making import Wish
from creatives.models import Product, Version
from workspace.models import Site


@dataclass(frozen=True, slots=True)
class Manner:
    """How the products of a feed become banners; `buttons` by locale."""

    design: Design
    palette: Palette
    buttons: Mapping[str, str]
    picture: Version | None = None


def wishes(site: Site, products: Iterable[Product], manner: Manner) -> list[Wish]:
    """A banner for each product; one that cannot be made says why."""
    rows = list(products)
    pictures = _pictures(site, [row.sku for row in rows])
    done = set(
        Version.objects.filter(
            product__in=rows, design=manner.design.key, creative__archived_at=None
        ).values_list("product_id", flat=True)
    )
    return [_wish(site, row, manner, pictures, row.pk in done) for row in rows]


def _wish(
    site: Site, product: Product, manner: Manner, pictures: Mapping[str, int], done: bool
) -> Wish:
    own = pictures.get(product.sku.lower())
    image = own or (manner.picture.pk if manner.picture else None)
    slots = {locale: _words(product, manner, locale) for locale in site.locales}
    return Wish(
        name=product.title,
        design=manner.design.key,
        palette=manner.palette.key,
        slots=slots,
        landing_url=product.url,
        image=image if manner.design.image else None,
        product=product.sku,
        refused=_refusal(product, manner, image, slots, done),
    )


def _words(product: Product, manner: Manner, locale: str) -> dict[str, str]:
    slot = manner.design.slot("headline")
    fitting = grammar.headlines(product, locale, longest=slot.longest if slot else 0)
    first = manner.design.slot("price")
    words = {"headline": fitting[0].text if fitting else "", "button": manner.buttons[locale]}
    said = grammar.evidence(product)
    if manner.design.key == "sale" and first and "percent" in said:
        words["price"] = f"−{said['percent']}"
    return words


def _refusal(
    product: Product,
    manner: Manner,
    image: int | None,
    slots: Mapping[str, Mapping[str, str]],
    done: bool,
) -> str:
    if done:
        return _("It has a banner of this design already.")
    if image is None and manner.design.image and manner.design.image.required:
        return _("There is no picture for it: upload one whose key or tag is %(sku)s.") % {
            "sku": product.sku
        }
    if not all(words["headline"] for words in slots.values()):
        return _("Its title is too long for this design.")
    return ""


def _pictures(site: Site, skus: list[str]) -> dict[str, int]:
    """The newest picture whose creative has the product number as its key or as a tag."""
    wanted = {sku.lower() for sku in skus}
    rows = Version.objects.filter(
        creative__site=site, creative__archived_at=None, kind=Version.Kind.IMAGE
    ).order_by("creative_id", "-number")
    found: dict[str, int] = {}
    for pk, key, tags in rows.distinct("creative_id").values_list(
        "pk", "creative__key", "creative__tags"
    ):
        for name in {key, *(tag.lower() for tag in tags)} & wanted:
            found.setdefault(name, pk)
    return found


def fits_feed(design: Design) -> bool:
    """Whether the feed can fill everything that the design needs."""
    needed = {slot.key for slot in design.slots if slot.required}
    return needed <= {"headline", "button", "image", "price"} and any(
        slot.sort is Sort.PRICE and slot.key == "price" for slot in design.slots
    )
