"""Each plot says what was found: in its figure, its sentence and its table."""

import datetime as dt
import itertools
import re
from dataclasses import replace

import pytest
from django.utils import translation

from experiments.reports import ages, charts, forest, lasting, moments, over_time, plots
from experiments.reports.by_view import by_view
from experiments.reports.charts import Marked, Reads
from experiments.reports.exposures import exposures
from experiments.reports.findings import NOTHING_FOUND, ExposureDay, Mark, Role, Safety
from experiments.reports.funnel import funnel
from experiments.reports.payload import State, decode, encode
from tests.experiments.reports.full_reports import DAY, START, a_full_report, a_guard, found
from tests.experiments.reports.test_charts import colours

IDS = ["forest", "over-time", "exposures", "funnel", "ages", "by-view"]


def texts(chart) -> list[str]:
    return [one["text"] for one in chart.figure["layout"].get("annotations", [])]


def split_at(data, stage: str, *, alarm: bool, p: float = 1e-7):
    stages = (
        replace(one, split=replace(one.split, p=p, alarm=alarm)) if one.stage == stage else one
        for one in data.findings.funnel
    )
    return found(data, funnel=tuple(stages))


def test_further__full_report__in_the_order_of_the_page():
    assert [chart.id for chart in plots.further(a_full_report())] == IDS


def test_further__kept_and_read_again__the_same_plots():
    data = a_full_report(3)
    assert plots.further(decode(encode(data))) == plots.further(data)


def test_further__nothing_found__only_what_the_comparison_gives():
    data = replace(a_full_report(), findings=NOTHING_FOUND)
    assert [chart.id for chart in plots.further(data)] == ["forest", "over-time"]


@pytest.mark.parametrize("variants", [2, 3, 8])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_further__every_plot__has_title_sentence_and_a_whole_table(variants, language):
    with translation.override(language):
        for chart in plots.further(a_full_report(variants)):
            assert chart.title
            assert chart.summary.endswith((".", "。")), chart.id
            assert chart.rows, chart.id
            assert {len(row) for row in chart.rows} == {len(chart.columns)}, chart.id


def test_further__every_plot__wears_only_colours_and_tags_that_the_page_allows():
    for chart in plots.further(a_full_report(5)):
        assert colours(chart.figure) <= set(charts.PALETTE), chart.id
        assert not re.search(r"<(b|i|em|span|a)\b", str(chart.figure)), chart.id


def test_further__before_the_verdict__only_counts_and_the_daily_band_may_be_read():
    reads = {chart.id: chart.reads for chart in plots.further(a_full_report())}
    assert {key for key, value in reads.items() if value is Reads.ALWAYS} == {"exposures", "funnel"}
    assert reads["over-time"] is Reads.DAILY


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


def test_over_time__changes__stand_over_their_days_and_in_the_sentence():
    chart = over_time.over_time(a_full_report())
    assert texts(chart) == ["Start", "Traffic", "Pause", "Resumed", "Bound passed"]
    lines = chart.figure["layout"]["shapes"][1:]
    assert lines[1]["x0"] == (START + 3 * DAY).date().isoformat()
    assert "2026-11-11 Traffic (20% → 50%)" in chart.notes[0]
    assert "The bound was passed on 2026-11-18." in chart.summary


def test_over_time__bound_not_passed__says_so():
    data = a_full_report()
    looks = replace(data.findings.looks, passed_on=None)
    chart = over_time.over_time(found(data, looks=looks))
    assert "The bound has not been passed so far." in chart.summary
    assert "Bound passed" not in texts(chart)


def test_moments__unknown_kind__is_still_a_change():
    data = found(a_full_report(), marks=(Mark(START + DAY, "renamed"),), looks=None)
    assert [one.text for one in moments.moments_of(data)] == ["Change"]


def test_moments__one_day__is_one_line_with_both_words():
    marks = (Mark(START, "started"), Mark(START, "traffic"), Mark(START, "traffic"))
    data = found(a_full_report(), marks=marks, looks=None)
    assert [one.text for one in moments.moments_of(data)] == ["Start · Traffic"]


def test_moments__many_in_a_row__no_two_words_touch():
    days = [(START + i * DAY).date() for i in range(14)]
    some = [moments.Moment(day, "New banner") for day in days]
    words = moments.words(some, days)
    assert 3 <= len(words) < 14
    lanes = {word["yshift"] for word in words}
    assert len(lanes) == moments.LANES
    for lane in lanes:
        mine = [dt.date.fromisoformat(word["x"]) for word in words if word["yshift"] == lane]
        gaps = [(b - a).days for a, b in itertools.pairwise(mine)]
        assert all(gap / 13 * moments.NARROW >= moments.LETTER * 5 for gap in gaps)


def test_exposures__against_plan__whole_and_part_of_it():
    chart = exposures(a_full_report())
    plan, first, _second = chart.figure["data"]
    assert plan["name"] == "Plan for each"
    # The test began at noon: half a day of 1,300 visitors for two variants.
    assert plan["y"][:2] == [325.0, 650.0]
    assert first["y"][0] == 325
    assert chart.rows[-1][-1] == "17,550"
    assert "99.7% of the 17,550 planned by now" in chart.summary


