"""The drawings behind the demo's banners: SVG composed from the shop's own product pictures.

`manage.py draw_banners` turns them into the files of `static/demo/banners/` once; the product and
the tests read those. Drawing again needs Chromium and the fonts named below, so only who changes
a design does it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from delivery.config import ROOT

PRODUCTS = ROOT / "static" / "demo" / "products"
GROTESK = "URW Gothic, Century Gothic, sans-serif"
SERIF = "P052, Palatino, serif"
PLAIN = "Nimbus Sans, Helvetica, sans-serif"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One banner: its size in pixels and the function that draws what is inside the SVG."""

    key: str
    width: int
    height: int
    draw: Callable[[], str]

    @property
    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}">{self.draw()}</svg>'
        )


def _product(key: str, x: float, y: float, size: float, *, turn: float = 0) -> str:
    """A product picture as a nested drawing; its gradient names are made unique."""
    source = (PRODUCTS / f"{key}.svg").read_text(encoding="utf-8")
    box = re.search(r'viewBox="([^"]+)"', source)
    body = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", source.strip())
    mark = f"{key}-{int(x)}-{int(y)}-"
    body = body.replace('id="', f'id="{mark}').replace("url(#", f"url(#{mark}")
    view = box.group(1) if box else "0 0 400 400"
    centre = f"{x + size / 2} {y + size / 2}"
    return (
        f'<g transform="rotate({turn} {centre})"><svg x="{x}" y="{y}" width="{size}" '
        f'height="{size}" viewBox="{view}">{body}</svg></g>'
    )


def _words(
    text: str,
    x: float,
    y: float,
    size: float,
    fill: str,
    *,
    font: str = GROTESK,
    weight: int = 700,
    spacing: float = 0,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{font}" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}" letter-spacing="{spacing}" text-anchor="{anchor}">{text}</text>'
    )


def _pill(text: str, x: float, y: float, width: float, *colours: str) -> str:
    fill, ink = colours
    return f'<rect x="{x}" y="{y}" width="{width}" height="46" rx="23" fill="{fill}"/>' + _words(
        text, x + width / 2, y + 30, 18, ink, font=PLAIN, anchor="middle"
    )


def _gradient(name: str, *stops: str) -> str:
    share = 100 / (len(stops) - 1)
    colours = "".join(
        f'<stop offset="{i * share}%" stop-color="{colour}"/>' for i, colour in enumerate(stops)
    )
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="1" y2="0.6">{colours}</linearGradient>'


def _trail() -> str:
    return (
        f"<defs>{_gradient('sky', '#f9d9a4', '#f3a875', '#c96a5c')}</defs>"
        '<rect width="1200" height="400" fill="url(#sky)"/>'
        '<circle cx="836" cy="150" r="118" fill="#fff1cf"/>'
        '<circle cx="836" cy="150" r="168" fill="#fff1cf" opacity=".25"/>'
        '<path d="M0 322c150-30 260-16 370-22s200-90 300-118 190-30 290 14 170 44 240 4v200H0z" '
        'fill="#7d5a6b" opacity=".55"/>'
        '<path d="M0 336c150-26 260-30 390-20s250-70 390-82 280 40 420 6v160H0z" fill="#3d4a5e"/>'
        '<path d="M0 362c190-24 330-16 520-14s370-58 680-36v88H0z" fill="#1d2f3d"/>'
        '<g fill="#16242f"><path d="M1086 322l26-92 26 92zM1130 326l20-70 20 70z"/>'
        '<path d="M1092 290l20-50 20 50zM560 338l16-54 16 54z"/></g>'
        + _words("NEW · RIDGE TRAIL RUNNER", 72, 98, 17, "#5a2f33", font=PLAIN, spacing=2.5)
        + _words("Grip for every", 70, 166, 62, "#2a2030")
        + _words("early morning.", 70, 232, 62, "#2a2030")
        + _pill("See the shoes · ¥599", 72, 272, 232, "#f0803c", "#241a12")
        + _product("trail-runner", 690, 26, 370, turn=-9)
    )


def _hearth() -> str:
    rays = "".join(
        f'<path d="M880 400L{880 + dx - 34} -40h68z" fill="#fff" opacity=".28" '
        f'transform="rotate({angle} 880 400)"/>'
        for dx, angle in zip([0] * 9, range(-80, 81, 20), strict=True)
    )
    return (
        f"<defs>{_gradient('cream', '#fdf3df', '#f6dcb4')}</defs>"
        f'<rect width="1200" height="400" fill="url(#cream)"/>{rays}'
        '<circle cx="880" cy="236" r="176" fill="#f2b56b" opacity=".5"/>'
        '<rect y="352" width="1200" height="48" fill="#c58a55"/>'
        '<rect y="352" width="1200" height="6" fill="#a86f3f"/>'
        '<g fill="none" stroke="#b98a62" stroke-width="7" stroke-linecap="round" opacity=".6">'
        '<path d="M842 74c-16-18 14-28 0-50M880 66c-16-18 14-28 0-50"/>'
        '<path d="M918 74c-16-18 14-28 0-50"/></g>'
        + _words("THE KITCHEN EDIT", 74, 96, 17, "#a3452c", font=PLAIN, spacing=3)
        + _words("Slow food,", 72, 172, 74, "#40201a", font=SERIF)
        + _words("easy evenings.", 72, 246, 74, "#40201a", font=SERIF)
        + _pill("Shop pots and pans", 74, 280, 218, "#b8371f", "#fff6e8")
        + _product("cast-iron-pot", 710, 48, 340)
        + _product("mug-set", 1020, 186, 172)
        + _product("chef-knife", 560, 204, 170)
    )


