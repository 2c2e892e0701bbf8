"""Which part of a picture stays when it is cut to a slot around its focal point."""

from dataclasses import dataclass

from creatives.models import Placement, Size, Version

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Crop:
    """A slot and the part of the picture that fills it, in pixels of the picture."""

    name: str
    size: Size
    x: int
    y: int
    width: int
    height: int


def crop(version: Version, size: Size, name: str = "") -> Crop:
    """The largest part with the proportions of a slot, as near to the focal point as it can be."""
    scale = min(version.width / size.width, version.height / size.height)
    width, height = round(size.width * scale), round(size.height * scale)
    x = _start(version.focus_x, version.width, width)
    y = _start(version.focus_y, version.height, height)
    return Crop(name, size, x, y, width, height)


def _start(percent: int, whole: int, part: int) -> int:
    return max(0, min(whole - part, round(whole * percent / 100 - part / 2)))


def crops(version: Version, placements: list[Placement]) -> list[Crop]:
    """A few slots of different proportions, to see what the focal point does."""
    found: dict[float, Crop] = {}
    for placement in placements:
        for size in placement.sizes:
            ratio = round(size.width / size.height, 1)
            found.setdefault(ratio, crop(version, size, placement.name))
    return list(found.values())[:SHOWN]
