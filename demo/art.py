"""The demo's banners: pictures (drawn in `demo.artwork`), words and where they lead."""

from dataclasses import dataclass

from delivery.config import ROOT
from demo import artwork

FOLDER = ROOT / "static" / "demo" / "banners"
PICTURES = ROOT / "static" / "demo" / "pictures"


@dataclass(frozen=True, slots=True)
class Banner:
    """A banner as it is uploaded: made for one placement; `leads_to` is a path in the shop.

    The alternative text says what the picture's words say, in English and in Chinese.
    """

    key: str
    placement: str
    name: str
    alt: str
    leads_to: str

    @property
    def file(self) -> str:
        return f"{self.key}.webp"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return artwork.SIZES[self.key]

    def read(self) -> bytes:
        return (FOLDER / self.file).read_bytes()


BANNERS = (
    Banner(
        "hero-welcome",
        "home-hero",
        "Hero · Good things for home and road",
        "Good things for home and road: boots, kettles, lamps and more · 居家与远行，都有好物相伴",
        "c/home/",
    ),
    Banner(
        "hero-trail",
        "home-hero",
        "Hero · Ridge at sunrise",
        "Grip for every early morning: the new Ridge trail runner, ¥599 · 每个清晨，步步抓地",
        "p/trail-runner/",
    ),
    Banner(
        "hero-hearth",
        "home-hero",
        "Hero · Slow food, easy evenings",
        "Slow food, easy evenings: the kitchen edit, pots and pans · 慢炖一餐，从容一晚",
        "c/kitchen/",
    ),
    Banner(
        "hero-light",
        "home-hero",
        "Hero · Evenings, better lit",
        "Evenings, better lit: Halo desk lamp from ¥329, three warm whites · 夜读时分，灯光正好",
        "p/desk-lamp/",
    ),
    Banner(
        "hero-harvest",
        "home-hero",
        "Hero · Harvest week",
        "Harvest week: 30 % off boots (¥251) and vases (¥118) until Sunday night · "
        "丰收周：雨靴、花瓶七折，周日止",
        "promotion/",
    ),
    Banner(
        "hero-boots",
        "home-hero",
        "Hero · Puddles? Yes, please",
        "Puddles? Yes, please. Puddle rain boot, 30 % off: now ¥251 instead of ¥359 · "
        "见到水坑，尽管踩下去",
        "p/rain-boot/",
    ),
    Banner(
        "hero-kitchen",
        "home-hero",
        "Hero · Three tools, a thousand dinners",
        "Three tools, a thousand dinners: knife, pot and kettle from the kitchen shelf · "
        "三件厨具，千顿好饭",
        "c/kitchen/",
    ),
    Banner(
        "hero-shoes",
        "home-hero",
        "Hero · Three pairs for any road",
        "Three pairs for any road: trail, town, home. Shop all shoes · 三双好鞋，走遍四方",
        "c/shoes/",
    ),
    Banner(
        "strip-shoes",
        "category-strip",
        "Category · Two pairs, one box",
        "Two pairs, one box, 15 % less: mix your pairs · 两双同寄，享八五折",
        "c/shoes/",
    ),
    Banner(
        "strip-coffee",
        "category-strip",
        "Category · Good coffee takes its time",
        "Good coffee takes its time: Heron kettle, ¥269 · 好咖啡，值得慢慢等",
        "p/kettle/",
    ),
    Banner(
        "strip-lamps",
        "category-strip",
        "Category · A light for the last chapter",
        "A light for the last chapter: Halo desk lamp, ¥329 · 为最后一章，留一盏灯",
        "p/desk-lamp/",
    ),
    Banner(
        "side-trail",
        "category-side",
        "Side · Leave early, go far",
        "Leave early. Go far. Ridge trail runner, ¥599 · 早一步出发，远一程风景",
        "p/trail-runner/",
    ),
    Banner(
        "side-linen",
        "category-side",
        "Side · Softer with every wash",
        "Softer with every wash: Tide linen throw, ¥239 · 越洗越柔的亚麻",
        "p/linen-throw/",
    ),
    Banner(
        "product-care",
        "product-strip",
        "Product · Good for years, with a little care",
        "Good for years, with a little care: repaired, not replaced · 勤刷轻养，历久如新",
        "",
    ),
    Banner(
        "product-returns",
        "product-strip",
        "Product · Thirty days to try it at home",
        "Thirty days to try it at home, returns are on us · 居家试用三十天，不合意就退",
        "",
    ),
    Banner(
        "product-pairs",
        "product-strip",
        "Product · Goes well with company",
        "Goes well with company: a kettle and the Dune mug set, ¥149 · 一壶两杯，刚好有伴",
        "p/mug-set/",
    ),
    Banner(
        "promo-weekend",
        "promotion-hero",
        "Promotion · Rain or shine",
        "This weekend only: rain or shine, 30 % off. Boot ¥251, vase ¥118 · "
        "周末特惠：雨靴、花瓶七折",
        "clearance/",
    ),
    Banner(
        "promo-bundle",
        "promotion-hero",
        "Promotion · Two pairs, one box",
        "Mix any two: two pairs, one box, −15 %. Choose your two · 任选两双，一起享八五折",
        "c/shoes/",
    ),
    Banner(
        "promo-members",
        "promotion-hero",
        "Promotion · Members shop a day early",
        "Friends of Qiwu: members shop a day early. See the early shelf · 会员先选一天，好物不错过",
        "promotion/",
    ),
    Banner(
        "clear-last-pairs",
        "clearance-hero",
        "Clearance · Last pairs, last chance",
        "Clearance: last pairs, last chance. Rain boots −30 %, was ¥359, now ¥251 · "
        "最后几双，售完即止",
        "p/rain-boot/",
    ),
    Banner(
        "clear-shelves",
        "clearance-hero",
        "Clearance · Clearing the shelves",
        "Clearing the shelves: boots and vases 30 % off, some are gone · 清架让新：雨靴、花瓶七折",
        "clearance/",
    ),
    Banner(
        "clear-countdown",
        "clearance-hero",
        "Clearance · Three, two, one, gone",
        "Clearance until Sunday night: three, two, one, gone. Catch the rest · 倒数三天，售完不补",
        "clearance/",
    ),
    Banner(
        "search-gift",
        "search-box",
        "Search · A gift for two",
        "A gift for two: Dune mug set, two mugs for ¥149 · 一份礼，两人共暖",
        "search/?q=mug",
    ),
    Banner(
        "search-kitchen",
        "search-box",
        "Search · Good tools, good soup",
        "Good tools, good soup: shop the kitchen · 好厨具，煮出好滋味",
        "c/kitchen/",
    ),
    Banner(
        "search-shoes",
        "search-box",
        "Search · Still looking?",
        "Still looking? Try these on: all shoes · 还在找？先试试这几双",
        "c/shoes/",
    ),
    Banner(
        "cart-delivery",
        "cart-strip",
        "Cart · Free delivery",
        "Free delivery from ¥399, in two days, returns on us · 满 399 元包邮，两日送达",
        "",
    ),
    Banner(
        "cart-mugs",
        "cart-strip",
        "Cart · A mug for later?",
        "A mug for later? Dune stoneware, a pair, add it for ¥149 · 顺手带一对陶杯",
        "p/mug-set/",
    ),
    Banner(
        "cart-wrap",
        "cart-strip",
        "Cart · Is it a gift?",
        "Is it a gift? We wrap it by hand, in recycled paper · 送礼？我们手工包好",
        "",
    ),
    Banner(
        "cart-returns",
        "cart-strip",
        "Cart · Thirty days to change your mind",
        "Thirty days to change your mind: send it back, free of charge · 三十天内，随心退换",
        "",
    ),
)
