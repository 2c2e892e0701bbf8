"""The tall pictures beside a category's shelf."""

from demo.artwork.drawing import (
    SERIF,
    SERIF_SC,
    SIDE,
    Drawing,
    Ink,
    circles,
    copy,
    glow,
    gradient,
    ground,
    standing,
)
from demo.artwork.props import sprig

WIDTH, HEIGHT = 300, 600


def _trail() -> str:
    ink = Ink("#14303c", "#1f4757", "#14303c", "#ffe9c8")
    pines = "".join(
        f'<path d="M{x} {y}l{w / 2} {-h}l{w / 2} {h}zM{x + w * 0.08} {y - h * 0.36}l{w * 0.42} '
        f'{-h * 0.84}l{w * 0.42} {h * 0.84}z"/>'
        for x, y, w, h in (
            (6, 470, 44, 78),
            (40, 486, 34, 58),
            (252, 462, 42, 82),
            (222, 474, 30, 54),
        )
    )
    return (
        ground(WIDTH, HEIGHT, gradient("dawn", "#bfe0e4", "#f6e3c0", "#f5b98a", x2=0.2, y2=1),
               fill="url(#dawn)")
        + circles(((196, 330, 104),), "#fff3d0", 0.45)
        + circles(((196, 330, 70),), "#fff8e2")
        + '<path d="M0 414l52-62 40 40 62-84 58 74 40-36 48 58v196H0z" fill="#8aa5ae" '
        'opacity=".8"/>'
        '<path d="M154 308l-22 30 16-4 10 12 10-14 14 8z" fill="#fff" opacity=".9"/>'
        '<path d="M0 452c60-34 120-22 170-8s90 2 130-18v174H0z" fill="#4d7480"/>'
        f'<g fill="#1d3f4a">{pines}</g>'
        '<path d="M0 486c70-22 190-26 300-8v122H0z" fill="#23505c"/>'
        '<path d="M118 600c10-40 70-60 46-80s-60-20-30-38c-6 20 60 20 84 40s-30 44-24 78z" '
        'fill="#e9c58d" opacity=".85"/>'
        + standing("trail-runner", 152, 540, 320, turn=-8)
        + copy(ink, SIDE, 26, 142, kicker="RIDGE TRAIL RUNNER", lines=("Leave early.", "Go far."),
               size=42, zh="早一步出发，远一程风景", button="See it · ¥599", width=148)
    )  # fmt: skip


def _linen() -> str:
    ink = Ink("#2f3d36", "#7a4328", "#b8452b", "#fff6e8", SERIF, SERIF_SC)
    folds = "".join(
        f'<path d="M{x} 0c10 90-10 380 4 600" stroke="#fff" stroke-width="{w}" fill="none" '
        'opacity=".35"/>'
        for x, w in ((20, 10), (64, 16), (226, 14), (276, 10))
    )
    return (
        ground(WIDTH, HEIGHT, gradient("cloth", "#f8efe2", "#efdcc6", "#e4c6a8", x2=0.3, y2=1),
               glow("window", "#fffdf2", strength=0.9), fill="url(#cloth)")
        + folds
        + '<ellipse cx="150" cy="360" rx="210" ry="190" fill="url(#window)"/>'
        '<path d="M38 600V396a112 112 0 0 1 224 0v204z" fill="#cfe0d3"/>'
        '<rect y="536" width="300" height="64" fill="#a9744a"/>'
        '<rect y="536" width="300" height="6" fill="#8a5a35"/>'
        + sprig(246, 544, scale=0.9, turn=8)
        + sprig(238, 544, scale=0.7, turn=-12, leaf="#93ab7a")
        + standing("linen-throw", 136, 560, 318)
        + copy(ink, SIDE, 26, 146, kicker="TIDE LINEN THROW", lines=("Softer with", "every wash."),
               size=42, zh="越洗越柔的亚麻", button="Feel it · ¥239", width=148)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (("side-trail", _trail), ("side-linen", _linen))
)
