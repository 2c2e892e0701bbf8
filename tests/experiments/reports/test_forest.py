"""The forest plot: rows by role, guardrails by their own test, reasons in words."""

from dataclasses import replace

import pytest

from experiments.reports import forest
from experiments.reports.charts import Marked
from experiments.reports.findings import Role, Safety
from experiments.reports.payload import State
from tests.experiments.reports.full_reports import a_full_report, a_guard, found, texts


def test_forest__metrics__by_role_with_the_primary_one_first():
    rows = forest.forest(a_full_report()).rows
    assert [row[0] for row in rows] == [
        "Click-through rate",
        "Clicks per viewable impression",
        "Carts per visitor",
        "Conversion rate per visitor",
        "Revenue per visitor",
        "Orders per click",
    ]
    assert rows[0][2] == "Primary metric"
    assert rows[-1][2] == "Explains, does not decide"


def test_forest__not_measurable_yet__has_its_row_and_the_reason_in_words():
    chart = forest.forest(a_full_report(3))
    assert texts(chart).count("too few so far") == 1
    assert "Carts per visitor" in chart.figure["layout"]["yaxis"]["ticktext"]
    assert chart.rows[4][3] == "3 of the 5 carts that each side needs"


def test_forest__one_treatment_not_measurable__is_named_beside_the_other():
    data = a_full_report(3)
    effects = [
        replace(e, lift=None, lift_span=None) if (e.metric, e.arm) == ("ctr", 3) else e
        for e in data.effects
    ]
    assert "C: —" in texts(forest.forest(replace(data, effects=tuple(effects))))


def test_forest__guardrail__has_the_limits_of_its_own_test_and_its_margin():
    data = a_full_report()
    guard = data.findings.guards[0]
    traces = {trace["name"]: trace for trace in forest.forest(data).figure["data"]}
    held, margin = traces["Guardrail held"], traces["Margin"]
    assert held["x"][0] - held["error_x"]["arrayminus"][0] == pytest.approx(guard.low * 100)
    assert margin["x"] == [-5.0, -5.0]
    assert held["y"][0] == margin["y"][0]


def test_forest__safety__told_by_shape_and_by_words():
    data = a_full_report()
    safeties = list(Safety)
    guards = [a_guard(key, 2, s) for key, s in zip(_guarded(), safeties, strict=False)]
    chart = forest.forest(found(data, guards=tuple(guards)))
    shapes = {trace["name"]: trace["marker"]["symbol"] for trace in chart.figure["data"]}
    assert shapes["Guardrail held"] != shapes["Guardrail harmed"]
    assert "1 held, 1 harmed, 0 not known yet" in chart.summary
    assert [note.state for note in chart.notes] == [State.WARNING]
    marked = [row[2] for row in chart.rows if isinstance(row[2], Marked)]
    assert [cell.state for cell in marked] == [State.OK, State.WARNING]


def _guarded() -> tuple[str, str]:
    return "conversion_rate", "revenue_per_visitor"


def test_forest__margin_beyond_all_intervals__is_inside_the_picture():
    data = a_full_report()
    far = tuple(replace(guard, margin=0.3) for guard in data.findings.guards)
    low, _high = forest.forest(found(data, guards=far)).figure["layout"]["xaxis"]["range"]
    assert low < -30


def test_forest__report_of_before_roles__explaining_metrics_still_come_last():
    data = a_full_report()
    bare = tuple(replace(effect, role=Role.PRIMARY) for effect in data.effects)
    rows = forest.forest(replace(found(data, guards=()), effects=bare)).rows
    assert rows[0][2] == "Primary metric"
    assert [row[2] for row in rows[1:]].count("Secondary metric") == 4
    assert rows[-1][0] == "Orders per click"
