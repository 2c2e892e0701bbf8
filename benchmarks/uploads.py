"""`python -m benchmarks.uploads`: hostile files one by one, then a thousand uploads in a row.

Writes the table of `docs/uploads.md`: how each file of the corpus ends, what it costs the child
that decodes it and what the process that asked; then what a thousand uploads leave behind.
"""

import argparse
import gc
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from PIL import Image

from benchmarks.report import aligned
from benchmarks.row import busy
from tests.creatives.corpus import CASES, TAKEN, Case
from tests.creatives.hostile_bytes import encoded

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "uploads.md"
BEGIN, END = "<!-- begin: measured -->", "<!-- end: measured -->"
MEGABYTE: Final = 1 << 20
WARM: Final = 100
BAR_MEGABYTES: Final = 300
WIDE, HIGH = 4200, 4000  # as many pixels as are allowed


@dataclass(frozen=True, slots=True)
class Row:
    """One file: how it ended, and what it cost."""

    case: Case
    size: int
    verdict: str
    child: int
    cpu: float
    seconds: float
    parent: int


def _noise(width: int, height: int, *, coarse: int) -> Image.Image:
    """As hard to compress as a photograph of that size at a common quality."""
    small = Image.effect_noise((width // coarse, height // coarse), 60)
    return small.resize((width, height), Image.Resampling.BICUBIC)


def _photograph(fmt: str, mode: str = "RGB") -> bytes:
    return encoded(_noise(WIDE, HIGH, coarse=6).convert(mode), fmt, quality=50)


def _transparent() -> bytes:
    image = _noise(WIDE, HIGH, coarse=40).convert("RGB")
    image.putalpha(_noise(WIDE, HIGH, coarse=40))
    return encoded(image.quantize(64), "PNG", optimize=False)


def _clear(width: int, height: int) -> bytes:
    image = Image.new("RGB", (width, height), "teal")
    image.putalpha(Image.linear_gradient("L").resize((width, height)))
    return encoded(image, "PNG")


def _long(fmt: str) -> bytes:
    frames = [Image.new("RGB", (1000, 1000), (n * 8, 90, 30)) for n in range(30)]
    for n, frame in enumerate(frames):
        frame.paste(_noise(200, 200, coarse=4).convert("RGB"), (n * 25, n * 25))
    return encoded(frames[0], fmt, save_all=True, append_images=frames[1:], duration=100)


LARGEST: Final = (
    Case("JPEG of 16.8 megapixels", "as large as allowed", lambda: _photograph("JPEG"), TAKEN),
    Case(
        "CMYK JPEG of 16.8 megapixels",
        "as large as allowed",
        lambda: _photograph("JPEG", "CMYK"),
        TAKEN,
    ),
    Case("WebP of 16.8 megapixels", "as large as allowed", lambda: _photograph("WEBP"), TAKEN),
    Case(
        "grey WebP of 16.8 megapixels",
        "as large as allowed",
        lambda: _photograph("WEBP", "L"),
        TAKEN,
    ),
    Case("PNG of 16.8 megapixels, palette", "as large as allowed", _transparent, TAKEN),
    Case(
        "PNG of 16.8 megapixels, transparent",
        "as large as allowed",
        lambda: _clear(WIDE, HIGH),
        TAKEN,
    ),
    Case(
        "PNG of 4.2 megapixels, transparent",
        "as large as allowed",
        lambda: _clear(2100, 2000),
        TAKEN,
    ),
    Case("GIF, 30 frames of a megapixel", "as large as allowed", lambda: _long("GIF"), TAKEN),
    Case("APNG, 30 frames of a megapixel", "as large as allowed", lambda: _long("PNG"), TAKEN),
)


def built(cases: Sequence[Case], folder: Path) -> dict[str, Path]:
    """All files, built by another process: ours is to be measured."""
    paths = {case.name: folder / str(number) for number, case in enumerate(cases)}
    pid = os.fork()
    if pid == 0:
        for case in cases:
            paths[case.name].write_bytes(case.data())
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise SystemExit("the corpus could not be built")
    return paths


class Listener(logging.Handler):
    """What the last child cost."""

    def __init__(self) -> None:
        super().__init__()
        self.child, self.cpu = 0, 0.0

    def emit(self, record: logging.LogRecord) -> None:
        outcome = record.outcome  # type: ignore[attr-defined]
        self.child, self.cpu = outcome.peak_bytes, outcome.cpu_seconds


def one_by_one(cases: Sequence[Case], paths: dict[str, Path], heard: Listener) -> Iterator[Row]:
    """Upload each file once."""
    for case in cases:
        heard.child, heard.cpu = 0, 0.0
        data = paths[case.name].read_bytes()
        before = _forget_peak()
        begun = time.perf_counter()
        verdict = _verdict(data)
        seconds = time.perf_counter() - begun
        parent = max(0, _peak() - before)
        row = Row(case, len(data), verdict, heard.child, heard.cpu, seconds, parent)
        print(f"{case.sort}: {case.name}: {verdict}, {row.child >> 20} MB", flush=True)
        yield row


def _verdict(data: bytes) -> str:
    from creatives import media, uploads
    from engine.errors import LabError

    try:
        picture = uploads.accept(data)
    except LabError as error:
        return type(error).__name__
    media.keep_original(picture.original, picture.sort.extension)
    for made in (*picture.served, *picture.poster, picture.thumbnail):
        media.store(made.data, made.extension)
    return TAKEN


def _status(name: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0]) * 1024


def _forget_peak() -> int:
    """Memory now; the peak is counted from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


@dataclass(frozen=True, slots=True)
class State:
    """What may leak."""

    resident: int
    descriptors: int
    processes: int
    zombies: int
    temporary: int

    @classmethod
    def now(cls, media_root: Path) -> "State":
        gc.collect()
        family = _family(os.getpid())
        return cls(
            _status("VmRSS"),
            len(list(Path("/proc/self/fd").iterdir())),
            len(family),
            sum(_is_zombie(pid) for pid in family),
            sum(1 for path in media_root.rglob("*.part")),
        )


def _family(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(one) for one in path.read_text().split()]
    return [*children, *(one for child in children for one in _family(child))]


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def in_a_row(count: int, paths: Sequence[Path], media_root: Path) -> tuple[State, State, float]:
    """Upload the files again and again; the state after a hundred, that at the end, seconds."""
    begun, warm = time.perf_counter(), State.now(media_root)
    for number in range(count):
        if number == WARM:
            warm = State.now(media_root)
        _verdict(paths[number % len(paths)].read_bytes())
        if number % WARM == WARM - 1:
            print(f"{number + 1} uploads, {_status('VmRSS') / MEGABYTE:.1f} MB", flush=True)
    return warm, State.now(media_root), time.perf_counter() - begun


def table(rows: Sequence[Row]) -> str:
    head = ("kind", "file", "kB", "ends as", "child MB", "child CPU s", "s", "parent MB")
    lines = [
        (
            row.case.sort,
            row.case.name,
            f"{row.size / 1000:,.1f}",
            row.verdict + ("" if row.verdict == row.case.verdict else f" (not {row.case.verdict})"),
            f"{row.child / MEGABYTE:.0f}" if row.child else "no child",
            f"{row.cpu:.2f}" if row.child else "",
            f"{row.seconds:.3f}",
            f"{row.parent / MEGABYTE:.1f}",
        )
        for row in rows
    ]
    return aligned(head, lines)


def summary(rows: Sequence[Row], count: int, warm: State, end: State, seconds: float) -> str:
    wrong = [row.case.name for row in rows if row.verdict != row.case.verdict]
    bombs = [row for row in rows if row.case.sort == "bomb"]
    worst = max(bombs, key=lambda row: row.child)
    largest = max(rows, key=lambda row: row.child)
    in_parent = max(row.parent for row in bombs)
    return f"""\
- **{len(rows)} files, {len(wrong)} of them ended otherwise than expected.**
- The dearest bomb (“{worst.case.name}”) took {_mb(worst.child)} in its child (bar:
  {BAR_MEGABYTES} MB); what the header gives away needs no child at all. In the process that asked
  no bomb took more than {_mb(in_parent)}.
- The dearest file of all (“{largest.case.name}”) took {_mb(largest.child)}.
- {count:,} uploads in a row (the files below in turn, without the largest and the slowest, stored)
  took {seconds:.0f} s. After {WARM} of them and at the end the process had {_mb(warm.resident)}
  and {_mb(end.resident)}, {warm.descriptors} and {end.descriptors} open descriptors,
  {warm.processes} and {end.processes} child processes (the zygote), {end.zombies} zombies,
  {end.temporary} temporary files."""


def _mb(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB"


def write(text: str) -> None:
    """Replace what was measured; the rest of the page stays."""
    page = DOCUMENT.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.uploads", description=__doc__)
    parser.add_argument("--uploads", type=int, default=1000, help="in a row (default 1000)")
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/uploads.md")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as name:
        folder = Path(name)
        settings.configure(MEDIA_ROOT=str(folder / "media"), USE_I18N=False)
        text = _measured(folder, chosen.uploads)
    print(f"\n{text}")
    if not chosen.no_write:
        write(text)
    return 0


def _measured(folder: Path, count: int) -> str:
    heard, cases = Listener(), (*CASES, *LARGEST)  # large ones leave a larger heap behind
    logger = logging.getLogger("creatives.decoding.parent")
    logger.addHandler(heard)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    paths = built(cases, folder)
    media_root, load = folder / "media", busy()
    _verdict(paths[CASES[0].name].read_bytes())
    rows = list(one_by_one(cases, paths, heard))
    ordinary = [paths[case.name] for case in CASES if not case.slow]
    warm, end, seconds = in_a_row(count, ordinary, media_root)
    when = (
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores; load average"
        f" {load:.1f} before and {busy():.1f} after."
    )
    return f"{when}\n\n{summary(rows, count, warm, end, seconds)}\n\n{table(rows)}"


if __name__ == "__main__":
    raise SystemExit(main())
