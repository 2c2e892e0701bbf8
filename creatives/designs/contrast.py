"""How well each text of a banner can be read over what lies behind it (WCAG contrast)."""

from collections.abc import Iterable

from creatives.designs.model import Design, Palette
from creatives.facts import Facts

LEAST = 4.5
BLACK_AND_WHITE = (0.0, 1.0)
LINEAR_BELOW = 0.04045


def contrast(one: float, other: float) -> float:
    """The contrast of two relative luminances, 1 to 21.

    Example:
        >>> contrast(0.0, 1.0)
        21.0
    """
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def worst(design: Design, palette: Palette, keys: Iterable[str], facts: Facts) -> dict[str, float]:
    """The worst contrast of each of the texts `keys`.

    What lies over the picture is judged by the darkest and the lightest place of the picture under
    its veil, wherever that is: at some size it will stand behind the words. A picture that nobody
    measured may hold anything between black and white.
    """
    grounds = _grounds(design, palette, facts)
    found = {}
    for key in keys:
        slot = design.slot(key)
        if slot is not None:
            ink = luminance(palette.colour(slot.ink))
            behind = grounds if slot.over == "picture" else [luminance(palette.colour(slot.over))]
            found[key] = round(min(contrast(ink, ground) for ground in behind), 2)
    return found


def _grounds(design: Design, palette: Palette, facts: Facts) -> list[float]:
    """Luminances of the picture under the veil of the design, at its extremes."""
    cells = facts.grid or (BLACK_AND_WHITE,)
    extremes = (min(low for low, _ in cells), max(high for _, high in cells))
    return [_veiled(extreme, palette.ground, design.scrim) for extreme in extremes]


def _veiled(light: float, veil: str, share: float) -> float:
    """A grey of luminance `light` under a veil: browsers mix the coded values, not the light."""
    grey = _coded(light)
    mixed = (share * part + (1 - share) * grey for part in _parts(veil))
    red, green, blue = (_linear(part) for part in mixed)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def _linear(part: float) -> float:
    return part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4


def _coded(light: float) -> float:
    edge = 0.0031308
    return light * 12.92 if light <= edge else 1.055 * light ** (1 / 2.4) - 0.055
