"""A Chromium on this machine, if there is one: `LAB_CHROMIUM`, or on the path.

It gets files of our own in a folder of its own, a fresh profile and no network, and has to be done
in time.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from engine.errors import LabError, Unavailable

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SECONDS: Final = 40
WAIT_SECONDS: Final = 20
VIRTUAL_MS: Final = 8_000
"""Time of the page's own clock for drawing; it runs as fast as it can."""
PAGE: Final = "page.html"
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


def written(files: Mapping[str, str], *, out: str, what: Sequence[str]) -> bytes:
    """The file `out` that Chromium writes when it opens `page.html` of `files`.

    `what` are its switches, in which `{out}` stands for the path of that file.

    Raises:
        NoChromium: There is none.
        Unavailable: It did not finish in time.
    """
    with _folder(files) as (path, folder):
        target = folder / out
        _run(path, folder, [one.format(out=target) for one in what], subprocess.DEVNULL)
        with _honestly():
            return target.read_bytes()


def dom(files: Mapping[str, str], *, what: Sequence[str] = ()) -> str:
    """What became of `page.html` once its scripts had run; raises as `written` does."""
    with _folder(files) as (path, folder):
        target = folder / "dom.txt"
        with target.open("wb") as out:
            _run(path, folder, ["--dump-dom", *what], out)
        return target.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    path = found()
    if path is None:
        raise NoChromium(
            _("Drawing needs a Chromium on the server, and there is none."),
            hint=_("Install one, or name it in LAB_CHROMIUM."),
        )
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise Unavailable(_("Other pages are being drawn. Try again in a minute."))
    try:
        with tempfile.TemporaryDirectory(prefix="drawing-") as name:
            for file, text in files.items():
                (Path(name) / file).write_text(text, encoding="utf-8")
            yield path, Path(name)
    finally:
        _one_at_a_time.release()


def _run(path: str, folder: Path, what: Sequence[str], out: int | IO[bytes]) -> None:
    # The sandbox of Chromium refuses to start for root, as in most containers.
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [
        *_gently(),
        *(path, *FLAGS, *root, f"--user-data-dir={folder / 'profile'}"),
        *what,
        (folder / PAGE).as_uri(),
    ]
    with _honestly():
        _finish(subprocess.Popen(command, cwd=folder, stdout=out, **QUIETLY))  # noqa: S603 - a list


def _gently() -> list[str]:
    """Drawing takes whole processors: pages and shoppers go first."""
    nice = shutil.which("nice")
    return [nice, "-n", "15"] if nice else []


@contextlib.contextmanager
def _honestly() -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        detail = _("The page could not be drawn (%(name)s).") % {"name": type(error).__name__}
        raise Unavailable(detail, hint=_("Try again.")) from error


def _finish(process: "subprocess.Popen[bytes]") -> None:
    try:
        if process.wait(timeout=SECONDS):
            raise subprocess.CalledProcessError(process.returncode, process.args)
    finally:
        # Whatever it has started goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
