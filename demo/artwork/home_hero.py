"""The wide pictures on top of the home page."""

from demo.artwork.drawing import (
    HERO,
    SERIF,
    SERIF_SC,
    Drawing,
    Ink,
    chinese,
    circles,
    copy,
    floor,
    glow,
    gradient,
    ground,
    standing,
    words,
)
from demo.artwork.props import rail, rain, splash, steam, tag

WIDTH, HEIGHT = 1200, 400


def _welcome() -> str:
    ink = Ink("#2b2a33", "#a3371f", "#2f6f73", "#fff8ec", SERIF, SERIF_SC)
    row = (("rain-boot", 634, 214), ("desk-lamp", 956, 318), ("vase", 850, 224),
           ("trail-runner", 742, 206))  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("morning", "#f9eedc", "#eed9c0"), fill="url(#morning)")
        + '<path d="M566 400V214a150 150 0 0 1 300 0v186z" fill="#d3e3d6"/>'
        '<path d="M890 400V190a150 150 0 0 1 300 0v210z" fill="#f4c9a8"/>'
        + circles(((1056, 150, 58),), "#fff3dc", 0.55)
        + floor(346, WIDTH, HEIGHT, "#b8754a", "#9a5c35")
        + copy(ink, HERO, 72, 180, kicker="QIWU · 栖物",
               lines=("Good things", "for home and road."),
               size=54, zh="居家与远行，都有好物相伴", button="Have a look around", width=222)
        + "".join(standing(key, x, 366, size) for key, x, size in row)
        + standing("kettle", 1084, 366, 204, flip=True)
    )  # fmt: skip


def _trail() -> str:
    ink = Ink("#2a2030", "#5a2330", "#2a2030", "#ffe6c2")
    return (
        ground(WIDTH, HEIGHT, gradient("sky", "#f9d9a4", "#f3a875", "#c96a5c"), fill="url(#sky)")
        + circles(((836, 150, 168),), "#fff1cf", 0.25)
        + circles(((836, 150, 118),), "#fff1cf")
        + '<path d="M0 342c150-20 260-12 370-24s200-94 300-122 190-30 290 14 170 44 240 4v200H0z" '
        'fill="#7d5a6b" opacity=".45"/>'
        '<path d="M0 366c150-14 260-20 390-24s250-96 390-108 280 40 420 6v160H0z" fill="#3d4a5e"/>'
        '<path d="M0 384c190-14 330-16 520-26s370-68 680-46v88H0z" fill="#1d2f3d"/>'
        '<g fill="#16242f"><path d="M1086 322l26-92 26 92zM1130 326l20-70 20 70z"/>'
        '<path d="M1092 290l20-50 20 50zM640 352l16-54 16 54z"/></g>'
        + copy(ink, HERO, 72, 196, kicker="NEW · RIDGE TRAIL RUNNER", size=60,
               lines=("Grip for every", "early morning."), zh="每个清晨，步步抓地",
               button="See the shoes · ¥599", width=236)
        + standing("trail-runner", 882, 304, 420, turn=-9)
    )  # fmt: skip


def _hearth() -> str:
    ink = Ink("#40201a", "#9c3a22", "#b8371f", "#fff6e8", SERIF, SERIF_SC)
    rays = "".join(
        f'<path d="M880 400L846 -60h68z" fill="#fff" opacity=".3" '
        f'transform="rotate({angle} 880 400)"/>'
        for angle in range(-80, 81, 20)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("cream", "#fdf3df", "#f6dcb4"), fill="url(#cream)")
        + rays
        + circles(((880, 236, 176),), "#f2b56b", 0.5)
        + floor(344, WIDTH, HEIGHT, "#c58a55", "#a86f3f")
        + steam(876, 68, "#b98a62", scale=1.1)
        + copy(ink, HERO, 72, 178, kicker="THE KITCHEN EDIT", size=68,
               lines=("Slow food,", "easy evenings."), zh="慢炖一餐，从容一晚",
               button="Shop pots and pans", width=224)
        + standing("chef-knife", 656, 366, 190)
        + standing("cast-iron-pot", 880, 370, 372)
        + standing("mug-set", 1098, 368, 200)
    )  # fmt: skip


