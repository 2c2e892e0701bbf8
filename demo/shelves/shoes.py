"""Shoes of the demo shop."""

from django.utils.translation import gettext_lazy as _

from demo.wares import Product

SHELF = "shoes"

PRODUCTS = (
    Product(
        "trail-runner",
        SHELF,
        "ridge",
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
        also=("sneakers", "running", "跑步", "运动鞋", "山地"),
    ),
    Product(
        "canvas-low",
        SHELF,
        "harbor",
        _("Harbor canvas low-top"),
        _("Sunny cotton, stitched twice"),
        _(
            "Heavy cotton canvas on a flat rubber sole. It looks better in its second summer, "
            "and the insole comes out for washing."
        ),
        (_("Organic cotton, 14 oz"), _("Washable insole"), _("Sizes 35 to 46")),
        32900,
        "butter",
        also=("sneakers", "plimsolls", "帆布", "休闲鞋"),
    ),
    Product(
        "wool-slip-on",
        SHELF,
        "ember",
        _("Ember wool slip-on"),
        _("Warm without being hot"),
        _(
            "Merino felt that keeps its shape, a cork bed that takes on yours. For offices, "
            "trains and kitchens with a stone floor."
        ),
        (_("Merino felt, 4 mm"), _("Cork foot bed"), _("No laces, no fuss")),
        27900,
        "lilac",
        also=("slippers", "loafers", "羊毛", "懒人鞋"),
    ),
    Product(
        "rain-boot",
        SHELF,
        "puddle",
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
        also=("wellies", "boots", "雨靴", "雨鞋", "防水"),
    ),
    Product(
        "hiking-boot",
        SHELF,
        "ridge",
        _("Ridge hiking boot"),
        _("Walks you up, and down again"),
        _(
            "Waxed leather over a padded ankle, a sole that holds on wet granite, and laces that "
            "stay tied. Resoled by us whenever it needs it."
        ),
        (_("Waxed leather, 2.4 mm"), _("Waterproof lining"), _("Can be resoled")),
        69900,
        "sand",
        also=("boots", "trekking", "mountain", "靴子", "登山鞋", "徒步"),
    ),
    Product(
        "espadrille",
        SHELF,
        "harbor",
        _("Harbor rope espadrille"),
        _("Barefoot, nearly"),
        _(
            "A canvas upper sewn by hand to a sole of braided jute. Light enough for a coat "
            "pocket, made for warm stones and short evenings."
        ),
        (_("Sole of braided jute"), _("Sewn by hand"), _("Sizes 36 to 45")),
        15900,
        "sky",
        before=22900,
        stock=5,
        clearance=True,
        also=("summer", "sandals", "草编鞋", "夏天", "渔夫鞋"),
    ),
)
