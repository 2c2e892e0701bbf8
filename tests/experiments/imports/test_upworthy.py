"""1,277 real tests of which only totals exist: from the file to the reports' figures."""

import csv
import gzip
from collections import Counter

import pytest

from events import rollup
from experiments.models import Experiment, Report, Variant
from tests.experiments.imports.command_line import cost, machine_is_quiet, manage
from tests.factories import a_site

OPTIONS = (
    *("--site", "shop", "--map", "test=clickability_test_id,variant=package_index,name=headline"),
    *("--map", "impressions=impressions,clicks=clicks,week=test_week"),
)
BROKEN_WEEKS = range(201325, 201402)


def _import(path) -> str:
    return manage("import_results", str(path), *OPTIONS)


def _rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _omnibus_p(payload) -> float:
    if payload["all_arms"] is not None:
        return 1.0 if payload["all_arms"]["gap"] else payload["all_arms"]["p"]
    [effect] = [e for e in payload["effects"] if e["metric"] == "ctr"]
    return 1.0 if effect["gap"] else effect["p"]  # fewer than five clicks: no test, no alarm


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly
def test_import_results__upworthy__gives_the_published_figures_and_adds_nothing_twice(shared_data):
    a_site()
    path = shared_data / "upworthy" / "upworthy_packages_visible.csv.gz"
    said = _import(path)
    rows = _rows(path)
    weeks = {row["clickability_test_id"]: int(row["test_week"]) for row in rows}

    assert Experiment.objects.filter(origin="results", unit="impression").count() == 1_277
    reports = list(Report.objects.select_related("experiment"))
    assert len(reports) == 1_277
    alarms = Counter()
    for report in reports:
        broken = weeks[report.experiment.key] in BROKEN_WEEKS
        alarms[broken, report.payload["split"]["p"] < 0.001] += 1
    assert alarms == {(True, True): 179, (True, False): 84, (False, True): 6, (False, False): 1_008}
    assert sum(_omnibus_p(report.payload) < 0.05 for report in reports) == 613

    totals = [counts for report in reports for counts in report.payload["counts"]]
    assert sum(c["impressions"] for c in totals) == 21_633_022
    assert sum(c["clicks"] for c in totals) == 323_749
    assert sorted(Variant.objects.values_list("name", flat=True)) == sorted(
        row["headline"] for row in rows
    )

    seconds, megabytes = cost(said)
    assert megabytes < 500
    assert seconds < 120 or not machine_is_quiet()

    rollup.rebuild()
    assert "Nothing new" in _import(path)
    assert Report.objects.count() == 1_277
