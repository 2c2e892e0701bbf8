"""There is one pen for the log and one for the totals."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("banner_lab", "creatives", "delivery", "demo", "engine", "events", "experiments")
LOG = re.compile(
    r"(INSERT\s+INTO|COPY|UPDATE|DELETE\s+FROM)\s+events_event\b|"
    r"(?<!class )(?<!threading\.)\bEvent\(|"
    r"\bEvent\.objects\.(bulk_)?(create|update|get_or_create)",
    re.IGNORECASE,
)
TOTALS = re.compile(
    r"(INSERT\s+INTO|COPY|UPDATE|DELETE\s+FROM)\s+"
    r"events_(unittotal|aggregate|conversion|tally|rollupstate|alias|assigned|cap)\b|"
    r"\b(UnitTotal|Aggregate|Conversion|Tally|RollupState|Alias|Assigned|Cap)\.objects\."
    r"\w*(create|update)",
    re.IGNORECASE,
)
REPORTS = re.compile(r"\bReport\.objects\.\w*(create|update)|INTO\s+experiments_report\b")


def _writers(pattern):
    return {
        str(path.relative_to(ROOT))
        for room in (*ROOMS, "workspace")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    }


def test_log__whole_house__written_by_the_sink_marked_by_corrections_and_removed_when_old():
    assert _writers(LOG) == {
        "delivery/sink.py",
        "events/statements/corrections.py",
        "events/statements/partitions.py",
    }


def test_totals__whole_house__written_by_the_rollup_and_put_totals_alone():
    rollup = {path for path in _writers(TOTALS) if path.startswith("events/statements/")}
    assert rollup
    assert _writers(TOTALS) - rollup == {"events/given.py", "events/rollup.py"}


def test_reports__whole_house__written_by_the_refresh_alone():
    assert _writers(REPORTS) <= {"experiments/reports/refresh.py"}
