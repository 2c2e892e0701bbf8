"""The table, printed and written to docs/performance.md."""

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.row import Row

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"

INTRODUCTION = """# Performance

`python -m benchmarks` sets up a PostgreSQL that syncs every commit and one delivery process, loads
them from the same machine with wrk (32 connections, keep-alive) and writes this page. The ratios
are what to look at: both sides of each were measured within the same minute. The limit of a
decision is the same server with a constant answer of the same size and headers.
"""


def table(rows: Sequence[Row]) -> str:
    """Markdown that also reads well in a terminal."""
    head = ("what", "ours /s", "limit /s", "ratio", "p99 ms", "limit is", "bar", "load")
    lines = [
        (
            row.what,
            f"{row.ours:,.0f}",
            f"{row.limit:,.0f}",
            f"{row.ratio:.2f}",
            f"{row.p99:.1f}",
            row.against,
            row.bar,
            f"{row.load:.1f}",
        )
        for row in rows
    ]
    return aligned(head, lines)


def aligned(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Columns of one width each."""
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in (head, rule, *lines)
    )


def write(text: str) -> None:
    """Replace the page."""
    where = (
        f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}; `load` is the machine's load average after the row."
    )
    others = _sections(DOCUMENT.read_text(encoding="utf-8")) if DOCUMENT.exists() else ""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(f"{INTRODUCTION}\n{where}\n\n{text}\n{others}", encoding="utf-8")


def _sections(page: str) -> str:
    start = page.find("\n## ")
    return page[start:] if start >= 0 else ""


EVENTS = """
## Durable events

`python -m benchmarks --events`: one delivery process and one PostgreSQL that syncs, loaded with
wrk. COPY is that of ready-made rows over one connection into the same partitioned and indexed
table, in groups of the size that our group commit had. Every event carries a signed token of its
own; de-duplication and partitions are on. *Only parsed and copied* is the same server with nothing
of the product in it (`benchmarks/parsing.py`): it reads the JSON and writes ready-made rows. On two
cores the load, the server and PostgreSQL share what COPY alone has for itself. *Server* and
*database* are the processor time that one event took of each, the least of the rounds: other work
on the machine bends it much less than the rates. A row is judged only where there was none.
"""

LOOP = """
## The loop

`python -m benchmarks.loop`: two delivery processes, one PostgreSQL that syncs, one Valkey.
Freshness is the time from the 202 of one process to the first decision of the other that knows it.
"""


def write_section(text: str, *, heading: str = LOOP) -> None:
    """Replace one section of the page, the one with this heading; the others stay."""
    page = DOCUMENT.read_text(encoding="utf-8")
    title = heading.splitlines()[1]
    before, _, rest = page.partition(f"\n{title}\n")
    when = f"Measured {time.strftime('%Y-%m-%d')} on {os.cpu_count()} cores."
    after = _sections(rest)
    DOCUMENT.write_text(
        f"{before.rstrip()}\n{heading}\n{when}\n\n{text}\n{after}", encoding="utf-8"
    )
