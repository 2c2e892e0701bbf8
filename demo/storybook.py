"""The stories of the demo's past, one per experiment, as they began.

Two of one placement lie one after the other. Home and promotion hero stay free of running fixed
tests: what learns or personalises runs there. Another kind of experiment is another entry with a
`build` of its own, and with `crowd` instead of `per_arm` where a policy says who gets what.
"""

from demo.stories import End, Story, only_draft, paused_at_once
from experiments.hypothesis import Parts

STORIES = (
    Story(
        "autumn-hero",
        "Home: a pot or a trail shoe",
        "home-hero",
        Parts(
            "show the trail shoe at sunrise",
            "more visitors click",
            "autumn is when people replace their running shoes",
        ),
        ("hero-hearth", "hero-trail"),
        begins=58,
        lasts=14,
        per_arm=1_150,
        planned_visitors=2_200,
        mde=30,
        end=End(
            "b",
            "The shoe at sunrise brought over a third more clicks than the pot, and the orders "
            "came along. It leads the page until winter.",
        ),
    ),
    Story(
        "cart-returns",
        "Cart: delivery or thirty days to return",
        "cart-strip",
        Parts(
            "promise thirty days to return in the cart",
            "more visitors look at the promise and order",
            "a way back takes the fear out of a purchase",
        ),
        ("cart-delivery", "cart-returns"),
        begins=47,
        lasts=14,
        per_arm=1_150,
        seed=2,
        planned_visitors=2_200,
        mde=30,
        end=End(
            "a",
            "Beside a full cart the word “return” cost a third of the clicks: it speaks of sending "
            "things back before they have arrived. Free delivery stays.",
        ),
    ),
    Story(
        "weekend-or-bundle",
        "Promotion: the weekend or a set for the table",
        "promotion-hero",
        Parts(
            "offer a set for the table instead of a weekend discount",
            "more visitors click",
            "a set is something to want, a discount only something to wait for",
        ),
        ("promo-weekend", "promo-bundle"),
        begins=38,
        lasts=14,
        per_arm=1_150,
        seed=19,
        planned_visitors=2_200,
        mde=30,
        end=End(
            "b",
            "A set to have now beats a discount to wait for: clearly more clicks, and no order "
            "lost. It is the default of the promotion page.",
        ),
    ),
    Story(
        "search-gift",
        "Search: a gift or the kitchen",
        "search-box",
        Parts(
            "show the kitchen beside the results instead of gifts",
            "more visitors click",
            "most searches are for something to cook with",
        ),
        ("search-gift", "search-kitchen"),
        begins=23,
        lasts=21,
        per_arm=1_700,
        seed=11,
        planned_days=21,
        planned_visitors=3_200,
        mde=25,
        end=End(),
    ),
    Story(
        "product-care",
        "Product: pairs or care",
        "product-strip",
        Parts(
            "explain how to care for a product below it",
            "more visitors click",
            "who learns how long it lasts trusts it more",
        ),
        ("product-pairs", "product-care"),
        begins=19,
        lasts=14,
        per_arm=1_400,
        planned_visitors=2_500,
        end=End(),
    ),
    Story(
        "category-strip-coffee",
        "Category: two pairs or good coffee",
        "category-strip",
        Parts(
            "show coffee instead of the two pairs in one box",
            "more visitors click",
            "a ritual is easier to want than a discount",
        ),
        ("strip-shoes", "strip-coffee"),
        begins=16,
        lasts=16,
        per_arm=1_400,
        seed=1,
        planned_visitors=2_500,
    ),
    Story(
        "clearance-last-pairs",
        "Clearance: full shelves or the last pairs",
        "clearance-hero",
        Parts(
            "say that these are the last pairs",
            "more visitors click and buy",
            "what may be gone tomorrow is wanted today",
        ),
        ("clear-shelves", "clear-last-pairs"),
        begins=15,
        lasts=15,
        per_arm=1_400,
        seed=3,
        planned_visitors=2_500,
    ),
    Story(
        "side-linen",
        "Category: the trail or the linen throw",
        "category-side",
        Parts(
            "show the linen throw at the side of the shelves",
            "more visitors click",
            "something soft is a rest between so many things",
        ),
        ("side-trail", "side-linen"),
        begins=9,
        lasts=9,
        per_arm=2_000,
        planned_visitors=5_000,
    ),
    Story(
        "product-returns",
        "Product: pairs or thirty days to return",
        "product-strip",
        Parts(
            "promise thirty days to return below the product",
            "more visitors click",
            "the promise answers the last doubt before the cart",
        ),
        ("product-pairs", "product-returns"),
        begins=4,
        lasts=4,
        per_arm=400,
        seed=3,
        planned_visitors=3_000,
    ),
    Story(
        "search-shoes",
        "Search: a gift or something for the road",
        "search-box",
        Parts(
            "show shoes beside the results",
            "more visitors click",
            "shoes are searched for more than anything else in spring and autumn",
        ),
        ("search-gift", "search-shoes"),
        begins=0,
        planned_visitors=2_500,
        build=paused_at_once,
    ),
    Story(
        "cart-nudge",
        "Cart: delivery or a mug for later",
        "cart-strip",
        Parts(
            "suggest a mug in the cart",
            "more visitors add one",
            "the small price feels like part of the order",
        ),
        ("cart-delivery", "cart-mugs"),
        begins=0,
        planned_visitors=2_500,
        build=only_draft,
    ),
)
