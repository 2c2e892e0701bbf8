"""`python -m benchmarks`: set everything up, load it, print one table, write it down."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import measure, report
from benchmarks.stage import Stage, missing


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of load per row (default 4)")
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/performance.md")
    chosen = parser.parse_args()
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="banner-lab-") as folder, Stage(Path(folder)) as stage:
        rows = list(measure.everything(stage, seconds=chosen.seconds))
        text = report.table(rows)
    print(f"\n{text}")
    if not chosen.no_write:
        report.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
