"""PDF and PNG of a report through a Chromium on this machine, if there is one."""

import io
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from PIL import Image, ImageChops

from engine.errors import Unavailable
from experiments.reports.exports import html
from experiments.reports.exports.taken import File, Taken
from workspace import chromium
from workspace.chromium import NoChromium, found

__all__ = ["NoChromium", "found", "pdf", "png"]

WIDTH, TALLEST, MARGIN = 1200, 7_000, 24
PDF: Final = ("--no-pdf-header-footer", "--print-to-pdf={out}")
PNG: Final = (f"--window-size={WIDTH},{TALLEST}", "--screenshot={out}")


def pdf(taken: Taken) -> File:
    """A report on paper.

    Raises:
        NoChromium: There is none.
        Unavailable: It did not finish in time.
    """
    return File(taken.filename("pdf"), "application/pdf", _drawn(taken, "report.pdf", PDF))


def png(taken: Taken) -> File:
    """A report as one picture, as long as it is.

    Raises:
        NoChromium: There is none.
        Unavailable: It did not finish in time.
    """
    return File(taken.filename("png"), "image/png", _cropped(_drawn(taken, "report.png", PNG)))


def _drawn(taken: Taken, name: str, what: Sequence[str]) -> bytes:
    try:
        return chromium.written({chromium.PAGE: html.document(taken)}, out=name, what=what)
    except NoChromium:
        raise NoChromium(
            _("PDF and PNG need a Chromium on the server, and there is none."),
            hint=_("Install one, or name it in LAB_CHROMIUM. The HTML file prints to PDF as well."),
        ) from None
    except Unavailable as error:
        raise Unavailable(str(error), hint=_("Try again, or take the HTML file.")) from error


def _cropped(picture: bytes) -> bytes:
    """Without the empty ground below the last line."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, ground).getbbox()
    bottom = min(image.height, (box[3] if box else image.height) + MARGIN)
    out = io.BytesIO()
    image.crop((0, 0, image.width, bottom)).save(out, "PNG")
    return out.getvalue()
