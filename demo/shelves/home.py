"""Light, linen and small things of the demo shop."""

from django.utils.translation import gettext_lazy as _

from demo.wares import Product

SHELF = "home"

PRODUCTS = (
    Product(
        "desk-lamp",
        SHELF,
        "halo",
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
        before=41900,
        also=("light", "reading", "灯", "台灯"),
    ),
    Product(
        "linen-throw",
        SHELF,
        "tide",
        _("Tide linen throw"),
        _("Washed soft before you get it"),
        _(
            "European flax, woven loosely and washed with stones until it falls like water. Warm "
            "in winter, airy in summer."
        ),
        (_("140 × 200 cm"), _("Pure linen"), _("Machine wash, 40 °C")),
        23900,
        "mint",
        also=("blanket", "plaid", "毯子", "亚麻"),
    ),
    Product(
        "vase",
        SHELF,
        "reed",
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
        stock=4,
        clearance=True,
        also=("flowers", "花瓶", "陶瓷"),
    ),
    Product(
        "wall-clock",
        SHELF,
        "meridian",
        _("Meridian wall clock"),
        _("Quiet by design"),
        _(
            "A sweeping second hand without a tick, in a frame of oiled oak. One battery lasts "
            "about two years."
        ),
        (_("Diameter 30 cm"), _("Oiled oak"), _("Silent movement")),
        19900,
        "sky",
        before=27900,
        stock=3,
        clearance=True,
        also=("time", "钟", "挂钟"),
    ),
    Product(
        "cushion",
        SHELF,
        "tide",
        _("Tide linen cushion"),
        _("A place to lean"),
        _(
            "The same washed linen as our throw, filled with feathers that spring back. The cover "
            "comes off for the wash in one move."
        ),
        (_("45 × 45 cm"), _("Linen, feather filling"), _("Machine wash, 40 °C")),
        12900,
        "peach",
        before=15900,
        also=("pillow", "sofa", "靠垫", "抱枕", "亚麻"),
    ),
    Product(
        "lantern",
        SHELF,
        "halo",
        _("Halo garden lantern"),
        _("Takes the evening outside"),
        _(
            "Powder-coated steel and thick glass around one candle. It stands in the wind, hangs "
            "from a branch and folds flat for winter."
        ),
        (_("Height 31 cm"), _("For candles up to 6 cm"), _("Rustproof")),
        21900,
        "butter",
        also=("light", "candle", "灯", "提灯", "蜡烛", "户外"),
    ),
    Product(
        "planter",
        SHELF,
        "reed",
        _("Reed planter"),
        _("Gives a fern its corner"),
        _(
            "Thrown by hand, glazed outside and left bare inside, so that roots can breathe. The "
            "saucer is part of it, and nothing drips."
        ),
        (_("Diameter 19 cm"), _("With saucer"), _("Without the plant, sadly")),
        15900,
        "mint",
        also=("pot", "plants", "花盆", "植物", "陶瓷"),
    ),
)
