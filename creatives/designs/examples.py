"""What each design shows in the gallery, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """Words and a picture of the demo shop; "" where a design has none. `more` come after it."""

    picture: str
    palette: str
    english: Mapping[str, str]
    chinese: Mapping[str, str]
    more: tuple[str, ...] = ()

    def in_language(self, locale: str) -> Mapping[str, str]:
        """The words for a locale: Chinese or, for all others, English."""
        return self.chinese if locale.startswith("zh") else self.english


def _words(headline: str, body: str, button: str, price: str = "", was: str = "") -> dict[str, str]:
    return {"headline": headline, "body": body, "button": button, "price": price, "was": was}


def _moved(button: str, *slides: tuple[str, str]) -> dict[str, str]:
    """Words of several pictures: each its headline and its text."""
    found = {"button": button}
    for number, (headline, body) in enumerate(slides, start=1):
        end = str(number) if number > 1 else ""
        found |= {f"headline{end}": headline, f"body{end}": body}
    return found


EXAMPLES: Mapping[str, Example] = {
    "split": Example(
        "breakfast",
        "sand",
        _words("Slow mornings, poured well", "Warm for a whole hour.", "Shop kettles", "¥269"),
        _words("慢下来，好好泡一壶", "一小时恒温。", "选购水壶", "¥269"),
    ),
    "cover": Example(
        "trail",
        "night",
        _words("Grip for every early morning", "New soles, light step.", "See the shoes"),
        _words("每个清晨，步步抓地", "全新鞋底，轻盈依旧。", "查看跑鞋"),
    ),
    "price": Example(
        "mugs",
        "signal",
        _words("Dune mug set", "Two mugs, one for company.", "Buy now", "¥149", "¥179"),
        _words("沙丘马克杯套装", "两只杯，一份陪伴。", "立即购买", "¥149", "¥179"),
    ),
    "strip": Example(
        "pot",
        "forest",
        _words("Slow food, easy evenings", "Pots for decades of stews.", "Shop pots"),
        _words("慢炖一餐，从容一晚", "相伴数十年的好锅。", "选购锅具"),
    ),
    "editorial": Example(
        "vase",
        "paper",
        _words("The quiet objects we keep", "A small collection for the home.", "Read and shop"),
        _words("那些安静的日常之物", "为家而作的小系列。", "阅读与选购"),
    ),
    "sale": Example(
        "",
        "signal",
        _words("Last pairs of the season", "While the shelves last.", "All shoes", "−30 %"),
        _words("本季最后几双", "售完即止。", "全部特价鞋", "7 折"),
    ),
    "tile": Example(
        "lamp",
        "mono",
        _words("Halo desk lamp", "Light where the page is.", "Add to cart", "¥329", "¥419"),
        _words("光晕台灯", "光照在书页上。", "加入购物车", "¥329", "¥419"),
    ),
    "carousel": Example(
        "mugs",
        "paper",
        _moved(
            "See the table",
            ("Mugs that stay warm", "Stoneware, glazed by hand."),
            ("A pot for decades", "Cast iron, three colours."),
            ("Light for late supper", "A lamp that finds the plate."),
        ),
        _moved(
            "看看餐桌",
            ("久握仍温的杯", "炻器，手工上釉。"),
            ("一口用几十年的锅", "铸铁，三种颜色。"),
            ("晚餐时的一盏灯", "光照在盘中。"),
        ),
        more=("pot", "lamp"),
    ),
}
