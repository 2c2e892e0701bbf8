"""The strips below a product: what else there is to know before one buys."""

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
    put,
    standing,
    words,
)
from demo.artwork.props import brush, parcel, sprig, tin

WIDTH, HEIGHT = 970, 250


def _care() -> str:
    ink = Ink("#3a2417", "#7d3f22", "#2f6f73", "#fff8ec", SERIF, SERIF_SC)
    planks = "".join(
        f'<path d="M0 {y}h970" stroke="#8d5a34" stroke-width="2" opacity=".45"/>'
        for y in (228, 240)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("oat", "#faeeda", "#efd8b6"), fill="url(#oat)")
        + circles(((744, 120, 190),), "#f6cf9b", 0.5)
        + circles(((744, 120, 128),), "#fff4df", 0.7)
        + floor(214, WIDTH, HEIGHT, "#b57a49", "#94602f")
        + planks
        + copy(ink, STRIP, 46, 107, lines=("Good for years,", "with a little care."), size=38,
               zh="勤刷轻养，历久如新", button="Repaired, not replaced", width=208)
        + sprig(488, 222, scale=0.6, turn=-6)
        + brush(578, 230, scale=0.6)
        + standing("trail-runner", 744, 232, 270)
        + tin(894, 231, scale=0.62)
    )  # fmt: skip


def _returns() -> str:
    ink = Ink("#f7f3ff", "#d8ccf2", "#f4c95d", "#2b2450")
    rings = "".join(f'<rect x="{x}" y="-10" width="9" height="26" rx="4.5"/>' for x in (-46, 37))
    sheet = put(
        '<rect x="-84" y="8" width="168" height="160" rx="12" fill="#000" opacity=".2"/>'
        '<rect x="-84" width="168" height="160" rx="12" fill="#fffaf0"/>'
        '<path d="M-84 12a12 12 0 0 1 12-12H72a12 12 0 0 1 12 12v30H-84z" fill="#d9573b"/>'
        f'<g fill="#3b3560">{rings}</g>'
        + words("30", 0, 116, 76, "#2b2450", spacing=-3, anchor="middle")
        + words("days", 0, 144, 22, "#5b5288", anchor="middle"),
        590, 42, turn=-5,
    )  # fmt: skip
    loop = put(
        '<path d="M-44 6a46 46 0 1 0 16-38" fill="none" stroke="#f4c95d" stroke-width="9" '
        'stroke-linecap="round"/><path d="M-40-48l6 26 26-6" fill="none" stroke="#f4c95d" '
        'stroke-width="9" stroke-linecap="round" stroke-linejoin="round"/>',
        902, 66, scale=0.62,
    )  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("iris", "#3a3170", "#55488f", "#7d66ab"), fill="url(#iris)")
        + '<path d="M694 250V120a120 120 0 0 1 240 0v130z" fill="#fff" opacity=".13"/>'
        + floor(212, WIDTH, HEIGHT, "#2b2455", "#8672b8")
        + copy(ink, STRIP, 46, 106, lines=("Thirty days", "to try it at home."), size=42,
               zh="居家试用三十天，不合意就退", button="Returns are on us", width=174)
        + sheet
        + loop
        + standing("vase", 730, 230, 196)
        + parcel(848, 232, scale=1.02)
    )  # fmt: skip


def _pairs() -> str:
    ink = Ink("#203a33", "#2c594c", "#b8452b", "#fff6e8", SERIF, SERIF_SC)
    plus = (
        '<circle cx="734" cy="126" r="30" fill="#fffaf0"/><path d="M734 112v28M720 126h28" '
        'stroke="#b8452b" stroke-width="6" stroke-linecap="round"/>'
    )
    return (
        ground(WIDTH, HEIGHT, gradient("sage", "#e6efe2", "#c5dac6"), glow("sun", "#fffbe8"),
               fill="url(#sage)")
        + '<ellipse cx="740" cy="110" rx="330" ry="170" fill="url(#sun)"/>'
        + circles(((616, 130, 104),), "#f2c48d", 0.85)
        + circles(((852, 130, 104),), "#8fb8b3", 0.85)
        + standing("kettle", 626, 218, 226)
        + standing("mug-set", 846, 222, 214)
        + plus
        + copy(ink, STRIP, 46, 125, lines=("Goes well", "with company."), size=46,
               zh="一壶两杯，刚好有伴", button="Dune mug set · ¥149", width=200)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("product-care", _care),
        ("product-returns", _returns),
        ("product-pairs", _pairs),
    )
)
