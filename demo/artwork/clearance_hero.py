"""The wide pictures of the clearance page."""

from demo.artwork.drawing import (
    BOOKMAN,
    HERO,
    Drawing,
    Ink,
    copy,
    glow,
    gradient,
    ground,
    put,
    standing,
    words,
)
from demo.artwork.props import shoebox, sprig, sticker, tag

WIDTH, HEIGHT = 1200, 400
SCRIPT = "Z003, URW Bookman, serif"


def _last_pairs() -> str:
    ink = Ink("#fff4e0", "#ffd7a3", "#f4c95d", "#2b1a17", BOOKMAN)
    palette = (("#e2a93a", "#c98f22"), ("#5fa092", "#3f7d70"), ("#e8a07c", "#cf7f58"),
               ("#8d90a6", "#6d7089"))  # fmt: skip
    stack = ((556, 326, 0), (716, 326, 1), (876, 326, 2), (1036, 326, 3),
             (556, 252, 2), (716, 252, 3), (1036, 252, 1))  # fmt: skip
    boxes = "".join(
        shoebox(x, y, 150, 68, fill=palette[i][0], lid=palette[i][1]) for x, y, i in stack
    )
    gone = "".join(
        f'<rect x="{x}" y="{y}" width="150" height="66" rx="6" fill="none" stroke="#ffd7a3" '
        'stroke-width="2.5" stroke-dasharray="8 8" opacity=".6"/>'
        for x, y in ((876, 254), (876, 182), (1036, 182))
    )
    return (
        ground(WIDTH, HEIGHT, gradient("brick", "#5b1f1a", "#8a2f23", "#b5472f"),
               glow("spot", "#ffc98a", strength=0.5), fill="url(#brick)")
        + '<ellipse cx="800" cy="190" rx="400" ry="250" fill="url(#spot)"/>'
        + gone
        + boxes
        + '<rect y="394" width="1200" height="6" fill="#3d130f"/>'
        + standing("rain-boot", 634, 254, 246, turn=-2)
        + standing("rain-boot", 726, 254, 246, turn=2)
        + tag("−30 %", 852, 36, turn=10, fill="#f4c95d", ink="#2b1a17", scale=1.15)
        + copy(ink, HERO, 72, 198, kicker="CLEARANCE · RAIN BOOTS",
               lines=("Last pairs,", "last chance."),
               size=62, zh="最后几双，售完即止", button="Was ¥359, now ¥251", width=226)
    )  # fmt: skip


def _cubby(x: float, y: float) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="186" height="160" fill="#7d5231"/>'
        f'<path d="M{x} {y}h186v14h-186z" fill="#000" opacity=".22"/>'
        f'<path d="M{x} {y}h12v160h-12z" fill="#000" opacity=".12"/>'
    )


def _shelves() -> str:
    ink = Ink("#1f3b36", "#7d3a1c", "#b8452b", "#fff6e8", BOOKMAN)
    cubbies = "".join(_cubby(x, y) for y in (22, 200) for x in (586, 788, 990))
    return (
        ground(WIDTH, HEIGHT, gradient("paper", "#f3ede0", "#dfe6d8"), fill="url(#paper)")
        + '<rect x="568" y="6" width="626" height="374" rx="8" fill="#b88152"/>'
        '<rect x="568" y="6" width="626" height="10" rx="5" fill="#d19c6b"/>'
        + cubbies
        + '<rect y="380" width="1200" height="20" fill="#8e9a86"/>'
        + standing("vase", 650, 181, 176)
        + standing("rain-boot", 1056, 181, 170)
        + standing("rain-boot", 856, 359, 172)
        + standing("vase", 1054, 359, 176)
        + sticker("−30 %", 732, 72, 35, fill="#c0341d", ink="#fff6e6")
        + sticker("−30 %", 1136, 72, 35, fill="#c0341d", ink="#fff6e6")
        + sticker("−30 %", 936, 252, 35, fill="#c0341d", ink="#fff6e6")
        + sticker("−30 %", 1136, 252, 35, fill="#c0341d", ink="#fff6e6")
        + words("gone!", 881, 116, 34, "#f0cf9f", font=SCRIPT, anchor="middle")
        + words("gone!", 679, 294, 34, "#f0cf9f", font=SCRIPT, anchor="middle")
        + copy(ink, HERO, 72, 190, kicker="BOOTS AND VASES · 30 % OFF",
               lines=("Clearing", "the shelves."),
               size=66, zh="清架让新：雨靴、花瓶七折", button="See what is left", width=196)
    )  # fmt: skip


def _flap(digit: str, x: float, y: float) -> str:
    """One leaf of a flip clock."""
    return put(
        '<rect x="-68" y="-88" width="136" height="184" rx="16" fill="#000" opacity=".3"/>'
        '<rect x="-68" y="-94" width="136" height="184" rx="16" fill="url(#leaf)"/>'
        + words(digit, 0, 50, 148, "#fff4df", anchor="middle")
        + '<path d="M-68-2h136" stroke="#0d1420" stroke-width="4" opacity=".85"/>'
        '<rect x="-74" y="-12" width="9" height="20" rx="4" fill="#c9a15f"/>'
        '<rect x="65" y="-12" width="9" height="20" rx="4" fill="#c9a15f"/>',
        x, y,
    )  # fmt: skip


def _countdown() -> str:
    ink = Ink("#fff4df", "#ffc46b", "#e8562f", "#1a0d08")
    leaves = "".join(
        sprig(x, y, scale=scale, turn=turn, leaf=leaf)
        for x, y, scale, turn, leaf in (
            (1176, 420, 1, -24, "#c9793f"),
            (1140, 424, 0.8, 16, "#e0a15e"),
            (560, 424, 0.7, -14, "#c9793f"),
            (590, 428, 0.6, 24, "#e0a15e"),
        )
    )
    return (
        ground(WIDTH, HEIGHT, gradient("ink", "#131b2b", "#1f2c45", "#33405e"),
               gradient("leaf", "#37455f", "#1c2537", x2=0, y2=1),
               glow("ember", "#ff9c55", strength=0.55),
               fill="url(#ink)")
        + '<ellipse cx="850" cy="210" rx="420" ry="260" fill="url(#ember)"/>'
        + leaves
        + "".join(_flap(digit, x, 190) for digit, x in (("3", 622), ("2", 772), ("1", 922)))
        + standing("wall-clock", 1090, 260, 200)
        + copy(ink, HERO, 72, 200, kicker="CLEARANCE · UNTIL SUNDAY NIGHT",
               lines=("Three, two,", "one, gone."),
               size=66, zh="倒数三天，售完不补", button="Catch the rest", width=176)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("clear-last-pairs", _last_pairs),
        ("clear-shelves", _shelves),
        ("clear-countdown", _countdown),
    )
)
