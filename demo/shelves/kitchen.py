"""Kitchenware of the demo shop."""

from django.utils.translation import gettext_lazy as _

from demo.wares import Product

SHELF = "kitchen"

PRODUCTS = (
    Product(
        "kettle",
        SHELF,
        "heron",
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
        before=38500,
        also=("coffee", "tea", "咖啡", "茶", "水壶"),
    ),
    Product(
        "cast-iron-pot",
        SHELF,
        "hearth",
        _("Hearth cast-iron pot"),
        _("From stove to table, for decades"),
        _(
            "Enamelled inside and out, heavy enough to brown an onion without hurry. The lid "
            "returns every drop to the stew."
        ),
        (_("4.2 l for four to six"), _("Every stove, oven to 250 °C"), _("30 years guarantee")),
        49900,
        "peach",
        also=("casserole", "dutch oven", "锅", "炖锅", "铸铁"),
    ),
    Product(
        "chef-knife",
        SHELF,
        "keel",
        _("Keel chef’s knife"),
        _("18 cm of calm"),
        _(
            "Forged, ground by hand and balanced at the bolster. It arrives sharp and comes back "
            "to us for a free edge every year."
        ),
        (_("Steel X50CrMoV15"), _("Blade 18 cm"), _("Free sharpening, once a year")),
        36900,
        "sky",
        also=("blade", "刀", "菜刀"),
    ),
    Product(
        "mug-set",
        SHELF,
        "dune",
        _("Dune mug set"),
        _("Two mugs, one for company"),
        _(
            "Stoneware, thrown and glazed in a small workshop; no two are quite the same. They "
            "keep the tea hot and the hand cool."
        ),
        (_("Set of two, 300 ml and 420 ml"), _("Dishwasher safe"), _("Lead-free glaze")),
        14900,
        "sand",
        before=17900,
        also=("cups", "coffee", "tea", "杯", "杯子", "咖啡"),
    ),
    Product(
        "coffee-mill",
        SHELF,
        "heron",
        _("Heron coffee mill"),
        _("Forty turns, one good cup"),
        _(
            "Steel burrs that a small screw sets from espresso to French press. The drawer holds "
            "enough for two, and the whole house knows when it is time."
        ),
        (_("Steel burrs, eighteen settings"), _("Drawer for 30 g"), _("Walnut and steel")),
        27900,
        "lilac",
        before=34900,
        also=("grinder", "beans", "咖啡", "磨豆机", "研磨"),
    ),
    Product(
        "oak-board",
        SHELF,
        "keel",
        _("Keel oak board"),
        _("Kind to every blade"),
        _(
            "One piece of oak, oiled three times, with a hole to hang it by. Scratches sand out; "
            "a little oil in spring and it starts again."
        ),
        (_("40 × 24 cm, 2.5 cm thick"), _("One piece, no glue"), _("Oil and sandpaper enclosed")),
        17900,
        "mint",
        also=("cutting", "chopping", "wood", "砧板", "菜板", "木"),
    ),
    Product(
        "skillet",
        SHELF,
        "hearth",
        _("Hearth iron skillet"),
        _("Better with every egg"),
        _(
            "Cast iron, polished by hand and burnt in twice with linseed oil. It needs no "
            "coating, no instructions and no replacement."
        ),
        (_("Diameter 26 cm"), _("Every stove, and the camp fire"), _("Seasoned twice")),
        28900,
        "sky",
        also=("pan", "frying", "锅", "煎锅", "平底锅"),
    ),
    Product(
        "serving-bowl",
        SHELF,
        "dune",
        _("Dune serving bowl"),
        _("For salad, oranges or keys"),
        _(
            "Wide stoneware with a bare foot and a glaze the colour of dry sand. The last of a "
            "series that the workshop will not fire again."
        ),
        (_("Diameter 28 cm"), _("Dishwasher safe"), _("Lead-free glaze")),
        13900,
        "butter",
        before=21900,
        stock=7,
        clearance=True,
        also=("dish", "salad", "碗", "沙拉", "果盘"),
    ),
)
