"""What the demo shop sells. Prices are in fen, as everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    name: str | Promise
    lead: str | Promise


@dataclass(frozen=True, slots=True)
class Product:
    """`tint` names the colour behind the picture (a class in shop.css)."""

    key: str
    category: str
    name: str | Promise
    lead: str | Promise
    story: str | Promise
    facts: tuple[str | Promise, ...]
    price: int
    tint: str
    before: int = 0
    badge: str | Promise = ""

    @property
    def picture(self) -> str:
        return f"demo/products/{self.key}.svg"


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        category.key: category
        for category in (
            Category(
                "shoes",
                _("Shoes"),
                _("For wet roads, dry trails and the short way to the bakery."),
            ),
            Category(
                "kitchen", _("Kitchen"), _("A few good tools, made to be used every single day.")
            ),
            Category(
                "home",
                pgettext_lazy("shelf of a shop", "Home"),
                _("Light, linen and small things that make a room yours."),
            ),
        )
    }
)

_ALL = (
    Product(
        "trail-runner",
        "shoes",
        _("Ridge trail runner"),
        _("Grippy, light, dry by noon"),
        _(
            "Nineteen lugs bite into wet leaves, the mesh lets the water out again, and the "
            "rubber toe forgives the stones you did not see."
        ),
        (_("268 g in size 41"), _("4 mm drop"), _("Recycled mesh, natural rubber")),
        59900,
        "peach",
        badge=_("New"),
    ),
    Product(
        "canvas-low",
        "shoes",
        _("Harbor canvas low-top"),
        _("Sunny cotton, stitched twice"),
        _(
            "Heavy cotton canvas on a flat rubber sole. It looks better in its second summer, "
            "and the insole comes out for washing."
        ),
        (_("Organic cotton, 14 oz"), _("Washable insole"), _("Sizes 35 to 46")),
        32900,
        "butter",
    ),
    Product(
        "wool-slip-on",
        "shoes",
        _("Ember wool slip-on"),
        _("Warm without being hot"),
        _(
            "Merino felt that keeps its shape, a cork bed that takes on yours. For offices, "
            "trains and kitchens with a stone floor."
        ),
        (_("Merino felt, 4 mm"), _("Cork foot bed"), _("No laces, no fuss")),
        27900,
        "lilac",
    ),
    Product(
        "rain-boot",
        "shoes",
        _("Puddle rain boot"),
        _("Knee-deep in good mood"),
        _(
            "Vulcanised in one piece, so there is no seam for the rain to find. Lined with "
            "cotton, with a loop to pull it on."
        ),
        (_("Natural rubber"), _("Cotton lining"), _("Height 32 cm")),
        25100,
        "mint",
        before=35900,
        badge=_("−30 %"),
    ),
    Product(
        "kettle",
        "kitchen",
        _("Heron pour-over kettle"),
        _("A slow, steady stream"),
        _(
            "The long neck pours as thinly as you wish. Heats 0.9 litres in four minutes and "
            "holds the temperature for an hour."
        ),
        (_("0.9 l, 1,000 W"), _("40 to 100 °C"), _("Walnut handle")),
        26900,
        "sand",
        badge=_("Favourite"),
    ),
    Product(
        "cast-iron-pot",
        "kitchen",
        _("Hearth cast-iron pot"),
        _("From stove to table, for decades"),
        _(
            "Enamelled inside and out, heavy enough to brown an onion without hurry. The lid "
            "returns every drop to the stew."
        ),
        (_("4.2 l for four to six"), _("Every stove, oven to 250 °C"), _("30 years guarantee")),
        49900,
        "peach",
    ),
    Product(
        "chef-knife",
        "kitchen",
        _("Keel chef’s knife"),
        _("18 cm of calm"),
        _(
            "Forged, ground by hand and balanced at the bolster. It arrives sharp and comes back "
            "to us for a free edge every year."
        ),
        (_("Steel X50CrMoV15"), _("Blade 18 cm"), _("Free sharpening, once a year")),
        36900,
        "sky",
    ),
    Product(
        "mug-set",
        "kitchen",
        _("Dune mug set"),
        _("Two mugs, one for company"),
        _(
            "Stoneware, thrown and glazed in a small workshop; no two are quite the same. They "
            "keep the tea hot and the hand cool."
        ),
        (_("Set of two, 300 ml and 420 ml"), _("Dishwasher safe"), _("Lead-free glaze")),
        14900,
        "sand",
    ),
    Product(
        "desk-lamp",
        "home",
        _("Halo desk lamp"),
        _("Light where the page is"),
        _(
            "One hand moves it, and it stays. Three warm whites, dimmed by a turn of the joint, "
            "for late chapters and early trains."
        ),
        (_("9 W LED, CRI 95"), _("2,200 to 3,500 K"), _("Steel and brass")),
        32900,
        "butter",
        badge=_("New"),
    ),
    Product(
        "linen-throw",
        "home",
        _("Tide linen throw"),
        _("Washed soft before you get it"),
        _(
            "European flax, woven loosely and washed with stones until it falls like water. Warm "
            "in winter, airy in summer."
        ),
        (_("140 × 200 cm"), _("Pure linen"), _("Machine wash, 40 °C")),
        23900,
        "mint",
    ),
    Product(
        "vase",
        "home",
        _("Reed ceramic vase"),
        _("Happy with three stems"),
        _(
            "A narrow neck that holds a branch where you put it. Glazed inside, matte outside, "
            "lovely when empty."
        ),
        (_("Height 24 cm"), _("Watertight"), _("Thrown by hand")),
        11800,
        "lilac",
        before=16900,
        badge=_("−30 %"),
    ),
    Product(
        "wall-clock",
        "home",
        _("Meridian wall clock"),
        _("Quiet by design"),
        _(
            "A sweeping second hand without a tick, in a frame of oiled oak. One battery lasts "
            "about two years."
        ),
        (_("Diameter 30 cm"), _("Oiled oak"), _("Silent movement")),
        19900,
        "sky",
    ),
)

PRODUCTS: Mapping[str, Product] = MappingProxyType({product.key: product for product in _ALL})
FRONT = ("trail-runner", "kettle", "desk-lamp", "cast-iron-pot", "canvas-low", "vase", "mug-set",
         "linen-throw")  # fmt: skip


def of_category(key: str) -> tuple[Product, ...]:
    return tuple(product for product in _ALL if product.category == key)


def others(product: Product, *, count: int = 4) -> tuple[Product, ...]:
    """Companions for a product page: its category first."""
    rest: Iterable[Product] = sorted(
        (p for p in _ALL if p.key != product.key), key=lambda p: p.category != product.category
    )
    return tuple(rest)[:count]


def front() -> tuple[Product, ...]:
    """The products on the home page."""
    return tuple(PRODUCTS[key] for key in FRONT)
