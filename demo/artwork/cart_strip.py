"""The low strips above the cart: one headline, one line below it in both languages."""

from demo.artwork.drawing import (
    GROTESK,
    PLAIN,
    SERIF,
    Drawing,
    circles,
    gradient,
    ground,
    pill,
    put,
    standing,
    words,
)
from demo.artwork.props import arrow, gift, parcel, sprig

WIDTH, HEIGHT = 728, 90


def _lines(head: str, below: str, zh: str, x: float, *, inks: tuple[str, str],
           font: str = GROTESK) -> str:  # fmt: skip
    """The headline, and below it the English and the Chinese of the second line."""
    strong, quiet = inks
    second = (
        f'<tspan font-weight="400">{below}</tspan><tspan dx="11" font-weight="700" '
        f'font-family="Noto Sans CJK SC, sans-serif" letter-spacing="1">{zh}</tspan>'
    )
    return words(head, x, 41, 27, strong, font=font) + words(
        second, x + 1, 68, 15.5, quiet, font=PLAIN
    )


def _delivery() -> str:
    van = (
        '<g stroke="#8fc7a5" stroke-width="4" stroke-linecap="round" opacity=".7">'
        '<path d="M20 36h22M10 50h30M24 64h16"/></g>'
        '<rect x="52" y="22" width="66" height="42" rx="6" fill="#fff3d9"/>'
        '<path d="M118 34h20c6 0 12 12 14 18v12h-34z" fill="#f0803c"/>'
        '<path d="M124 40h12l7 12h-19z" fill="#cfe6dc"/>'
        + circles(((72, 66, 10), (134, 66, 10)), "#1b2f26")
        + circles(((72, 66, 4), (134, 66, 4)), "#cfe6dc")
        + '<path d="M85 30c12-6 20 8 0 22-20-14-12-28 0-22z" fill="#c8402b"/>'
    )
    return (
        ground(WIDTH, HEIGHT, gradient("leaf", "#244c3a", "#356a50"), fill="url(#leaf)")
        + '<path d="M0 76h728v14H0z" fill="#1b3a2c" opacity=".6"/>'
        + van
        + _lines("Free delivery from ¥399", "In two days, returns on us",
                 "满 399 元包邮，两日送达", 180,
                 inks=("#fff8e8", "#d6eadf"))
        + arrow(684, 45, "#f0803c", "#241a12")
    )  # fmt: skip


def _mugs() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("sand", "#f8e6ca", "#eec79a"), fill="url(#sand)")
        + circles(((92, 46, 64),), "#fff4e0", 0.8)
        + standing("mug-set", 92, 84, 112)
        + _lines("A mug for later?", "Dune stoneware, a pair", "顺手带一对陶杯", 180,
                 inks=("#4a2b1c", "#6b4329"), font=SERIF)
        + pill("Add · ¥149", 572, 23, 128, fill="#a8432a", ink="#fff6e8", height=44)
    )  # fmt: skip


def _wrap() -> str:
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="2.5"/>' for x in range(14, 728, 34) for y in (14, 50, 86)
    ) + "".join(
        f'<circle cx="{x}" cy="{y}" r="2.5"/>' for x in range(31, 728, 34) for y in (32, 68)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("rose", "#7c2238", "#a03448"), fill="url(#rose)")
        + f'<g fill="#ffd9c2" opacity=".13">{dots}</g>'
        + sprig(46, 92, scale=0.42, turn=-16, leaf="#8fb08a")
        + sprig(134, 92, scale=0.42, turn=14, leaf="#8fb08a")
        + gift(92, 84, scale=0.5, box="#f3e2c5", band="#e0a33c")
        + _lines("Is it a gift? We wrap it.", "By hand, in recycled paper",
                 "送礼？我们手工包好", 180,
                 inks=("#fff3e4", "#ffd9c8"), font=SERIF)
        + arrow(684, 45, "#f4c95d", "#3d1220")
    )  # fmt: skip


def _returns() -> str:
    loop = put(
        '<path d="M-44 6a46 46 0 1 0 16-38" fill="none" stroke="#f0803c" stroke-width="10" '
        'stroke-linecap="round"/><path d="M-40-50l6 28 28-6" fill="none" stroke="#f0803c" '
        'stroke-width="10" stroke-linecap="round" stroke-linejoin="round"/>',
        146, 40, scale=0.4,
    )  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("sky", "#dcebf2", "#b7d3e2"), fill="url(#sky)")
        + '<path d="M0 90V74c60-12 130-12 200 16z" fill="#8fb4c9"/>'
        + parcel(76, 82, scale=0.56)
        + loop
        + _lines("Thirty days to change your mind", "Send it back, free of charge",
                 "三十天内，随心退换", 180,
                 inks=("#17323f", "#27495a"))
        + arrow(684, 45, "#17323f", "#ffe9c8")
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("cart-delivery", _delivery),
        ("cart-mugs", _mugs),
        ("cart-wrap", _wrap),
        ("cart-returns", _returns),
    )
)
