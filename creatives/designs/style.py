"""The one style sheet of a composed version: its design, its palette, under a name of its own."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from creatives.designs.model import Design, Palette

FOLDER = Path(__file__).resolve().parent / "styles"
NAME = "banner"
"""What sheets and markup call the banner; the finished ones call it by its scope."""
DIGITS = 10
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished style sheet; every class in it begins with `scope`."""

    scope: str
    css: str


@lru_cache(maxsize=512)
def sheet(design: Design, palette: Palette, focus: tuple[int, int] = (50, 50)) -> Sheet:
    """The sheet of a design in a palette, for a picture whose focal point is at `focus` percent."""
    css = _sources(design.styles) + _properties(palette, focus)
    digest = hashlib.sha256(f"{design.key} {design.version} {css}".encode()).hexdigest()
    scope = f"bl{digest[:DIGITS]}"
    return Sheet(scope, css.replace(NAME, scope))


@lru_cache(maxsize=32)
def _sources(names: tuple[str, ...]) -> str:
    parts = (FOLDER / file for file in names)
    text = "".join(part.read_text(encoding="utf-8") for part in parts)
    return BLANK.sub(" ", COMMENT.sub("", text)).strip()


def _properties(palette: Palette, focus: tuple[int, int]) -> str:
    colours = "".join(f"--{NAME}-{key}:{value};" for key, value in palette.properties().items())
    return f".{NAME}{{{colours}--{NAME}-focus:{focus[0]}% {focus[1]}%}}"