def _light() -> str:
    ink = Ink("#fff5e0", "#ffcf7d", "#ffcf7d", "#2a2148")
    stars = ((120, 34, 2), (300, 26, 1.5), (470, 60, 2), (610, 40, 1.5), (690, 96, 2),
             (1140, 110, 1.5), (1112, 40, 1.6), (560, 130, 1.2), (772, 30, 1.4))  # fmt: skip
    return (
        ground(WIDTH, HEIGHT, gradient("dusk", "#1f2348", "#39336b", "#6a4a7c"),
               glow("lamp", "#ffd98a"), fill="url(#dusk)")
        + circles(stars, "#fff", 0.7)
        + '<rect x="836" y="34" width="250" height="250" rx="12" fill="#12142f" opacity=".55"/>'
        '<path d="M961 34v250M836 159h250" stroke="#6a5f9a" stroke-width="6"/>'
        '<path d="M1040 64a28 28 0 1 0 26 40 26 26 0 0 1-26-40z" fill="#f8ecd0"/>'
        '<ellipse cx="850" cy="260" rx="380" ry="260" fill="url(#lamp)"/>'
        + floor(344, WIDTH, HEIGHT, "#241d3d", "#8d6a8f")
        + copy(ink, HERO, 72, 182, kicker="HALO DESK LAMP", lines=("Evenings,", "better lit."),
               size=64, zh="夜读时分，灯光正好", button="From ¥329 · three warm whites", width=312)
        + standing("desk-lamp", 790, 364, 372)
        + standing("vase", 1094, 364, 240)
    )  # fmt: skip


def _harvest() -> str:
    tiles = (("#f4c95d", "rain-boot", "¥251", 8), ("#7fa79a", "vase", "¥118", -8))
    blocks = "".join(
        f'<rect x="{620 + i * 290}" width="290" height="400" fill="{colour}"/>'
        + circles(((765 + i * 290, 216, 130),), "#fff", 0.24)
        + standing(key, 752 + i * 280, 322, 268)
        + tag(price, 860 + i * 278, 28, turn=turn, scale=0.92)
        for i, (colour, key, price, turn) in enumerate(tiles)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("red", "#cf4630", "#b8351f"), fill="url(#red)")
        + '<path d="M0 400L350 0h270v400z" fill="#a82f1c" opacity=".55"/>'
        + words("HARVEST WEEK", 72, 74, 19, "#ffe3b5", font="Nimbus Sans, sans-serif", spacing=4)
        + words("30", 60, 242, 196, "#fff6e6", spacing=-8)
        + words("%", 290, 172, 100, "#ffcf6e")
        + words("off", 294, 242, 72, "#fff6e6")
        + words("boots and vases, until Sunday night", 72, 300, 24, "#ffe9c6",
                font="Nimbus Sans, sans-serif")
        + chinese("丰收周：雨靴、花瓶七折，周日止", 72, 346, 24, "#ffe3b5")
        + blocks
    )  # fmt: skip


def _boots() -> str:
    ink = Ink("#173a44", "#24505a", "#f4c542", "#1f2a1c")
    drops = tuple((540 + (i * 97) % 660, 8 + (i * 61) % 230, 18 + (i * 7) % 20) for i in range(26))
    return (
        ground(WIDTH, HEIGHT, gradient("grey", "#e4eeee", "#bcd3d6", "#8fb3ba"), fill="url(#grey)")
        + '<g fill="#f7fbfb" opacity=".85"><path d="M596 92a34 34 0 0 1 64-18 46 46 0 0 1 86 8 30 '
        '30 0 0 1 6 60H612a26 26 0 0 1-16-50z"/><path d="M956 70a28 28 0 0 1 52-14 38 38 0 0 1 72 '
        '6 25 25 0 0 1 4 50H968a22 22 0 0 1-12-42z"/></g>'
        + rain(drops, "#5f93a0")
        + '<path d="M480 400c60-58 190-84 372-84s290 30 348 66v18z" fill="#5b8a94"/>'
        '<ellipse cx="850" cy="356" rx="290" ry="34" fill="#3f727e"/>'
        '<ellipse cx="850" cy="352" rx="236" ry="24" fill="#6fa3ae"/>'
        '<ellipse cx="850" cy="351" rx="160" ry="14" fill="#a9cdd4" opacity=".8"/>'
        + splash(672, 342, "#e9f5f6", scale=1.1)
        + splash(1030, 338, "#e9f5f6", scale=1.3)
        + copy(ink, HERO, 72, 198, kicker="PUDDLE RAIN BOOT · 30 % OFF", size=64,
               lines=("Puddles?", "Yes, please."), zh="见到水坑，尽管踩下去",
               button="Now ¥251 instead of ¥359", width=274)
        + standing("rain-boot", 786, 346, 320, turn=-5)
        + standing("rain-boot", 912, 358, 340, turn=4)
    )  # fmt: skip