def test_exposures__unequal_shares__a_plan_for_each():
    data = a_full_report()
    arms = tuple(replace(a, share=s) for a, s in zip(data.design.arms, (0.2, 0.8), strict=True))
    chart = exposures(replace(data, design=replace(data.design, arms=arms)))
    names = [trace["name"] for trace in chart.figure["data"]]
    assert names == ["Plan for A", "Plan for B", "A", "B"]
    assert chart.figure["data"][1]["y"][1] == pytest.approx(1_040)


def test_exposures__a_day_without_visitors__is_zero_and_not_a_bridge():
    days = [START.date(), (START + 2 * DAY).date()]
    some = tuple(ExposureDay(day, arm, 10) for day in days for arm in (1, 2))
    chart = exposures(found(a_full_report(), exposures=some, expected_per_day=None))
    assert chart.figure["data"][0]["y"] == [10, 0, 10]
    assert chart.summary == "40 visitors so far: A 20, B 20."


def test_exposures__one_day__is_no_chart():
    some = (ExposureDay(START.date(), 1, 10),)
    assert exposures(found(a_full_report(), exposures=some)) is None


def test_funnel__share_of_the_first_step__with_its_count():
    bars = funnel(a_full_report()).figure["data"]
    assert bars[0]["x"][3] == pytest.approx(12)
    assert bars[0]["text"][3] == "A  12.0% · 1,080"
    assert bars[0]["textposition"][:1] == ["inside"]
    assert bars[0]["textposition"][3] == "outside"


def test_funnel__nothing_assigned_was_kept__begins_with_rendered():
    data = a_full_report()
    stages = tuple(
        replace(s, counts=(0, 0)) if s.stage == "assigned" else s for s in data.findings.funnel
    )
    chart = funnel(found(data, funnel=stages))
    assert chart.rows[0][0] == "Rendered"
    assert chart.rows[0][1].endswith("(100.0%)")


def test_funnel__split_off_where_no_banner_can_move_it__is_an_alarm():
    chart = funnel(split_at(a_full_report(), "rendered", alarm=True))
    assert [note.state for note in chart.notes] == [State.OK, State.BLOCKING]
    assert "50.0% / 50.0% instead of 50% / 50%" in chart.notes[1]
    assert chart.rows[1][-1].state is State.BLOCKING
    assert chart.rows[1][-1] == "Off (p < 0.0001)"


def test_funnel__split_off_at_a_later_step__is_only_information():
    chart = funnel(split_at(a_full_report(), "click", alarm=True))
    assert [note.state for note in chart.notes] == [State.OK, State.OK]
    assert chart.rows[3][-1].state is State.NOT_APPLICABLE
    assert chart.rows[3][-1] == "The banner may move it (p < 0.0001)"


def test_funnel__an_arm_without_anybody__has_no_share():
    data = a_full_report()
    stages = tuple(replace(s, counts=(0, s.counts[1])) for s in data.findings.funnel)
    assert funnel(found(data, funnel=stages)).rows[1][1] == "0 (—)"


def test_ages__even_effect__is_called_steady():
    chart = ages.ages(a_full_report())
    assert "steady as far as one can see: B" in chart.summary
    assert chart.rows[-1][3] == "3 of the 5 carts that each side needs"


def raised(point, by: float):
    span = replace(point.span, low=point.span.low + by, high=point.span.high + by)
    return replace(point, lift=point.lift + by, span=span)


def test_ages__effect_that_wears_off__is_called_changing():
    data = a_full_report()
    points = tuple(raised(p, 0.3) if p.since < 3 else p for p in data.findings.ages)
    worn = found(data, ages=points)
    assert lasting.steady(worn.findings.ages) is False
    assert "changes with time: B +33" in ages.ages(worn).summary


def test_ages__two_days__nobody_says_that_it_is_steady():
    points = a_full_report().findings.ages[:2]
    assert lasting.steady(points) is None
    chart = ages.ages(found(a_full_report(), ages=points))
    assert chart.summary == "Too few days to say whether the effect lasts."


def test_by_view__few_views__only_in_the_table():
    chart = by_view(a_full_report())
    assert chart.figure["data"][0]["x"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(chart.rows) == 20
    assert chart.rows[0] == ["1", "A", "9,000", "740", "8.22%"]
    assert "on view 8" in chart.summary


def test_wrapped__long_names__end_at_words_and_between_characters():
    assert charts.wrapped("Clicks per viewable impression") == "Clicks per viewable<br>impression"
    assert charts.wrapped("可见展示点击率可见展示点击率", 14) == "可见展示点击率<br>可见展示点击率"
    assert charts.wrapped("CTR") == "CTR"


def test_marked__text__is_a_text_everywhere_else():
    cell = Marked("As planned", State.OK)
    assert ", ".join([cell]) == "As planned"
