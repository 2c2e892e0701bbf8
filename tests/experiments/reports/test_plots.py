"""Each plot says what was found: in its figure, its sentence and its table."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from experiments.models import Report
from experiments.reports import charts, plots
from experiments.reports.charts import Marked, Reads
from experiments.reports.findings import NOTHING_FOUND
from experiments.reports.payload import Check, State, decode, encode
from tests.experiments.reports.full_reports import NOW, START, a_full_report
from tests.experiments.reports.test_charts import colours
from tests.factories import a_site, a_user, an_experiment
from workspace.models import Role

IDS = ["forest", "over-time", "exposures", "funnel", "ages", "by-view"]


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


def test_wrapped__long_names__end_at_words_and_between_characters():
    assert charts.wrapped("Clicks per viewable impression") == "Clicks per viewable<br>impression"
    assert charts.wrapped("可见展示点击率可见展示点击率", 14) == "可见展示点击率<br>可见展示点击率"
    assert charts.wrapped("CTR") == "CTR"


def test_marked__text__is_a_text_everywhere_else():
    cell = Marked("As planned", State.OK)
    assert ", ".join([cell]) == "As planned"


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.BLOCKING, State.OK])
def test_page__data_to_be_checked__keeps_what_helps_to_find_the_fault(client, state):
    client.force_login(a_user("manager", role=Role.MANAGER, site=a_site()))
    experiment = an_experiment(status="running", at=START, key="full")
    data = replace(a_full_report(), checks=(Check("split", state, {"p": 1e-9}),))
    rows = {"payload": encode(data), "verdict": "use", "method": data.method}
    Report.objects.create(experiment=experiment, phase=1, as_of=NOW, watermark=1, **rows)
    html = client.get("/s/shop/experiments/full/").content.decode()
    before, _mark, fold = html.partition("results-fold")
    places = [id_ for id_ in IDS if f'id="chart-{id_}-title"' in before]
    assert places == (["exposures", "funnel"] if state is State.BLOCKING else IDS)
    assert all(f'id="chart-{id_}-title"' in fold for id_ in IDS if id_ not in places)