def _light() -> str:
    stars = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="#fff" opacity=".7"/>'
        for x, y, r in ((120, 52, 2), (300, 34, 1.5), (470, 70, 2), (610, 40, 1.5), (690, 96, 2),
                        (1060, 48, 2), (1140, 110, 1.5), (1010, 88, 1.2), (540, 110, 1.2))
    )  # fmt: skip
    return (
        f"<defs>{_gradient('dusk', '#1f2348', '#39336b', '#6a4a7c')}"
        '<radialGradient id="glow" cx=".5" cy=".5" r=".5"><stop offset="0" stop-color="#ffd98a" '
        'stop-opacity=".75"/><stop offset="1" stop-color="#ffd98a" stop-opacity="0"/>'
        "</radialGradient></defs>"
        f'<rect width="1200" height="400" fill="url(#dusk)"/>{stars}'
        '<rect x="826" y="40" width="250" height="250" rx="12" fill="#12142f" opacity=".55"/>'
        '<path d="M951 40v250M826 165h250" stroke="#6a5f9a" stroke-width="6"/>'
        '<path d="M1030 70a28 28 0 1 0 26 40 26 26 0 0 1-26-40z" fill="#f8ecd0"/>'
        '<ellipse cx="830" cy="260" rx="380" ry="260" fill="url(#glow)"/>'
        '<rect y="346" width="1200" height="54" fill="#241d3d"/>'
        '<rect y="346" width="1200" height="5" fill="#8d6a8f"/>'
        + _words("HALO DESK LAMP", 74, 98, 17, "#ffcf7d", font=PLAIN, spacing=3)
        + _words("Evenings,", 72, 170, 66, "#fff5e0")
        + _words("better lit.", 72, 238, 66, "#fff5e0")
        + _pill("From ¥329 · three warm whites", 74, 276, 306, "#ffcf7d", "#2a2148")
        + _product("desk-lamp", 640, 14, 372)
        + _product("vase", 968, 136, 236)
    )


def _harvest() -> str:
    tiles = (("#2f6f73", "kettle"), ("#f4c95d", "rain-boot"), ("#7fa79a", "vase"))
    blocks = "".join(
        f'<rect x="{600 + i * 200}" width="200" height="400" fill="{colour}"/>'
        f'<circle cx="{700 + i * 200}" cy="212" r="92" fill="#fff" opacity=".22"/>'
        + _product(key, 603 + i * 200, 106, 194)
        for i, (colour, key) in enumerate(tiles)
    )
    return (
        '<rect width="1200" height="400" fill="#c8402b"/>'
        '<path d="M0 400L330 0h270v400z" fill="#b23522"/>'
        + _words("HARVEST WEEK", 72, 86, 19, "#ffe3b5", font=PLAIN, spacing=4)
        + _words("30", 60, 268, 210, "#fff6e6", spacing=-8)
        + _words("%", 322, 190, 104, "#ffcf6e")
        + _words("off", 328, 266, 76, "#fff6e6")
        + _words("boots, kettles and vases", 74, 326, 26, "#ffe3b5", font=PLAIN)
        + _words("until Sunday night", 74, 358, 19, "#ffb8a0", font=PLAIN, weight=400)
        + blocks
    )


def _shoes_strip() -> str:
    return (
        f"<defs>{_gradient('mint', '#e3f1ea', '#bcdccf')}</defs>"
        '<rect width="970" height="250" fill="url(#mint)"/>'
        '<path d="M440 250c40-130 150-210 330-250h200v250z" fill="#2f6f73"/>'
        '<path d="M520 250c50-100 160-170 330-200 40-7 80-10 120-10v210z" fill="#235a60"/>'
        + _words("Two pairs,", 46, 84, 46, "#173b42")
        + _words("one box, 15 % less.", 46, 136, 40, "#173b42")
        + _pill("Mix your pairs", 46, 168, 168, "#f0803c", "#241a12")
        + _product("canvas-low", 480, 24, 210, turn=-6)
        + _product("wool-slip-on", 752, 8, 196, turn=5)
        + _product("trail-runner", 612, 76, 196, turn=-3)
    )


