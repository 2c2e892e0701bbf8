"""A page with a composed banner in every size, for Chromium to draw and to measure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings

from creatives import media, pictures

MOST_HEIGHT = 6_000
"""Of a page, in CSS pixels: at twice the density Chromium draws no more than 16,384."""
MOST_MEASURED = 40_000
"""Of a page that is only measured."""
SCRIPT = Path(settings.BASE_DIR) / "static" / "js" / "overflow.js"
RESULT = re.compile(r'<meta name="result" content="([^"]*)"')
IMAGE = re.compile(r'<img [^>]*width="(\d+)" height="(\d+)"')
PICTURE = re.compile(r"<picture .*?</picture>", re.DOTALL)
SIZES = 'sizes="100vw"'
HEAD = """<!doctype html><html><head><meta charset="utf-8"><style>
html, body { margin: 0; background: #fff; }
[data-alive] { visibility: hidden !important; }
.box { position: absolute; left: 0; overflow: hidden; }
"""
MEASURE = """
addEventListener("load", async () => {
  await document.fonts.ready;
  const all = [...document.querySelectorAll(".box")].map((box) => overflow(box.firstElementChild));
  const said = document.createElement("meta");
  said.name = "result";
  said.content = encodeURIComponent(JSON.stringify(all));
  document.head.append(said);
});
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A banner in one size; `top` is where it stands on its page, `owner` whose it is."""

    locale: str
    width: int
    height: int
    html: str
    top: int = 0
    owner: int = 0

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of boxes, below each other."""

    boxes: tuple[Box, ...]
    width: int
    height: int


def sheets(boxes: Iterable[Box], *, most: int = MOST_HEIGHT) -> list[Sheet]:
    """The boxes on as few pages as Chromium can draw, none higher than `most`."""
    pages: list[list[Box]] = [[]]
    top = 0
    for box in boxes:
        if pages[-1] and top + box.height > most:
            pages.append([])
            top = 0
        pages[-1].append(replace(box, top=top))
        top += box.height
    return [_sheet(page) for page in pages if page]


def document(sheet: Sheet, css: str, *, measured: bool) -> str:
    """The page as one file; its pictures are those of the media folder.

    One that is `measured` has no pictures, and says at its end what does not fit.
    """
    rules = "".join(
        f".at{n} {{ top: {box.top}px; width: {box.width}px; height: {box.height}px; }}\n"
        for n, box in enumerate(sheet.boxes)
    )
    contents = (_bare(box.html) if measured else local(sized(box)) for box in sheet.boxes)
    body = "".join(f'<div class="box at{n}">{html}</div>' for n, html in enumerate(contents))
    script = SCRIPT.read_text(encoding="utf-8").replace("export function", "function") + MEASURE
    last = f"<script>{script}</script>" if measured else ""
    return f"{HEAD}{rules}{css}</style></head><body>{body}{last}</body></html>"


def results(dom: str) -> list[dict[str, list[str]]] | None:
    """What the page found of each box; None when it did not get so far."""
    found = RESULT.search(dom)
    return json.loads(unquote(found[1])) if found else None


def sized(box: Box) -> str:
    """The markup with how wide its picture is shown, as the tag sets it in a shop."""
    return box.html.replace(SIZES, f'sizes="{shown_width(box)}px"')


def shown_width(box: Box) -> int:
    """How wide the picture is at most when it covers the box."""
    image = IMAGE.search(box.html)
    ratio = int(image[1]) / int(image[2]) if image else 1
    return round(max(box.width, box.height * ratio))


def _bare(html: str) -> str:
    """Without its picture: it fills a frame of its own, so no text stands elsewhere for it."""
    return PICTURE.sub("", html)


def local(html: str) -> str:
    """Paths of media files as files on disk; what is not there stays away."""

    def address(found: re.Match[str]) -> str:
        path = media.path_of(found[1])
        return path.resolve().as_uri() if path else "about:blank"

    return pictures.FILE.sub(address, html)


def _sheet(boxes: Sequence[Box]) -> Sheet:
    last = boxes[-1]
    return Sheet(tuple(boxes), max(box.width for box in boxes), last.top + last.height)
