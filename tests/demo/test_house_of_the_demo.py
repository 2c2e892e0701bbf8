"""The demo is a customer: what it counts comes in by the public doors and no other way."""

import re

from tests.test_house_rules import ROOT

FORBIDDEN = (
    r"\b(Event|UnitTotal|Aggregate|Conversion|Report)\b.*\.objects\.(?!get|filter)\w*",
    r"\b(Event|UnitTotal|Aggregate|Conversion|Report)\(",
    r"\bcursor\(|\.raw\(|\.execute\(|connection\b.*\bcopy\b",
    r"\bsink\b|put_totals|_refuse_counted",
    r"from (engine\.stats|engine\.assignment|delivery\.(?!config\b))",
)


def test_demo__sources__write_no_event_and_no_report():
    found = [
        f"{path.relative_to(ROOT)}: {hit.group(0)}"
        for path in sorted((ROOT / "demo").rglob("*.py"))
        for pattern in FORBIDDEN
        for hit in re.finditer(pattern, path.read_text())
    ]
    assert found == []


def test_shoppers__sources__share_no_code_with_what_estimates_them():
    for name in ("worlds", "shoppers"):
        text = (ROOT / "demo" / f"{name}.py").read_text()
        ours = re.findall(r"^from (\w[\w.]*)", text, re.MULTILINE)
        rooms = {
            m for m in ours if m.split(".")[0] in {"engine", "experiments", "events", "delivery"}
        }
        assert rooms <= {"engine.errors"}
