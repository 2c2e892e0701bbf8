"""`python -m benchmarks`: set everything up, load it, print one table, write it down."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import durable, measure, report
from benchmarks.stage import Stage, missing


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of load per row (default 4)")
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    parser.add_argument("--events", action="store_true", help="only the part for durable events")
    chosen = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        rows = [] if chosen.events else list(measure.everything(stage, seconds=chosen.seconds))
        events = durable.table(list(durable.lines(stage, seconds=chosen.seconds)))
    text = report.table(rows) if rows else ""
    print(f"\n{text}\n\n{events}")
    if not chosen.no_write:
        _write(text, events)
    return 0


def _write(text: str, events: str) -> None:
    if text:
        report.write(text)
    report.write_section(events, heading=report.EVENTS)


if __name__ == "__main__":
    raise SystemExit(main())
