"""The boxes beside what a search found."""

from demo.artwork.drawing import (
    BOX,
    SERIF,
    SERIF_SC,
    Drawing,
    Ink,
    circles,
    copy,
    floor,
    glow,
    gradient,
    ground,
    standing,
)
from demo.artwork.props import gift

WIDTH, HEIGHT = 300, 250


def _gift() -> str:
    ink = Ink("#fff3e2", "#ffe3bd", "#f4c95d", "#3d1220", SERIF, SERIF_SC)
    return (
        ground(WIDTH, HEIGHT, gradient("wine", "#5f1a2e", "#842a3a", "#a3453c", x2=0.6, y2=1),
               glow("light", "#ffcf8a", strength=0.55), fill="url(#wine)")
        + '<ellipse cx="244" cy="196" rx="112" ry="96" fill="url(#light)"/>'
        + circles(((24, 222, 3), (282, 28, 3), (262, 60, 2), (226, 22, 2), (290, 112, 2)),
                  "#ffd9a8", 0.8)
        + '<path d="M0 250v-14c90-16 210-18 300-6v20z" fill="#4f1424"/>'
        + gift(232, 234, scale=0.62, box="#2f6f73", band="#f4c95d")
        + standing("mug-set", 255, 240, 100)
        + copy(ink, BOX, 20, 100, kicker="DUNE MUG SET", lines=("A gift", "for two."), size=36,
               zh="一份礼，两人共暖", button="Two mugs · ¥149", width=142)
    )  # fmt: skip


def _kitchen() -> str:
    ink = Ink("#23363a", "#8a3a1c", "#2f6f73", "#fff8ec", SERIF, SERIF_SC)
    tiles = "".join(
        f'<rect x="{x + (row % 2) * 22 - 22}" y="{row * 22 + 1}" width="41" height="19" rx="2"/>'
        for row in range(10)
        for x in range(0, 340, 44)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("wall", "#f8eedd", "#f3dfc0"), fill="url(#wall)")
        + f'<g fill="#fff" opacity=".42">{tiles}</g>'
        + floor(216, WIDTH, HEIGHT, "#a86b3f", "#87512b")
        + standing("cast-iron-pot", 228, 230, 166)
        + standing("chef-knife", 80, 234, 112)
        + copy(ink, BOX, 20, 86, lines=("Good tools,", "good soup."), size=32,
               zh="好厨具，煮出好滋味", button="Shop the kitchen", width=140)
    )  # fmt: skip


def _shoes() -> str:
    ink = Ink("#12343a", "#1c4a52", "#12343a", "#ffe9c8")
    return (
        ground(WIDTH, HEIGHT, gradient("mint", "#d9efe6", "#a9d6c8"), fill="url(#mint)")
        + '<path d="M0 250v-50c80-44 200-50 300-6v56z" fill="#2f6f73"/>'
        '<path d="M0 250v-30c90-30 210-34 300-8v38z" fill="#235a60"/>'
        + standing("canvas-low", 212, 212, 168, turn=-4)
        + standing("wool-slip-on", 90, 238, 152)
        + copy(ink, BOX, 20, 86, lines=("Still looking?", "Try these on."), size=31,
               zh="还在找？先试试这几双", button="All shoes", width=96)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("search-gift", _gift),
        ("search-kitchen", _kitchen),
        ("search-shoes", _shoes),
    )
)
