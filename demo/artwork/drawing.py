"""What every banner is drawn with: the shop's product pictures, words, pills and light."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from delivery.config import ROOT

PRODUCTS = ROOT / "static" / "demo" / "products"
GROTESK = "URW Gothic, Century Gothic, sans-serif"
SERIF = "P052, Palatino, serif"
BOOKMAN = "URW Bookman, Bookman, serif"
PLAIN = "Nimbus Sans, Helvetica, sans-serif"
SANS_SC = "Noto Sans CJK SC, sans-serif"
SERIF_SC = "Noto Serif CJK SC, serif"
FAMILIES = ("URW Gothic", "P052", "URW Bookman", "Nimbus Sans", "Noto Sans CJK SC",
            "Noto Serif CJK SC")  # fmt: skip

# Where a product touches the ground in its own picture: the middle of its foot, 400 units a side.
FEET = {
    "trail-runner": (204, 294),
    "canvas-low": (204, 294),
    "wool-slip-on": (204, 294),
    "rain-boot": (220, 342),
    "kettle": (204, 328),
    "cast-iron-pot": (200, 322),
    "chef-knife": (200, 312),
    "desk-lamp": (142, 344),
    "linen-throw": (200, 320),
    "mug-set": (190, 316),
    "vase": (204, 346),
    "wall-clock": (200, 340),
}


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


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a banner's words, and the pair of fonts they are set in."""

    head: str
    quiet: str
    pill: str
    on_pill: str
    font: str = GROTESK
    chinese: str = SANS_SC


@dataclass(frozen=True, slots=True)
class Setting:
    """Sizes of the words around a headline: the line above, the Chinese line and the button."""

    kicker: float
    chinese: float
    pill: float
    leading: float = 1.08


HERO = Setting(17, 25, 48)
STRIP = Setting(14, 19, 42)
SIDE = Setting(14, 19, 44, 1.12)
BOX = Setting(12, 16, 36)


def product(key: str, x: float, y: float, size: float, *, turn: float = 0) -> str:
    """A product picture as a nested drawing; its gradient names are made unique."""
    body, view = _picture(key)
    mark = f"{key}-{int(x)}-{int(y)}-"
    body = body.replace('id="', f'id="{mark}').replace("url(#", f"url(#{mark}")
    centre = f"{x + size / 2} {y + size / 2}"
    return (
        f'<g transform="rotate({turn} {centre})"><svg x="{x}" y="{y}" width="{size}" '
        f'height="{size}" viewBox="{view}">{body}</svg></g>'
    )


def standing(
    key: str, x: float, floor: float, size: float, *, turn: float = 0, flip: bool = False
) -> str:
    """A product with its foot at (x, floor); all of one `size` are to one scale."""
    left, top, width, _ = (float(part) for part in _picture(key)[1].split())
    scale = size / 400
    foot_x, foot_y = FEET[key]
    at = x - (foot_x - left) * scale, floor - (foot_y - top) * scale
    drawn = product(key, round(at[0], 1), round(at[1], 1), width * scale, turn=turn)
    return f'<g transform="translate({2 * x} 0) scale(-1 1)">{drawn}</g>' if flip else drawn


def _picture(key: str) -> tuple[str, str]:
    source = (PRODUCTS / f"{key}.svg").read_text(encoding="utf-8")
    box = re.search(r'viewBox="([^"]+)"', source)
    body = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", source.strip())
    return body, box.group(1) if box else "0 0 400 400"


def words(
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


def chinese(
    text: str,
    x: float,
    y: float,
    size: float,
    fill: str,
    *,
    font: str = SANS_SC,
    weight: int = 700,
    anchor: str = "start",
) -> str:
    """The Chinese line: a little air between the characters."""
    air = round(size * 0.08, 2)
    shift = air / 2 if anchor == "middle" else 0
    line = words(
        text, x + shift, y, size, fill, font=font, weight=weight, spacing=air, anchor=anchor
    )
    return line.replace("<text", '<text lang="zh-Hans"', 1)


def pill(
    text: str, x: float, y: float, width: float, *, fill: str, ink: str, height: float = 46
) -> str:
    size = round(height * 0.39, 1)
    shape = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{height / 2}" '
    return f'{shape}fill="{fill}"/>' + words(
        text, x + width / 2, y + height / 2 + size * 0.36, size, ink, font=PLAIN, anchor="middle"
    )


def copy(
    ink: Ink,
    setting: Setting,
    x: float,
    middle: float,
    *,
    lines: tuple[str, ...],
    size: float,
    zh: str,
    button: str,
    width: float,
    kicker: str = "",
) -> str:
    """A banner's words around the height `middle`: kicker, headline, Chinese line, button."""
    line = size * setting.leading
    above = setting.kicker * 1.9 if kicker else 0
    below = setting.chinese * 3.1
    high = above + size * 0.8 + line * (len(lines) - 1) + below + setting.pill
    top = round(middle - high / 2, 1)
    first = top + above + size * 0.8
    last = first + line * (len(lines) - 1)
    drawn = [
        words(text, x - size * 0.03, round(first + line * i, 1), size, ink.head, font=ink.font)
        for i, text in enumerate(lines)
    ]
    if kicker:
        drawn.append(
            words(
                kicker, x, top + setting.kicker, setting.kicker, ink.quiet, font=PLAIN, spacing=2.4
            )
        )
    drawn += [
        chinese(zh, x, round(last + setting.chinese * 2, 1), setting.chinese, ink.quiet,
                font=ink.chinese),
        pill(button, x, round(last + below, 1), width, fill=ink.pill,
             ink=ink.on_pill, height=setting.pill),
    ]  # fmt: skip
    return "".join(drawn)


def gradient(name: str, *stops: str, x2: float = 1, y2: float = 0.6) -> str:
    share = 100 / (len(stops) - 1)
    colours = "".join(
        f'<stop offset="{i * share}%" stop-color="{colour}"/>' for i, colour in enumerate(stops)
    )
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{colours}</linearGradient>'
    )


def glow(name: str, colour: str, *, strength: float = 0.75) -> str:
    """A light that fades to nothing at its border."""
    return (
        f'<radialGradient id="{name}"><stop offset="0" stop-color="{colour}" '
        f'stop-opacity="{strength}"/><stop offset="1" stop-color="{colour}" stop-opacity="0"/>'
        "</radialGradient>"
    )


def ground(width: int, height: int, *defs: str, fill: str) -> str:
    """The lowest layer, with the gradients that the others use."""
    return f'<defs>{"".join(defs)}</defs><rect width="{width}" height="{height}" fill="{fill}"/>'


def floor(y: float, width: int, height: int, fill: str, edge: str) -> str:
    return (
        f'<rect y="{y}" width="{width}" height="{height - y}" fill="{fill}"/>'
        f'<rect y="{y}" width="{width}" height="6" fill="{edge}"/>'
    )


def put(body: str, x: float, y: float, *, scale: float = 1, turn: float = 0) -> str:
    """Something drawn around its own origin, put at (x, y)."""
    return f'<g transform="translate({x} {y}) rotate({turn}) scale({scale})">{body}</g>'


def circles(points: tuple[tuple[float, float, float], ...], fill: str, opacity: float = 1) -> str:
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for x, y, r in points)
    return f'<g fill="{fill}" opacity="{opacity}">{dots}</g>'
