"""PDF and PNG through a Chromium on this machine, if there is one: `LAB_CHROMIUM`, or on the path.

It gets the self-contained file, a fresh profile and no network, and has to be done in time.
"""

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageChops

from engine.errors import LabError, Unavailable
from experiments.reports.exports import html
from experiments.reports.exports.taken import File, Taken

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS: Final = 40
WAIT_SECONDS: Final = 20
VIRTUAL_MS: Final = 8_000
"""Time of the page's own clock for drawing; it runs as fast as it can."""
WIDTH, TALLEST, MARGIN = 1200, 7_000, 24
FLAGS: Final = (
    "--headless=new",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--hide-scrollbars",
    # Whatever it tried to reach would not be there.
    "--proxy-server=http://127.0.0.1:9",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    f"--virtual-time-budget={VIRTUAL_MS}",
)
QUIETLY: Final[dict[str, Any]] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
    # A group of its own, so that its children can be ended with it.
    "start_new_session": True,
}
_one_at_a_time = threading.BoundedSemaphore(1)


class NoChromium(LabError):
    """Nothing on this machine can draw a page."""

    slug = "not-implemented"
    title = "There is no Chromium on this machine"


def found() -> str | None:
    """Where a Chromium is; None where there is none."""
    names = (settings.CHROMIUM,) if settings.CHROMIUM else NAMES
    return next(filter(None, map(shutil.which, names)), None)


def pdf(taken: Taken) -> File:
    """A report on paper.

    Raises:
        NoChromium: There is none.
        Unavailable: It did not finish in time.
    """
    body = _drawn(taken, "report.pdf", ["--no-pdf-header-footer", "--print-to-pdf={out}"])
    return File(taken.filename("pdf"), "application/pdf", body)


def png(taken: Taken) -> File:
    """A report as one picture, as long as it is.

    Raises:
        NoChromium: There is none.
        Unavailable: It did not finish in time.
    """
    size = f"--window-size={WIDTH},{TALLEST}"
    body = _drawn(taken, "report.png", [size, "--screenshot={out}"])
    return File(taken.filename("png"), "image/png", _cropped(body))


def _drawn(taken: Taken, name: str, what: Sequence[str]) -> bytes:
    path = found()
    if path is None:
        raise NoChromium(
            _("PDF and PNG need a Chromium on the server, and there is none."),
            hint=_("Install one, or name it in LAB_CHROMIUM. The HTML file prints to PDF as well."),
        )
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise Unavailable(_("Other reports are being drawn. Try again in a minute."))
    try:
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            return _run(path, Path(folder), html.document(taken), name, what)
    finally:
        _one_at_a_time.release()


def _run(path: str, folder: Path, document: str, name: str, what: Sequence[str]) -> bytes:
    source, out = folder / "report.html", folder / name
    source.write_text(document, encoding="utf-8")
    # The sandbox of Chromium refuses to start for root, as in most containers.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [
        *(path, *FLAGS, *root, f"--user-data-dir={folder / 'profile'}"),
        *(one.format(out=out) for one in what),
        source.as_uri(),
    ]
    try:
        _finish(subprocess.Popen(command, cwd=folder, **QUIETLY))  # noqa: S603 - a list, no shell
        return out.read_bytes()
    except (OSError, subprocess.SubprocessError) as error:
        detail = _("The report could not be drawn (%(name)s).") % {"name": type(error).__name__}
        raise Unavailable(detail, hint=_("Try again, or take the HTML file.")) from error


def _finish(process: "subprocess.Popen[bytes]") -> None:
    try:
        if process.wait(timeout=SECONDS):
            raise subprocess.CalledProcessError(process.returncode, process.args)
    finally:
        # Whatever it has started goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _cropped(picture: bytes) -> bytes:
    """Without the empty ground below the last line."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, ground).getbbox()
    bottom = min(image.height, (box[3] if box else image.height) + MARGIN)
    out = io.BytesIO()
    image.crop((0, 0, image.width, bottom)).save(out, "PNG")
    return out.getvalue()
