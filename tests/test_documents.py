"""Documents name modules and tests: each of them exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks import calibration
from benchmarks.claims import claims
from engine.stats.aggregates import PAIRS, TOTALS
from engine.stats.metrics import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted(p for p in (ROOT / "docs").rglob("*.md"))
STATISTICS = ROOT / "docs" / "statistics.md"
UNDER = ("", "engine", "tests", "tests/engine", "docs")
NAMED = re.compile(r"`((?:[\w.]+/)*\w+\.py)(?:::(\w+))?`")


def _found(name: str) -> Path | None:
    places = (ROOT / folder / name for folder in UNDER)
    return next((place for place in places if place.is_file()), None)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _missing(name: str, function: str) -> bool:
    path = _found(name)
    return path is None or bool(function and function not in _functions(path))


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.stem)
def test_document__modules_and_tests_it_names__exist(page):
    named = set(NAMED.findall(page.read_text(encoding="utf-8")))
    # A module of a list of modules may be named without its folder.
    whole = {one for one in named if "/" in one[0]}
    assert sorted("::".join(one) for one in whole if _missing(*one)) == []


def test_statistics__every_module_of_the_engine__is_named():
    text = STATISTICS.read_text(encoding="utf-8")
    modules = {p.name for p in (ROOT / "engine" / "stats").glob("*.py")} - {"__init__.py"}
    assert sorted(name for name in modules if f"stats/{name}`" not in text) == []


def test_statistics__table_of_calibration__has_every_statement_and_none_is_broken():
    text = STATISTICS.read_text(encoding="utf-8")
    table = text.split(calibration.BEGIN)[1].split(calibration.END)[0]
    rows = table.strip().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [c.what for c in claims()]
    assert "BROKEN" not in table


def test_statistics__counts_and_metrics__are_those_of_the_engine():
    text = STATISTICS.read_text(encoding="utf-8")
    assert f"**{len(TOTALS)} totals**" in text
    assert f"**{len(PAIRS)} sums of products**" in text
    assert re.findall(r"^\| `(\w+)` \| (?:ratio|mean|prop)", text, re.MULTILINE) == list(CATALOGUE)
