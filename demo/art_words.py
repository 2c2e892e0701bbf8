"""What the demo's banners say in Chinese, and why some of them may say it all year."""

from collections.abc import Mapping
from typing import Final

_CHINESE: Final = {
    "hero-welcome": "居家与远行，都有好物相伴：雨靴、水壶、台灯等等",
    "hero-trail": "每个清晨，步步抓地：全新 Ridge 越野跑鞋，¥599",
    "hero-hearth": "慢炖一餐，从容一晚：厨房精选，锅具与餐盘",
    "hero-light": "夜读时分，灯光正好：Halo 台灯 ¥329 起，三档暖光",
    "hero-harvest": "丰收周：雨靴（¥251）、花瓶（¥118）七折，周日止",
    "hero-boots": "见到水坑，尽管踩下去：Puddle 雨靴七折，原价 ¥359，现价 ¥251",
    "hero-kitchen": "三件厨具，千顿好饭：刀、锅、水壶，都在厨房区",
    "hero-shoes": "三双好鞋，走遍四方：越野、通勤、居家，看看全部鞋履",
    "strip-shoes": "两双同寄，享八五折：款式随意搭配",
    "strip-coffee": "好咖啡，值得慢慢等：Heron 手冲壶，¥269",
    "strip-lamps": "为最后一章，留一盏灯：Halo 台灯，¥329",
    "side-trail": "早一步出发，远一程风景：Ridge 越野跑鞋，¥599",
    "side-linen": "越洗越柔的亚麻：Tide 亚麻盖毯，¥239",
    "product-care": "勤刷轻养，历久如新：能修就修，不必换新",
    "product-returns": "居家试用三十天，不合意就退，退货免费",
    "product-pairs": "一壶两杯，刚好有伴：水壶配 Dune 对杯，¥149",
    "promo-weekend": "周末特惠：晴雨皆宜，七折。雨靴 ¥251，花瓶 ¥118",
    "promo-bundle": "任选两双，一起享八五折：挑你的两双",
    "promo-members": "会员先选一天，好物不错过：栖物之友，先看新架",
    "clear-last-pairs": "清仓：最后几双，售完即止。雨靴七折，原价 ¥359，现价 ¥251",
    "clear-shelves": "清架让新：雨靴、花瓶七折，部分已售完",
    "clear-countdown": "清仓到周日止：倒数三天，售完不补",
    "search-gift": "一份礼，两人共暖：Dune 对杯，两只 ¥149",
    "search-kitchen": "好厨具，煮出好滋味：逛逛厨房区",
    "search-shoes": "还在找？先试试这几双：看看全部鞋履",
    "cart-delivery": "满 399 元包邮，两日送达，退货免费",
    "cart-mugs": "顺手带一对陶杯：Dune 陶杯，一对 ¥149",
    "cart-wrap": "送礼？我们用再生纸手工包好",
    "cart-returns": "三十天内，随心退换：免费寄回",
}
ALTS: Final[Mapping[str, Mapping[str, str]]] = {"zh-Hans": _CHINESE}
"""Alternative texts by language and key of the banner."""

_EVERY_WEEK = "The demo shop has this sale every week: the promise starts anew on Monday."
WAIVED: Final[Mapping[str, Mapping[str, str]]] = {
    "hero-harvest": {"expiry": _EVERY_WEEK},
    "promo-weekend": {"expiry": _EVERY_WEEK},
    "clear-countdown": {"expiry": _EVERY_WEEK},
}
"""Warnings that pass in the demo, by key of the banner, with the reason."""
