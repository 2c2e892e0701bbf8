"""The mark `bot` on real lists: what docs/performance.md says of it stays true."""

import re
from pathlib import Path

import pytest

from benchmarks import traffic as trials
from delivery import traffic

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


@pytest.fixture(scope="module")
def found(request) -> trials.Trial:
    if not trials.DATA.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    return trials.trial()


def test_robots__crawlers_and_browsers__recall_and_precision_as_published(found) -> None:
    assert found.recall >= 0.89
    assert found.precision >= 0.995
    assert found.false_alarms <= 0.005


def test_document__numbers__are_those_of_the_trial(found) -> None:
    page = PAGE.read_text("utf-8")
    for share, what in ((found.recall, "recall"), (found.precision, "precision")):
        row = re.search(rf"\({what}\) *\|[^|]*\| ([\d.]+)%", page)
        assert row, what
        assert float(row[1]) == pytest.approx(share * 100, abs=0.06)


@pytest.mark.parametrize(
    "phone",
    [
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/120 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; SM-S918B) Chrome/130 Mobile MicroMessenger/8.0.50",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS]",
    ],
)
def test_robots__phones_whose_names_sound_like_one__are_people(phone) -> None:
    assert not traffic.is_robot(phone)


@pytest.mark.parametrize(
    "program",
    [
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120 Safari/537.36",
        "Shopwatch/1.0 (+https://watch.example)",
        "python-requests/2.32",
    ],
)
def test_robots__headless_unknown_with_a_contact_or_a_library__are_programs(program) -> None:
    assert traffic.is_robot(program)
