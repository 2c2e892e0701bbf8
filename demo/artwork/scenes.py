"""Pictures without words, for banners that are composed in the studio."""

from demo.artwork.drawing import Drawing, circles, floor, glow, gradient, ground, standing
from demo.artwork.props import steam

WIDTH, HEIGHT = 1200, 900


def _breakfast() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("dawn", "#f7e3c4", "#eec79a"), fill="url(#dawn)")
        + circles(((820, 300, 250),), "#fff3dd", 0.75)
        + '<path d="M0 0h300v620H0z" fill="#d8e4dc" opacity=".7"/>'
        '<path d="M34 0h232v586H34z" fill="#eef5ee" opacity=".8"/>'
        '<path d="M144 0h12v586h-12zM34 280h232v12H34z" fill="#c3b18f"/>'
        + floor(690, WIDTH, HEIGHT, "#b87a4b", "#99613a")
        + steam(862, 250, "#a8835f", scale=1.8)
        + standing("kettle", 640, 760, 620)
        + standing("mug-set", 1000, 772, 420)
        + standing("vase", 226, 742, 420)
    )


def _trail() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("sky", "#f8d7a2", "#ef9f72", "#bd6461"), fill="url(#sky)")
        + circles(((800, 330, 300),), "#fff1cf", 0.22)
        + circles(((800, 330, 200),), "#fff1cf")
        + '<path d="M0 640c180-70 320-40 470 10s260-150 400-180 230 60 330 20v410H0z" '
        'fill="#7d5a6b" opacity=".5"/>'
        '<path d="M0 730c160-50 300-20 460-60s300-130 440-140 200 60 300 30v340H0z" '
        'fill="#3d4a5e"/>'
        '<path d="M0 800c190-30 330-16 520-46s370-98 680-66v212H0z" fill="#1d2f3d"/>'
        '<g fill="#16242f"><path d="M100 770l46-170 46 170zM196 772l34-120 34 120z"/>'
        '<path d="M1092 690l40-150 40 150z"/></g>'
        + standing("trail-runner", 760, 720, 760, turn=-8)
    )


def _pot() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("oven", "#fbe8c9", "#f3cb95"), fill="url(#oven)")
        + circles(((610, 440, 340),), "#f2b56b", 0.5)
        + floor(700, WIDTH, HEIGHT, "#c58a55", "#a86f3f")
        + steam(606, 120, "#b98a62", scale=2)
        + standing("cast-iron-pot", 606, 770, 780)
        + standing("chef-knife", 1030, 790, 330)
    )


def _mugs() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("tea", "#dfe9df", "#b9d0c2"), fill="url(#tea)")
        + circles(((600, 430, 330),), "#f5f3e4", 0.8)
        + floor(680, WIDTH, HEIGHT, "#8a6a4a", "#6f5338")
        + steam(560, 150, "#8fa598", scale=2)
        + standing("mug-set", 600, 770, 760)
    )


def _vase() -> str:
    return (
        ground(WIDTH, HEIGHT, gradient("plaster", "#f3ebe0", "#ddcfbd"), fill="url(#plaster)")
        + '<path d="M210 900V420a390 390 0 0 1 780 0v480z" fill="#cfd9cc"/>'
        '<path d="M290 900V440a310 310 0 0 1 620 0v460z" fill="#e4e9dc"/>'
        + floor(720, WIDTH, HEIGHT, "#b98f6d", "#9d7554")
        + standing("vase", 520, 800, 720)
        + standing("linen-throw", 850, 800, 420)
    )


def _lamp() -> str:
    return (
        ground(
            WIDTH,
            HEIGHT,
            gradient("dusk", "#f4efe6", "#e4dac8"),
            glow("lit", "#ffd98c"),
            fill="url(#dusk)",
        )
        + '<circle cx="700" cy="420" r="440" fill="url(#lit)"/>'
        + floor(700, WIDTH, HEIGHT, "#a98162", "#8d684b")
        + standing("desk-lamp", 520, 770, 800)
    )


SCENES = tuple(
    Drawing(key, WIDTH, HEIGHT, draw)
    for key, draw in (
        ("breakfast", _breakfast),
        ("trail", _trail),
        ("pot", _pot),
        ("mugs", _mugs),
        ("vase", _vase),
        ("lamp", _lamp),
    )
)
