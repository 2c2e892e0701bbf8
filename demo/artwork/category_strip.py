"""The strips above a category's shelf."""

from demo.artwork.drawing import (
    SERIF,
    SERIF_SC,
    STRIP,
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
from demo.artwork.props import book

WIDTH, HEIGHT = 970, 250


def _shoes() -> str:
    ink = Ink("#173b42", "#1f5560", "#f0803c", "#241a12")
    return (
        ground(WIDTH, HEIGHT, gradient("mint", "#e3f1ea", "#bcdccf"), fill="url(#mint)")
        + '<path d="M440 250c40-130 150-210 330-250h200v250z" fill="#2f6f73"/>'
        '<path d="M520 250c50-100 160-170 330-200 40-7 80-10 120-10v210z" fill="#235a60"/>'
        + copy(ink, STRIP, 46, 125, lines=("Two pairs,", "one box, 15 % less."), size=42,
               zh="两双同寄，享八五折", button="Mix your pairs", width=160)
        + standing("canvas-low", 596, 148, 232, turn=-6)
        + standing("wool-slip-on", 846, 122, 214, turn=5)
        + standing("trail-runner", 740, 222, 232, turn=-3)
    )  # fmt: skip


def _coffee() -> str:
    ink = Ink("#fbe9d2", "#f0c08a", "#e0a15e", "#2c1c12", SERIF, SERIF_SC)
    beans = "".join(
        f'<g transform="translate({x} {y}) rotate({turn})"><ellipse rx="10" ry="7" fill="#7d4f2f"/>'
        '<path d="M-9 0c5-4 12 4 18 0" fill="none" stroke="#4a2d1a" stroke-width="2"/></g>'
        for x, y, turn in ((520, 212, 20), (548, 230, -30), (494, 228, 60), (896, 228, 15),
                           (926, 214, -40), (868, 222, 70))
    )  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("milk", "#2c2320", "#4a352b"), fill="url(#milk)")
        + circles(((706, 130, 190),), "#6b4a37", 0.55)
        + circles(((706, 130, 130),), "#8a6247", 0.5)
        + beans
        + copy(ink, STRIP, 46, 125, lines=("Good coffee", "takes its time."), size=46,
               zh="好咖啡，值得慢慢等", button="Heron kettle · ¥269", width=206)
        + standing("kettle", 652, 222, 250)
        + standing("mug-set", 824, 224, 180)
    )  # fmt: skip


def _lamps() -> str:
    ink = Ink("#fff3da", "#f5c77b", "#f5c77b", "#17302c", SERIF, SERIF_SC)
    shelf = "".join(
        f'<rect x="{x}" y="{92 - height}" width="{width}" height="{height}" rx="2" fill="{fill}"/>'
        for x, width, height, fill in ((486, 14, 52, "#a4553a"), (502, 18, 44, "#d8a35c"),
                                       (522, 12, 56, "#5c8a80"), (536, 16, 48, "#c98a6a"),
                                       (556, 20, 40, "#87a98f"))
    )  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("green", "#16302d", "#22463f", "#2f5a4c"),
               glow("warm", "#ffd98a", strength=0.7), fill="url(#green)")
        + f'<g opacity=".75">{shelf}<rect x="470" y="92" width="122" height="7" '
        'fill="#8a5c3a"/></g>'
        + '<ellipse cx="772" cy="172" rx="280" ry="180" fill="url(#warm)"/>'
        + floor(212, WIDTH, HEIGHT, "#4d3323", "#77503a")
        + copy(ink, STRIP, 46, 108, lines=("A light for", "the last chapter."), size=40,
               zh="为最后一章，留一盏灯", button="Halo desk lamp · ¥329", width=216)
        + standing("desk-lamp", 680, 230, 266)
        + book(792, 232, scale=0.84)
        + standing("vase", 912, 228, 176)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (("strip-shoes", _shoes), ("strip-coffee", _coffee), ("strip-lamps", _lamps))
)
