"""What the checks want to know of a picture, measured while it is decoded."""

from itertools import pairwise

from PIL import Image, ImageChops, ImageStat

from creatives.facts import Facts

BASE_WIDTH = 1440  # detail finer than this no desktop shows
PHONE_WIDTH = 360
COARSE = 8  # what is left at an eighth of the phone's width is form, not detail
FLAT = 0.5  # levels of 255: less detail than that is noise
CELLS = 8
SAMPLES = 32  # on each side of a cell
SIDE = CELLS * SAMPLES
HASH = (9, 8)


def facts(picture: Image.Image, *, loops: int = 1, sound: bool = False) -> Facts:
    """The facts of an upright 8-bit picture (RGB or RGBA): of a film its poster's."""
    base = _on_white(picture)
    return Facts(look=look(base), grid=grid(base), fine=fine(base), loops=loops, sound=sound)


def _on_white(picture: Image.Image) -> Image.Image:
    """As a white page shows it, no wider than a screen."""
    if picture.width > BASE_WIDTH:
        height = max(1, round(picture.height * BASE_WIDTH / picture.width))
        picture = picture.resize((BASE_WIDTH, height), Image.Resampling.BOX)
    if picture.mode != "RGBA":
        return picture
    page = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(page, picture).convert("RGB")


def look(picture: Image.Image) -> str:
    """Difference hash: whether each of 8 × 8 fields is lighter than its right neighbour."""
    grey = picture.convert("L").resize(HASH, Image.Resampling.BOX)
    values = grey.tobytes()
    bits = 0
    for row in range(HASH[1]):
        line = values[row * HASH[0] : (row + 1) * HASH[0]]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return f"{bits:016x}"


def grid(picture: Image.Image) -> tuple[tuple[float, float], ...]:
    """Darkest and lightest relative luminance in each cell, row by row."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = small.tobytes()
    light = [
        RED[r] + GREEN[g] + BLUE[b]
        for r, g, b in zip(pixels[::3], pixels[1::3], pixels[2::3], strict=True)
    ]
    return tuple(_range(light, row, column) for row in range(CELLS) for column in range(CELLS))


def _range(light: list[float], row: int, column: int) -> tuple[float, float]:
    lines = range(row * SAMPLES, (row + 1) * SAMPLES)
    start = column * SAMPLES
    cell = [light[line * SIDE + start : line * SIDE + start + SAMPLES] for line in lines]
    return round(min(map(min, cell)), 4), round(max(map(max, cell)), 4)


def fine(picture: Image.Image) -> float:
    """Share of the detail that is gone when it is 360 CSS pixels wide."""
    if picture.width <= PHONE_WIDTH:
        return 0.0
    grey = picture.convert("L")
    all_of_it = _difference(grey, PHONE_WIDTH // COARSE)
    if all_of_it < FLAT:
        return 0.0
    return round(min(1.0, _difference(grey, PHONE_WIDTH) / all_of_it), 4)


def _difference(grey: Image.Image, width: int) -> float:
    """Mean difference to the same picture after it was as small as that."""
    height = max(1, round(grey.height * width / grey.width))
    small = grey.resize((width, height), Image.Resampling.BOX)
    again = small.resize(grey.size, Image.Resampling.BICUBIC)
    return float(ImageStat.Stat(ImageChops.difference(grey, again)).mean[0])


def _linear(level: int) -> float:
    """WCAG 2: an sRGB level as light."""
    part = level / 255
    if part <= 0.04045:  # noqa: PLR2004 - the standard's own numbers
        return part / 12.92
    return float(((part + 0.055) / 1.055) ** 2.4)


RED, GREEN, BLUE = (
    [share * _linear(level) for level in range(256)] for share in (0.2126, 0.7152, 0.0722)
)
