"""Wins over time: periods, sums, and what is shrunk."""

import datetime as dt

import pytest

from experiments.library import impact, shrinking
from experiments.library.record import Ended, Win
from experiments.reports.findings import Belief
from experiments.reports.gaps import Span
from experiments.reports.payload import Effect

WIN = Win(measured=0.10, shrunk=0.04)


def ended(*days: str, win: Win | None = WIN) -> list[Ended]:
    return [Ended(dt.date.fromisoformat(day), "ctr", win is not None, win) for day in days]


def test_periods__within_a_year__months_and_the_empty_ones_too():
    found = impact.periods(ended("2026-01-31", "2026-03-01"))
    assert [(p.name, p.tests) for p in found] == [("2026-01", 1), ("2026-02", 0), ("2026-03", 1)]


def test_periods__over_a_year__quarters():
    found = impact.periods(ended("2025-02-01", "2026-03-01"))
    assert [p.name for p in found] == ["2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1"]


def test_periods__many_years__years():
    assert [p.name for p in impact.periods(ended("2016-02-01", "2026-03-01"))][::5] == [
        "2016",
        "2021",
        "2026",
    ]


def test_chart__wins__bars_table_and_sentence_agree():
    days = ended("2026-01-05", "2026-01-06") + ended("2026-02-01", win=None)
    chart = impact.chart(days, "ctr")
    measured, shrunk = chart.figure["data"]
    assert measured["y"] == [pytest.approx(20), 0]
    assert shrunk["y"] == [pytest.approx(8), 0]
    assert chart.rows[0] == ["2026-01", "2", "2", "+4.0%", "+20.0%", "+8.0%"]
    assert chart.rows[1] == ["2026-02", "1", "0", "–", "–", "–"]
    assert "2 wins add up to +8.0% when shrunk, +20.0% as measured" in chart.summary


def test_chart__no_win__none():
    assert impact.chart(ended("2026-01-05", win=None), "ctr") is None


def test_shrunk__prior_as_wide_as_the_error__half():
    error = 0.10
    effect = Effect("ctr", 1, lift=0.2, lift_span=Span(0.2 - 2 * error, 0.2 + 2 * error, 0.95))
    wide = Effect("ctr", 1, lift=0.2, lift_span=effect.lift_span, bound=2.0)
    assert shrinking.shrunk(wide, ()) == pytest.approx(0.1)
    assert shrinking.shrunk(effect, ()) == pytest.approx(0.1, rel=0.03)


def test_shrunk__the_report_knows__its_number_for_that_arm():
    effect = Effect("ctr", 1, lift=0.2, lift_span=Span(0.1, 0.3, 0.95))
    assert shrinking.shrunk(effect, (Belief(2, shrunk=0.9), Belief(1, shrunk=0.07))) == 0.07


def test_shrunk__no_range__none():
    assert shrinking.shrunk(Effect("ctr", 1, lift=0.2), ()) is None
