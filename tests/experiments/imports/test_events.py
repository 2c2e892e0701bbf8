"""What an import of a log makes, and what it leaves alone."""

import datetime as dt
import io
import uuid

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from delivery.pseudonym import Pseudonyms
from events.models import Import, UnitTotal
from experiments.imports import designs
from experiments.models import Experiment
from experiments.reports import refresh
from tests.experiments.imports.test_malformed import GOOD, HEADER, MAP, load, nothing_imported
from tests.factories import a_site
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(HEADER + GOOD, encoding="utf-8")
    return file


def _log(*columns: str, where: str = "true") -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM events_event WHERE {where}")
        return cursor.fetchall()


def test_load__new_key__makes_a_finished_experiment_with_its_report(site, path):
    said = load(path, mde="10", days=30, primary="conversion_rate", control="b", name="Old test")
    experiment = Experiment.objects.get()
    assert (experiment.key, experiment.name, experiment.status) == (
        "old-test",
        "Old test",
        "stopped",
    )
    assert (experiment.origin, experiment.unit, experiment.planned_days) == (
        "events",
        "visitor",
        30,
    )
    assert experiment.started_at == dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)  # 10:00 in Shanghai
    assert [(v.key, v.position, v.creative) for v in experiment.variants.all()] == [
        ("b", 0, None),
        ("a", 1, None),
    ]
    assert experiment.reports.get().payload["design"]["primary"] == "conversion_rate"
    assert AuditEntry.objects.get(action="import").object_key == "old-test"
    assert "/s/shop/experiments/old-test/" in said


def test_load__units__are_pseudonyms_and_no_raw_id_is_stored(site, path):
    load(path)
    pseudonyms = Pseudonyms(settings.CONFIG.pseudonym_keys)
    expected = {uuid.UUID(bytes=pseudonyms.of(site.pk, f"u{n}")) for n in range(1, 41)}
    assert {unit for (unit,) in _log("unit")} == expected
    everything = str(_log("events_event::text")) + str(list(Import.objects.values()))
    assert "u17" not in everything


def test_load__source__names_the_import(site, path):
    load(path)
    assert set(_log("source")) == {(f"import:{Import.objects.get().pk}",)}


def test_load__rows_in_another_order__adds_nothing(site, path, tmp_path):
    load(path)
    other = tmp_path / "other.csv"
    other.write_text(HEADER + "".join(reversed(GOOD.splitlines(keepends=True))), encoding="utf-8")
    assert "Nothing new" in load(other)
    assert Import.objects.count() == 2


def test_load__a_longer_file__adds_what_is_new_and_moves_the_end(site, path):
    load(path)
    path.write_text(HEADER + GOOD + "u99,2026-02-01T10:00:00,a,1,5\n", encoding="utf-8")
    said = load(path)
    assert "2 events added" in said
    experiment = Experiment.objects.get()
    assert experiment.stopped_at == dt.datetime(2026, 2, 1, 2, tzinfo=dt.UTC)
    assert UnitTotal.objects.count() == 41


def test_load__one_more_click_in_the_file__shows_in_the_report(site, tmp_path):
    path, counts = tmp_path / "log.csv", []
    for clicks in (1, 2):
        rows = f"u1,2026-01-01,a,{clicks}\nu2,2026-01-01,b,0\n"
        path.write_text("user,at,group,clicks\n" + rows, encoding="utf-8")
        load(path, map=["unit=user,time=at,variant=group,clicks=clicks"])
        report = Experiment.objects.get().reports.get()
        counts.append([arm["clicks"] for arm in report.payload["counts"]])
    assert counts == [[1, 0], [2, 0]]


def test_load__another_variant_later__refused_and_nothing_added(site, path):
    load(path)
    path.write_text(HEADER + GOOD + "u99,2026-01-03,c,0,\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no variant c"):
        load(path)
    assert UnitTotal.objects.count() == 40


def test_load__key_of_another_origin__refused(site, path):
    Experiment.objects.create(site=site, key="old-test", name="x", origin="results")
    with pytest.raises(CommandError, match="did not come from such a file"):
        load(path)


def test_load__failure_at_the_very_end__leaves_nothing(site, path, monkeypatch):
    def fail(*_args):
        raise RuntimeError("the power went")

    monkeypatch.setattr(designs, "new_variants", fail)
    with pytest.raises(RuntimeError):
        load(path)
    assert nothing_imported()


