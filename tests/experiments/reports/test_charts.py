"""Figures say what the report says, in colours that the page chooses."""

import re

import pytest

from experiments.reports import charts, forest, over_time
from tests.experiments.reports import states
from tests.experiments.reports.states import a_report, an_arm

HEX = re.compile(r"#[0-9a-f]{6}")


def colours(value) -> set[str]:
    return set(HEX.findall(str(value)))


@pytest.mark.parametrize("kind", ["use", "several", "your_call", "collecting"])
@pytest.mark.parametrize("draw", [forest.forest, over_time.over_time])
def test_figure__every_colour__can_be_replaced_by_the_page(kind, draw):
    chart = draw(getattr(states, kind)())
    assert colours(chart.figure)
    assert colours(chart.figure) <= set(charts.PALETTE)


@pytest.mark.parametrize("draw", [forest.forest, over_time.over_time])
def test_figure__text__brings_no_inline_style(draw):
    # plotly.js turns <b>, <i> and <span> into style attributes, which the page's policy forbids.
    assert not re.search(r"<(b|i|em|span|a)\b", str(draw(states.several()).figure))


def test_forest__effect__drawn_where_it_was_found():
    data = states.use()
    trace = forest.forest(data).figure["data"][0]
    (effect,) = data.primary()
    assert trace["x"][0] == pytest.approx(effect.lift * 100)
    high = trace["x"][0] + trace["error_x"]["array"][0]
    assert high == pytest.approx(effect.lift_span.high * 100)


def test_forest__huge_lift__is_inside_the_picture():
    data = a_report(an_arm(20_000, ctr=0.02), an_arm(20_000, ctr=0.06))
    chart = forest.forest(data)
    low, high = chart.figure["layout"]["xaxis"]["range"]
    assert all(low < x < high for x in chart.figure["data"][0]["x"])


def test_forest__nothing_measurable__is_no_chart():
    assert forest.forest(states.no_data()) is None


def test_forest__table__has_every_metric_and_reasons_where_numbers_are_missing():
    data = a_report(an_arm(20_000, buyers=0), an_arm(20_000, buyers=0))
    rows = forest.forest(data).rows
    assert rows[0][:2] == ["Click-through rate", "B"]
    assert {row[0] for row in rows} == {forest.metric_name(e.metric) for e in forest.recorded(data)}


def test_over_time__planned_look_reached__ends_with_its_range():
    traces = over_time.over_time(states.use()).figure["data"]
    assert "error_y" in traces[-1]
    assert all("error_y" not in t for t in over_time.over_time(states.collecting()).figure["data"])


def test_over_time__one_day__is_no_chart():
    assert over_time.over_time(a_report(an_arm(20_000), an_arm(20_000))) is None


def test_over_time__start_and_passing_of_the_bound__are_marked():
    words = over_time.over_time(states.use()).figure["layout"]["annotations"]
    assert [word["text"] for word in words] == ["Start", "Bound passed"]


def test_look_of__eight_treatments__no_two_look_alike():
    data = a_report(*[an_arm(1_000) for _ in range(8)])
    looks = [charts.look_of(data, arm.id) for arm in data.design.treatments]
    assert len(set(looks)) == 7


def test_chart__summary_and_table__stand_beside_every_figure():
    for chart in (forest.forest(states.several()), over_time.over_time(states.several())):
        assert chart.summary
        assert chart.rows
        assert all(len(row) == len(chart.columns) for row in chart.rows)