def _kitchen() -> str:
    ink = Ink("#21353a", "#8a3a1c", "#b8452b", "#fff6e8", SERIF, SERIF_SC)
    tiles = "".join(
        f'<rect x="{x + (row % 2) * 38 - 38}" y="{row * 38 + 2}" width="72" height="34" rx="3"/>'
        for row in range(9)
        for x in range(560, 1240, 76)
    )
    return (
        ground(WIDTH, HEIGHT, gradient("wall", "#f6ead8", "#f0dcc0"),
               gradient("fade", "#000", "#fff", x2=1, y2=0), fill="url(#wall)")
        + '<mask id="soft"><rect x="540" width="240" height="400" fill="url(#fade)"/>'
        '<rect x="779" width="421" height="400" fill="#fff"/></mask>'
        f'<g fill="#fbf6ec" mask="url(#soft)">{tiles}</g>'
        + rail(612, 44, 240)
        + floor(340, WIDTH, HEIGHT, "#9c6238", "#7d4a27")
        + copy(ink, HERO, 72, 178, kicker="THE KITCHEN SHELF", size=56,
               lines=("Three tools,", "a thousand dinners."), zh="三件厨具，千顿好饭",
               button="Shop kitchenware", width=208)
        + standing("kettle", 1068, 362, 270, flip=True)
        + standing("chef-knife", 646, 366, 214)
        + standing("cast-iron-pot", 852, 370, 300)
    )  # fmt: skip


def _shoes() -> str:
    ink = Ink("#fff3e2", "#ffd9a8", "#f4c95d", "#2a2030")
    stands = ((622, 300, "#e8a07c", "#f2b795"), (822, 244, "#5fa092", "#78b5a8"),
              (1022, 300, "#e2b84e", "#f0cd74"))  # fmt: skip
    plinths = "".join(
        f'<path d="M{x - 96} {top}h192v{400 - top}h-192z" fill="{side}"/>'
        f'<ellipse cx="{x}" cy="{top}" rx="96" ry="20" fill="{face}"/>'
        for x, top, side, face in stands
    )
    shoes = (("wool-slip-on", 622, 306), ("trail-runner", 822, 250), ("canvas-low", 1022, 306))
    return (
        ground(WIDTH, HEIGHT, gradient("plum", "#4a2344", "#6b2f4f", "#8e4256"),
               glow("spot", "#ffd9a8", strength=0.45), fill="url(#plum)")
        + '<ellipse cx="822" cy="210" rx="400" ry="230" fill="url(#spot)"/>'
        + plinths
        + copy(ink, HERO, 72, 200, kicker="TRAIL · TOWN · HOME",
               lines=("Three pairs", "for any road."),
               size=64, zh="三双好鞋，走遍四方", button="Shop all shoes", width=186)
        + "".join(standing(key, x, at, 258) for key, x, at in shoes)
    )  # fmt: skip


DRAWINGS = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("hero-welcome", _welcome),
        ("hero-trail", _trail),
        ("hero-hearth", _hearth),
        ("hero-light", _light),
        ("hero-harvest", _harvest),
        ("hero-boots", _boots),
        ("hero-kitchen", _kitchen),
        ("hero-shoes", _shoes),
    )
)