def test_load__file_changed_between_the_readings__refused(site, path, monkeypatch):
    from experiments.imports import events

    real = events.examine

    def examine(*args, **kwargs):
        survey = real(*args, **kwargs)
        with path.open("a") as file:
            file.write("u99,2026-01-03,a,0,\n")
        return survey

    monkeypatch.setattr(events, "examine", examine)
    with pytest.raises(CommandError, match="changed while it was read"):
        load(path)
    assert nothing_imported()


def test_load__while_it_writes__nobody_waits_to_change_what_is_live(site, path, monkeypatch):
    """The lock of the live revision is taken in the last moment, not for the whole import."""
    from experiments.imports import events

    parameters = connection.get_connection_params()
    parameters = {k: parameters[k] for k in ("host", "port", "user", "password", "dbname")}
    real, changed = events._store, []

    def store(*args, **kwargs):
        outcomes = real(*args, **kwargs)
        with psycopg.connect(**parameters) as other:
            other.execute("SET lock_timeout = '2s'")
            changed.append(other.execute("UPDATE workspace_site SET name = 'New'").rowcount)
        return outcomes

    monkeypatch.setattr(events, "_store", store)
    load(path)
    assert changed == [1]


def test_load__check__reads_and_writes_nothing(site, path):
    said = load(path, check=True)
    assert "40 kept" in said
    assert nothing_imported()


def test_load__rule_with_a_misspelt_variant__refused(site, path):
    with pytest.raises(CommandError, match="contrl"):
        load(path, require=["bought:contrl=0"])
    assert nothing_imported()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"site": "nowhere"}, "There is no site"),
        ({"experiment": "Not A Key"}, "lower-case"),
        ({"experiment": "new"}, "address"),
        ({"map": []}, "unit, time"),
        ({"map": ["unit=user,zeit=at"]}, "does not know zeit"),
        ({"map": ["unit"]}, "cannot be read"),
        ({"map": ["unit=user,time=at"]}, "holds the variant"),
        ({"experiment": ""}, "needs --experiment"),
        ({"control": "z"}, "no variant “z”"),
        ({"weights": ["a=0,b=1"]}, "at least 1"),
        ({"weights": ["a=half"]}, "cannot be read"),
        ({"kinds": ["x=sale"]}, "no kind of event sale"),
        ({"require": ["landing"]}, "cannot be read"),
        ({"mde": "much"}, "above 0"),
        ({"days": 0}, "between 1 and 365"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"time_default": "soon"}, "soon"),
        ({"currency": "EUR"}, "counts in CNY"),
        ({"currency": "XYZ"}, "ISO 4217"),
        ({"thousands": "."}, "the same"),
        ({"delimiter": "--"}, "one character"),
    ],
)
def test_load__wishes_that_make_no_sense__one_sentence(site, path, options, said):
    with pytest.raises(CommandError, match=said):
        load(path, **options)
    assert nothing_imported()


def test_load__no_such_file__says_so(site, tmp_path):
    with pytest.raises(CommandError, match="no file"):
        load(tmp_path / "missing.csv")


def test_load__two_experiments_with_the_same_visitors__conversions_stay_apart(site, path, tmp_path):
    load(path)
    other = tmp_path / "other.csv"
    other.write_text(HEADER + GOOD.replace(",1,9.50", ",0,"), encoding="utf-8")
    load(other, experiment="another")
    sold = dict.fromkeys(Experiment.objects.values_list("pk", "key"), 0)
    for pk, key in sold:
        sold[pk, key] = UnitTotal.objects.filter(experiment_id=pk, converted=1).count()
    assert sorted((key, n) for (_pk, key), n in sold.items()) == [("another", 0), ("old-test", 13)]


def test_load__weights__are_what_the_split_is_checked_against(site, path):
    load(path, weights=["a=3,b=1"])
    report = Experiment.objects.get().reports.get()
    assert report.payload["split"]["expected"] == [30.0, 10.0]


def test_load__report_refreshed_later__says_the_same(site, path, now):
    load(path)
    experiment = Experiment.objects.get()
    before = experiment.reports.get().payload
    refresh.refresh(experiment, now=now)
    after = experiment.reports.get().payload
    assert before["counts"] == after["counts"]
    assert before["effects"] == after["effects"]


def test_command__progress_and_cost__are_told(site, path, capsys):
    out = io.StringIO()
    call_command("import_events", str(path), site="shop", experiment="t", map=[MAP], stdout=out)
    assert "MB at most" in out.getvalue()
    progress = capsys.readouterr().err
    assert "checking" in progress
    assert "100%" in progress
