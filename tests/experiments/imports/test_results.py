"""What an import of totals makes."""

import datetime as dt
import html
import io

import pytest
from django.core.management import CommandError, call_command

from events import rollup, store
from events.models import Aggregate, Import
from experiments.models import Experiment, Report, Variant
from tests.factories import a_site, a_user

pytestmark = pytest.mark.django_db(transaction=True)

STRANGE = """<script>alert(1)</script> “It’s” 5 > 3 & 'so' 🎉<br>"""
HEADER = "test,arm,text,shown,clicked,week\n"
MAP = [
    "test=test,variant=arm,name=text,impressions=shown,clicks=clicked,week=week",
]


@pytest.fixture
def site():
    return a_site()


def load(path, rows, *, header=HEADER, **options):
    path.write_text(header + rows, encoding="utf-8")
    out = io.StringIO()
    call_command(
        "import_results", str(path), stdout=out, **({"site": "shop", "map": MAP} | options)
    )
    return out.getvalue()


def _row(test, arm, text, shown, clicked, *, week="201401"):
    quoted = text.replace('"', '""')
    return f'{test},{arm},"{quoted}",{shown},{clicked},{week}\n'


TWO = _row("T-1", "a", "Plain", 3_000, 90) + _row("T-1", "b", STRANGE, 3_050, 150)


def test_load__a_test__is_a_finished_experiment_of_impressions(site, tmp_path):
    said = load(tmp_path / "r.csv", TWO)
    experiment = Experiment.objects.get()
    assert (experiment.origin, experiment.unit, experiment.status) == (
        "results",
        "impression",
        "stopped",
    )
    assert experiment.name == "Plain"
    assert experiment.started_at == dt.datetime(2014, 1, 6, tzinfo=dt.UTC)
    assert experiment.stopped_at == dt.datetime(2014, 1, 13, tzinfo=dt.UTC)
    report = experiment.reports.get()
    assert [(c["units"], c["clicks"]) for c in report.payload["counts"]] == [
        (3_000, 90),
        (3_050, 150),
    ]
    assert "Tests: 1 (2 variants); new: 1, changed: 0." in said
    assert Import.objects.get().summary["added"] == 1


def test_load__strange_text__stored_as_it_is_and_shown_as_text(site, tmp_path, client):
    load(tmp_path / "r.csv", TWO)
    assert Variant.objects.get(key="b").name == STRANGE
    client.force_login(a_user(role="manager", site=site))
    page = client.get(f"/s/shop/experiments/{Experiment.objects.get().key}/").content.decode()
    assert "<script>alert(1)" not in page
    assert html.escape(STRANGE).replace("&#x27;", "&#39;") in page.replace("&#x27;", "&#39;")


def test_load__again__adds_nothing_and_a_rebuild_leaves_it(site, tmp_path):
    load(tmp_path / "r.csv", TWO)
    before = list(Aggregate.objects.order_by("pk").values())
    assert "Nothing new" in load(tmp_path / "r.csv", TWO)
    rollup.rebuild()
    assert list(Aggregate.objects.order_by("pk").values()) == before
    assert (Experiment.objects.count(), Report.objects.count()) == (1, 1)


def test_load__corrected_totals__change_the_report_of_that_test_alone(site, tmp_path, now):
    other = _row("T-2", "a", "x", 500, 9) + _row("T-2", "b", "y", 500, 9)
    load(tmp_path / "r.csv", TWO + other)
    untouched = Report.objects.get(experiment__name="x").as_of
    said = load(tmp_path / "r.csv", TWO.replace("3000,90", "3000,91") + other)
    assert "new: 0, changed: 1" in said
    clicks = Report.objects.get(experiment__name="Plain").payload["counts"][0]["clicks"]
    assert clicks == 91
    assert Report.objects.get(experiment__name="x").as_of == untouched


def test_load__report_lost_on_the_way__is_made_by_the_next_run(site, tmp_path):
    load(tmp_path / "r.csv", TWO)
    Report.objects.all().delete()
    load(tmp_path / "r.csv", TWO)
    assert Report.objects.get().payload is not None


def test_load__no_variant_column__numbers_the_rows(site, tmp_path):
    rows = "t,100,5\nt,100,6\n"
    load(
        tmp_path / "r.csv",
        rows,
        header="test,shown,clicked\n",
        map=["test=test,impressions=shown,clicks=clicked"],
        time_default="2014-01-31",
    )
    assert list(Variant.objects.values_list("key", flat=True)) == ["v1", "v2"]
    found = store.aggregates(Experiment.objects.get().pk, 1)
    assert {day for days in found.values() for day in days} == {dt.date(2014, 1, 31)}


def test_load__tests_with_one_variant__left_out_and_counted(site, tmp_path):
    said = load(tmp_path / "r.csv", TWO + _row("T-2", "a", "x", 500, 9))
    assert "1 row left out, because their test has no second variant (row 4)" in said
    assert Experiment.objects.count() == 1


def test_load__long_names__cut_and_reported(site, tmp_path):
    rows = _row("T-1", "a", "x" * 400, 10, 1) + _row("T-1", "b", "y", 10, 1)
    assert "1 row repaired: names longer" in load(tmp_path / "r.csv", rows)
    assert Variant.objects.get(key="a").name == "x" * 299 + "…"
    assert len(Experiment.objects.get().name) == 150


def test_load__other_variants_than_before__refused(site, tmp_path):
    load(tmp_path / "r.csv", TWO)
    with pytest.raises(CommandError, match="other variants"):
        load(tmp_path / "r.csv", TWO + _row("T-1", "c", "new", 10, 1))
    assert Variant.objects.count() == 2


def test_load__test_in_two_weeks__spans_both(site, tmp_path):
    rows = _row("T-1", "a", "x", 10, 1, week="201401") + _row("T-1", "b", "y", 10, 1, week="201402")
    load(tmp_path / "r.csv", rows)
    experiment = Experiment.objects.get()
    assert experiment.stopped_at - experiment.started_at == dt.timedelta(days=14)
