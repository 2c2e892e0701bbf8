"""What each design shows in the gallery, in English and Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """Words and a picture of the demo shop; "" where a design has none."""

    picture: str
    palette: str
    english: Mapping[str, str]
    chinese: Mapping[str, str]

    def in_language(self, locale: str) -> Mapping[str, str]:
        """The words for a locale: Chinese or, for all others, English."""
        return self.chinese if locale.startswith("zh") else self.english


def _words(headline: str, body: str, button: str, price: str = "", was: str = "") -> dict[str, str]:
    return {"headline": headline, "body": body, "button": button, "price": price, "was": was}


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
        "pot",
        "signal",
        _words("Hearth cast-iron pot", "For decades of stews.", "Buy now", "¥399", "¥499"),
        _words("壁炉铸铁锅", "相伴数十年。", "立即购买", "¥399", "¥499"),
    ),
    "strip": Example(
        "mugs",
        "forest",
        _words("Free delivery from ¥399", "At your door in two days.", "Start here"),
        _words("满 399 元包邮", "两日送达。", "去逛逛"),
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
        _words("Last pairs of the season", "While the shelves last.", "All reduced shoes", "−30 %"),
        _words("本季最后几双", "售完即止。", "全部特价鞋", "7 折"),
    ),
    "tile": Example(
        "lamp",
        "mono",
        _words("Dusk desk lamp", "Light where you need it.", "Add to cart", "¥329", "¥459"),
        _words("薄暮台灯", "暖光随心而定。", "加入购物车", "¥329", "¥459"),
    ),
}
