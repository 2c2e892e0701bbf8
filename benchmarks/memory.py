"""`python -m benchmarks.memory --events 10000000`: the delivery process stays as large as it is.

Ordinary events, ten to a request, come from wrk; after each part the resident memory of the process
is printed. The first part warms up; what grows after it is judged per million events.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from banner_lab.stack.ports import HOST
from benchmarks import load, report
from benchmarks.row import busy
from benchmarks.stage import Stage, missing

PER_REQUEST = 10
SECONDS = 20
MOST_MIB = 2.0
"""What a million events may leave behind: 10⁷ then leave 20 MiB, which no restart waits for."""

HEADING = """
## Memory

`python -m benchmarks.memory`: events in tens from wrk, each with an id of its own, against one
delivery process on a PostgreSQL that syncs. Resident memory of the process and its worker.
"""


@dataclass(frozen=True, slots=True)
class Point:
    """After so many events the process had so many MiB."""

    events: int
    mib: float
    load: float


def points(stage: Stage, *, events: int) -> Iterator[Point]:
    """Load in parts until so many events were sent."""
    pid, sent = stage.processes[-1].pid, 0
    while sent < events:
        found = load.run(
            "views",
            f"http://{HOST}:{stage.port}/api/v1/events",
            seconds=SECONDS,
            headers={
                "Authorization": f"Bearer {stage.seeded['key']}",
                "Content-Type": "application/json",
            },
            extra={"PER": str(PER_REQUEST), "PART": str(sent)},
        )
        sent += int(found.rate * SECONDS) * PER_REQUEST
        yield Point(sent, resident(pid), busy())


def resident(pid: int) -> float:
    """MiB of a process and its children."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(word) for path in listed for word in path.read_text().split()]
    own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / (1 << 20)
    return own + sum(map(resident, below))


def slope(found: list[Point]) -> float | None:
    """MiB per million events by least squares, without the first point; None for too few points.

    Example:
        >>> slope([Point(0, 9, 0), Point(1_000_000, 10, 0), Point(2_000_000, 12, 0),
        ...        Point(3_000_000, 14, 0)])
        2.0
    """
    warm = found[1:]
    if len(warm) < 3:
        return None
    middle = sum(p.events for p in warm) / len(warm)
    spread = sum((p.events - middle) ** 2 for p in warm)
    return sum((p.events - middle) * p.mib for p in warm) / spread * 1e6


def _verdict(found: list[Point]) -> tuple[str, bool]:
    grown = slope(found)
    if grown is None:
        return "Too few points for a slope; send more events.", False
    holds = grown <= MOST_MIB
    said = "holds" if holds else "BROKEN"
    return (
        f"Slope {grown:+.2f} MiB per million events (bar: at most {MOST_MIB:.0f}): {said}.",
        holds,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    found = []
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        for point in points(stage, events=chosen.events):
            print(f"{point.events:>12,} events  {point.mib:8.1f} MiB", flush=True)
            found.append(point)
    lines = [(f"{p.events:,}", f"{p.mib:.1f}", f"{p.load:.1f}") for p in found]
    said, holds = _verdict(found)
    text = f"{report.aligned(('events', 'MiB', 'load'), lines)}\n\n{said}"
    print(text)
    if not chosen.no_write:
        report.write_section(text, heading=HEADING)
    return int(not holds)


if __name__ == "__main__":
    raise SystemExit(main())
