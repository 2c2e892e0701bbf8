"""The wide pictures of the promotion page."""

from demo.artwork.drawing import (
    BOOKMAN,
    HERO,
    Drawing,
    Ink,
    circles,
    copy,
    glow,
    gradient,
    ground,
    put,
    standing,
    words,
)
from demo.artwork.props import mark, rain, splash, sticker

WIDTH, HEIGHT = 1200, 400


def _weekend() -> str:
    ink = Ink("#fff7e6", "#ffd9a0", "#f4c95d", "#2a2030")
    drops = tuple(
        (560 + (i * 83) % 300, -10 + (i * 57) % 330, 20 + (i * 7) % 18) for i in range(26)
    )
    rays = "".join(
        f'<path d="M0 0L-22-430h44z" fill="#fff" opacity=".2" transform="rotate({angle})"/>'
        for angle in range(-170, 180, 24)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("navy", "#20304f", "#2d4a6d"),
               gradient("wet", "#4d7f9c", "#2f5c7c", x2=0.3, y2=1),
               gradient("sunny", "#ffd77a", "#f5a65b", x2=0.3, y2=1),
               '<clipPath id="left"><path d="M560 0h340L780 400H500z"/></clipPath>'
               '<clipPath id="right"><path d="M900 0h300v400H780z"/></clipPath>',
               fill="url(#navy)")
        + '<g clip-path="url(#left)"><rect x="480" width="440" height="400" fill="url(#wet)"/>'
        + rain(drops, "#cfe6f2", 0.55)
        + '<ellipse cx="660" cy="352" rx="170" ry="22" fill="#224a66"/>'
        '<ellipse cx="660" cy="350" rx="120" ry="12" fill="#6fa3bd" opacity=".7"/></g>'
        '<g clip-path="url(#right)"><rect x="760" width="440" height="400" fill="url(#sunny)"/>'
        + put(rays, 1040, 176)
        + circles(((1040, 176, 112),), "#fff3c8", 0.9)
        + '<path d="M760 350h440v50H760z" fill="#c9743f"/></g>'
        + splash(570, 346, "#e2f2f8", scale=0.7)
        + standing("rain-boot", 670, 354, 316)
        + standing("vase", 1030, 366, 318)
        + copy(ink, HERO, 72, 200, kicker="THIS WEEKEND ONLY",
               lines=("Rain or shine,", "30 % off."),
               size=62, zh="周末特惠：雨靴、花瓶七折", button="Boot ¥251 · Vase ¥118", width=240)
        + sticker("−30 %", 838, 74, 52, fill="#c0341d", ink="#fff6e6")
    )  # fmt: skip


def _open_box() -> str:
    """A shoe box, open, its lid leaning behind; its foot is at the origin."""
    back = (
        '<ellipse cx="0" cy="2" rx="270" ry="14" fill="#000" opacity=".16"/>'
        '<path d="M-230-150h460v60h-460z" fill="#8f3a24"/>'
        '<path d="M-224-152c30-40 70-46 104-18 30-34 74-34 104-4 30-34 80-34 108 0 34-26 84-18 132 '
        '22z" fill="#fff4e2"/>'
    )
    front = (
        '<path d="M-240-128h480L226 0h-452z" fill="#d4583a"/>'
        '<path d="M-240-128h480l-3 24h-474z" fill="#b8432a"/>'
    )
    shoes = standing("canvas-low", -96, -128, 300, turn=-14) + standing(
        "trail-runner", 104, -118, 306, turn=-16
    )
    return back + shoes + front + mark(-150, -52, 0.9, light=True)


def _bundle() -> str:
    ink = Ink("#3b2113", "#7a3216", "#2f6f73", "#fff8ec", BOOKMAN)
    return (
        ground(WIDTH, HEIGHT, gradient("honey", "#fbe3a8", "#f6c76b", "#efa954"),
               glow("light", "#fff6d8", strength=0.9), fill="url(#honey)")
        + '<ellipse cx="840" cy="190" rx="400" ry="260" fill="url(#light)"/>'
        '<ellipse cx="840" cy="430" rx="520" ry="104" fill="#d98a3c" opacity=".55"/>'
        + put(_open_box(), 836, 364)
        + put(words("Qiwu", 0, 0, 46, "#ffe9cf", font=BOOKMAN), 736, 328)
        + copy(ink, HERO, 72, 200, kicker="MIX ANY TWO", lines=("Two pairs,", "one box."),
               size=70, zh="任选两双，一起享八五折", button="Choose your two", width=194)
        + sticker("−15 %", 1084, 92, 66, fill="#b8452b", ink="#fff6e6")
    )  # fmt: skip


def _card() -> str:
    """A member's card, drawn around its middle."""
    return (
        '<rect x="-186" y="-110" width="372" height="236" rx="20" fill="#000" opacity=".25"/>'
        '<rect x="-190" y="-120" width="380" height="236" rx="20" fill="url(#card)"/>'
        '<path d="M-190 30C-80-60 40 90 190-50v146a20 20 0 0 1-20 20h-340a20 20 0 0 1-20-20z" '
        'fill="#fff" opacity=".12"/>'
        + mark(-142, -72, 0.875, light=True)
        + words("Qiwu 栖物", -100, -62, 30, "#fff6e6", font="P052, Noto Serif CJK SC, serif")
        + words("MEMBER · 会员", -158, 84, 19, "#ffe6bd",
                font="Nimbus Sans, Noto Sans CJK SC, sans-serif", spacing=3)
        + '<path d="M118 66l10 21 23 3-17 16 4 23-20-11-20 11 4-23-17-16 23-3z" fill="#ffd982" '
        'transform="translate(18 -14)"/>'
    )  # fmt: skip


def _members() -> str:
    ink = Ink(
        "#fdf3dc",
        "#f1cf8e",
        "#f1cf8e",
        "#143436",
        "P052, Palatino, serif",
        "Noto Serif CJK SC, serif",
    )
    colours = ("#f1cf8e", "#e88d67", "#8fc7bd", "#fdf3dc")
    bits = "".join(
        put(
            f'<rect width="{6 + i % 5 * 2}" height="5" rx="2" fill="{colours[i % 4]}"/>',
            560 + (i * 131 + i * i * 7) % 620,
            (i * 71) % 330,
            turn=i * 47,
        )
        for i in range(90)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("deep", "#0f2f33", "#17474a", "#23625f"),
               gradient("card", "#c8503a", "#a8391f", "#7f2614"),
               glow("gold", "#f1cf8e", strength=0.4), fill="url(#deep)")
        + '<ellipse cx="856" cy="190" rx="420" ry="260" fill="url(#gold)"/>'
        + f'<g opacity=".75">{bits}</g>'
        + '<path d="M480 400c120-60 560-74 720-40v40z" fill="#0c2629" opacity=".75"/>'
        + standing("desk-lamp", 980, 366, 346)
        + put(_card(), 828, 192, turn=-7)
        + standing("mug-set", 1084, 380, 176)
        + standing("canvas-low", 650, 378, 220)
        + copy(ink, HERO, 72, 200, kicker="FRIENDS OF QIWU", lines=("Members shop", "a day early."),
               size=64, zh="会员先选一天，好物不错过", button="See the early shelf", width=214)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("promo-weekend", _weekend),
        ("promo-bundle", _bundle),
        ("promo-members", _members),
    )
)
