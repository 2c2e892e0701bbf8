"""`python -m benchmarks.calibration`: what the engine promises, run in full, as a table.

Ten to twenty minutes. The table goes between the markers of docs/statistics.md.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

from benchmarks.claims import Claim, claims
from benchmarks.simulated import Found

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "statistics.md"
BEGIN, END = "<!-- calibration -->", "<!-- /calibration -->"
HEAD = ("statement", "bar", "measured", "runs", "nightly", "each commit", "red without protection")


def line(claim: Claim, found: Found) -> tuple[str, ...]:
    tests = (f"`{name}`" if name else "–" for name in (claim.nightly, claim.check, claim.red))
    measured = found.text if found.holds else f"**BROKEN** {found.text}"
    return (claim.what, claim.bar, measured, claim.runs, *tests)


def table(lines: Iterable[tuple[str, ...]]) -> str:
    """Markdown without padding: the names of tests are long."""
    rows = (HEAD, tuple("---" for _ in HEAD), *lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def measured(chosen: Iterable[Claim]) -> list[tuple[Claim, Found]]:
    """Run one after the other, saying each."""
    results = []
    for claim in chosen:
        found = claim.measure()
        print(f"{claim.what}: {found.text}{'' if found.holds else '  BROKEN'}", flush=True)
        results.append((claim, found))
    return results


def write(text: str) -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.calibration", description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="do not touch docs/statistics.md")
    parser.add_argument("--only", default="", help="statements with this text, printed only")
    chosen = parser.parse_args()
    found = measured(claim for claim in claims() if chosen.only in claim.what)
    text = table([line(*one) for one in found])
    print(f"\n{text}")
    if not (chosen.no_write or chosen.only):
        write(text)
    return 0 if all(one.holds for _, one in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