def _kitchen_strip() -> str:
    beans = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="9" ry="6" fill="#6b4226" transform="rotate({t} {x} {y})"/>'
        for x, y, t in ((512, 206, 20), (544, 222, -30), (486, 226, 60), (890, 222, 15),
                        (920, 206, -40), (862, 212, 70))
    )  # fmt: skip
    return (
        f"<defs>{_gradient('milk', '#2c2320', '#4a352b')}</defs>"
        '<rect width="970" height="250" fill="url(#milk)"/>'
        '<circle cx="700" cy="130" r="190" fill="#6b4a37" opacity=".55"/>'
        '<circle cx="700" cy="130" r="130" fill="#8a6247" opacity=".5"/>'
        + beans
        + _words("Good coffee", 46, 88, 50, "#fbe9d2", font=SERIF)
        + _words("takes its time.", 46, 142, 50, "#fbe9d2", font=SERIF)
        + _pill("Heron kettle · ¥269", 46, 172, 206, "#e0a15e", "#2c1c12")
        + _product("kettle", 540, 14, 222)
        + _product("mug-set", 742, 66, 168)
    )


def _delivery_strip() -> str:
    return (
        f"<defs>{_gradient('leaf', '#2d5a45', '#3f7a5c')}</defs>"
        '<rect width="728" height="90" fill="url(#leaf)"/>'
        '<g stroke="#8fc7a5" stroke-width="4" stroke-linecap="round" opacity=".7">'
        '<path d="M20 36h22M10 50h30M24 64h16"/></g>'
        '<rect x="52" y="22" width="66" height="42" rx="6" fill="#fff3d9"/>'
        '<path d="M118 34h20c6 0 12 12 14 18v12h-34z" fill="#f0803c"/>'
        '<path d="M124 40h12l7 12h-19z" fill="#cfe6dc"/>'
        '<circle cx="72" cy="66" r="10" fill="#1b2f26"/>'
        '<circle cx="72" cy="66" r="4" fill="#cfe6dc"/>'
        '<circle cx="134" cy="66" r="10" fill="#1b2f26"/>'
        '<circle cx="134" cy="66" r="4" fill="#cfe6dc"/>'
        '<path d="M85 30c12-6 20 8 0 22-20-14-12-28 0-22z" fill="#c8402b"/>'
        + _words("Free delivery from ¥399", 180, 42, 27, "#fff8e8")
        + _words("At your door in two days, returns on us", 181, 68, 16, "#cfe6dc", font=PLAIN,
                 weight=400)
        + '<circle cx="668" cy="45" r="22" fill="#f0803c"/>'
        '<path d="M658 45h20m-8-8l8 8-8 8" stroke="#fff" stroke-width="4" fill="none" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )  # fmt: skip


def _mugs_strip() -> str:
    return (
        f"<defs>{_gradient('sand', '#f6e2c4', '#eec79a')}</defs>"
        '<rect width="728" height="90" fill="url(#sand)"/>'
        '<circle cx="92" cy="46" r="64" fill="#fff4e0" opacity=".8"/>'
        + _product("mug-set", 34, -14, 116)
        + _words("A mug for later?", 180, 42, 28, "#4a2b1c", font=SERIF)
        + _words("Dune stoneware, pair, with this order", 181, 68, 16, "#7a5238", font=PLAIN,
                 weight=400)
        + '<rect x="566" y="22" width="136" height="46" rx="23" fill="#b5532f"/>'
        + _words("Add · ¥119", 634, 52, 19, "#fff6e8", font=PLAIN, anchor="middle")
    )  # fmt: skip


def _welcome() -> str:
    row = (("vase", 722, 168, 210), ("desk-lamp", 830, 94, 298), ("rain-boot", 516, 172, 206),
           ("kettle", 1006, 182, 206), ("trail-runner", 632, 210, 180))  # fmt: skip
    return (
        f"<defs>{_gradient('morning', '#f7ead6', '#eed9c0')}</defs>"
        '<rect width="1200" height="400" fill="url(#morning)"/>'
        '<path d="M556 400V214a150 150 0 0 1 300 0v186z" fill="#d9e6da"/>'
        '<path d="M876 400V190a150 150 0 0 1 300 0v210z" fill="#f4c9a8"/>'
        '<rect y="350" width="1200" height="50" fill="#b8754a"/>'
        '<rect y="350" width="1200" height="6" fill="#9a5c35"/>'
        + _words("QIWU", 74, 96, 18, "#b03f25", font=PLAIN, spacing=5)
        + _words("Good things", 72, 170, 68, "#2b2a33", font=SERIF)
        + _words("for home and road.", 72, 236, 49, "#2b2a33", font=SERIF)
        + _pill("Have a look around", 74, 274, 216, "#2f6f73", "#fff8ec")
        + "".join(_product(key, x, y, size) for key, x, y, size in row)
    )


DRAWINGS = (
    Drawing("hero-welcome", 1200, 400, _welcome),
    Drawing("hero-trail", 1200, 400, _trail),
    Drawing("hero-hearth", 1200, 400, _hearth),
    Drawing("hero-light", 1200, 400, _light),
    Drawing("hero-harvest", 1200, 400, _harvest),
    Drawing("strip-shoes", 970, 250, _shoes_strip),
    Drawing("strip-coffee", 970, 250, _kitchen_strip),
    Drawing("cart-delivery", 728, 90, _delivery_strip),
    Drawing("cart-mugs", 728, 90, _mugs_strip),
)
