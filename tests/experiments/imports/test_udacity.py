"""A real landing-page test from its file to its verdict, through log, roll-up and report."""

import pytest

from events import rollup, store
from events.models import Import, UnitTotal
from experiments.models import Experiment
from tests.events.log import fingerprint
from tests.experiments.imports.command_line import cost, machine_is_quiet, manage
from tests.factories import a_site

OPTIONS = (
    *("--site", "shop", "--experiment", "landing-page"),
    *("--map", "unit=user_id,time=timestamp,variant=group,converted=converted"),
    *("--require", "landing_page:control=old_page,treatment=new_page"),
    *("--primary", "conversion_rate", "--mde", "0.5", "--mde-kind", "points"),
)


def _import(path) -> str:
    return manage("import_events", str(path), *OPTIONS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly
def test_import_events__udacity__gives_the_published_figures_and_adds_nothing_twice(shared_data):
    a_site()
    said = _import(shared_data / "udacity" / "ab_data.csv.gz")
    assert "3,893 rows left out, because group / landing_page disagree" in said
    assert "1 row of visitors who came before" in said

    experiment = Experiment.objects.get(key="landing-page")
    control, treatment = experiment.variants.all()
    assert (control.key, treatment.key) == ("control", "treatment")
    assert (experiment.status, experiment.origin, experiment.unit) == (
        "stopped",
        "events",
        "visitor",
    )
    units = UnitTotal.objects.filter(experiment_id=experiment.pk)
    assert [units.filter(variant_id=v.pk).count() for v in (control, treatment)] == [
        145_274,
        145_310,
    ]
    assert [units.filter(variant_id=v.pk, converted=1).count() for v in (control, treatment)] == [
        17_489,
        17_264,
    ]

    report = experiment.reports.get()
    assert report.verdict == "no_difference"
    [effect] = [e for e in report.payload["effects"] if e["metric"] == "conversion_rate"]
    assert round(effect["difference"] * 100, 4) == -0.1578
    assert round(effect["p"], 3) == 0.190
    assert round(report.payload["split"]["p"], 3) == 0.947

    [entry] = Import.objects.all()
    [dropped] = entry.summary["dropped"]
    assert (dropped["rule"], dropped["rows"]) == ("disagrees", 3893)

    seconds, megabytes = cost(said)
    assert megabytes < 500
    assert seconds < 90 or not machine_is_quiet()

    kept = fingerprint()
    again = _import(shared_data / "udacity" / "ab_data.csv.gz")
    assert "Nothing new" in again
    assert fingerprint() == kept
    rollup.rebuild()
    assert fingerprint() == kept
    assert store.health(experiment.pk, 1).multiple == 0
