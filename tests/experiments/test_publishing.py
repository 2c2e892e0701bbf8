"""The road to the data plane: what moves it on, what does not, and what it carries."""

import datetime as dt
import logging

import pytest
from django.db import connection

from creatives.models import Creative, Placement
from delivery import snapshot
from experiments import lifecycle, publishing
from experiments.models import Experiment, LiveRevision, Snapshot, Status
from tests import factories
from workspace import keys
from workspace.models import ApiKey, Site

pytestmark = pytest.mark.django_db


def _last() -> snapshot.Snapshot:
    row = Snapshot.objects.first()
    return snapshot.decode(bytes(row.body), sha256=row.sha256)


def _publish(now) -> int | None:
    return publishing.publish_if_changed(now=now)


def test_publish__nothing_changed__no_new_version(now):
    factories.an_experiment(status=Status.RUNNING)
    assert _publish(now) is not None
    assert _publish(now) is None
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("wording", ["name", "hypothesis"])
def test_publish__wording_of_a_draft__revision_moves_but_no_new_version(wording, now):
    draft = factories.an_experiment()
    first = _publish(now)
    Experiment.objects.filter(pk=draft.pk).update(**{wording: "Other words"})
    assert _publish(now) is None
    assert Snapshot.objects.get().version == first
    assert Snapshot.objects.get().revision == LiveRevision.objects.get().value


def test_publish__banner_of_a_draft__stays_unknown_to_the_data_plane(now):
    draft = factories.an_experiment()
    _publish(now)
    draft.variants.filter(key="b").update(creative=factories.a_creative(draft.site))
    assert _publish(now) is None
    (entry,) = _last().experiments
    assert (entry.status, entry.seed, entry.slice, entry.variants) == ("draft", "", (), ())


@pytest.mark.parametrize("status", [Status.RUNNING, Status.PAUSED, Status.STOPPED, Status.DECIDED])
def test_publish__move__reaches_the_snapshot(status, now):
    draft = factories.an_experiment()
    _publish(now)
    factories._bring_to(draft, status, now)
    assert _publish(now) is not None
    assert _last().experiments[0].status == status


def test_publish__running__carries_ranges_slice_and_pictures(now):
    experiment = factories.an_experiment(status=Status.RUNNING, traffic_share=40)
    _publish(now)
    (entry,) = _last().experiments
    assert entry.slice == ((0, 4000),)
    assert [v.range for v in entry.variants] == [(0, 5000), (5000, 10000)]
    assert all(v.creative.sources for v in entry.variants)
    (placement,) = _last().placements
    assert placement.fallback is not None
    assert placement.layer_seed == experiment.site.layers.get().seed


RAW = {
    "site": "UPDATE workspace_site SET origins = '[\"https://new.example\"]'",
    "key": "UPDATE workspace_apikey SET revoked_at = now()",
    "creative": "UPDATE creatives_creative SET key = 'x' || id",
    "version": "UPDATE creatives_version SET number = number + 100",
    "rendition": "DELETE FROM creatives_rendition WHERE mime_type = 'image/avif'",
    "placement": "UPDATE creatives_placement SET key = 'renamed'",
    "layer": "UPDATE experiments_layer SET seed = 'another'",
    "experiment": "UPDATE experiments_experiment SET status = 'paused'",
    "variant": "UPDATE experiments_variant SET bucket_end = bucket_end, key = 'x' || key",
}


@pytest.mark.parametrize("table", list(RAW))
def test_trigger__raw_sql_on_a_live_table__published(table, now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    factories.a_key(experiment.site)
    _publish(now)
    with connection.cursor() as cursor:
        cursor.execute(RAW[table])
    assert _publish(now) is not None


def test_trigger__every_watched_table__has_one():
    from experiments.migrations import __name__ as package

    first = __import__(f"{package}.0002_live_changes", fromlist=["WATCHED"])
    second = __import__(f"{package}.0004_live_segments", fromlist=["TABLES"])
    words = {"creatives_copy"}  # 0008
    designs = __import__(f"{package}.0010_live_designs", fromlist=["TABLES"]).TABLES
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname='live_changed'")
        assert {row[0] for row in cursor.fetchall()} == {
            *first.WATCHED,
            *second.TABLES,
            *words,
            *designs,
        }


def test_trigger__use_of_a_key_is_noted__nothing_to_publish(now):
    factories.a_key(factories.a_site())
    _publish(now)
    before = LiveRevision.objects.get().value
    ApiKey.objects.update(last_used_at=now)
    assert LiveRevision.objects.get().value == before


def test_publish__imported_experiments__are_not_live(now):
    site = factories.a_site()
    Experiment.objects.create(site=site, key="old", name="Old", origin="results", status="stopped")
    _publish(now)
    assert _last().experiments == ()


def test_publish__one_experiment_spoilt_by_hand__the_others_go_out(now, caplog):
    site = factories.a_site()
    good = factories.an_experiment(site, "good", status=Status.RUNNING, traffic_share=50)
    bad = factories.an_experiment(site, "bad", status=Status.RUNNING, traffic_share=50)
    bad.variants.filter(key="b").update(creative=None)
    with caplog.at_level(logging.ERROR):
        _publish(now)
    assert [entry.key for entry in _last().experiments] == [good.key]
    assert "left out" in caplog.text


def test_publish__ranges_with_a_gap__left_out(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    experiment.variants.filter(key="b").update(bucket_start=6000)
    _publish(now)
    assert _last().experiments == ()


def test_publish__many_versions__old_ones_are_dropped(now, monkeypatch):
    monkeypatch.setattr(publishing, "KEPT", 3)
    site = factories.a_site()
    for number in range(6):
        Site.objects.filter(pk=site.pk).update(currency=f"X{number:02}")
        _publish(now + dt.timedelta(seconds=number))
    assert Snapshot.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_publish__new_version__listeners_are_told(now):
    import psycopg

    factories.a_site()
    dsn = connection.get_connection_params()
    wanted = {name: dsn[name] for name in ("host", "port", "dbname", "user", "password")}
    with psycopg.connect(**wanted, autocommit=True) as listener:
        listener.execute(f"LISTEN {publishing.CHANNEL}")
        version = _publish(now)
        told = next(listener.notifies(timeout=5))
    assert told.payload == str(version)


def test_request__unsafe__published_at_once(client, now):
    site = factories.a_site()
    factories.an_experiment(site, "spring")
    _publish(now)
    client.force_login(factories.a_user(role="marketer", site=site))
    client.post(f"/s/{site.key}/experiments/spring/start/", {})
    assert _last().experiments[0].status == "running"


def test_revoke__key__gone_from_the_snapshot(now):
    key, _text = factories.a_key(factories.a_site())
    _publish(now)
    assert [k.id for k in _last().keys] == [key.pk]
    keys.revoke(key, actor=None, now=now)
    _publish(now)
    assert _last().keys == ()


def test_decide__winner__is_the_fallback_of_the_placement(now):
    experiment = factories.an_experiment(status=Status.STOPPED)
    lifecycle.decide(experiment, variant_key="b", reason="Better.", actor=None, now=now)
    _publish(now)
    winner = Creative.objects.get(variants__experiment=experiment, variants__key="b")
    assert _last().placements[0].fallback.key == winner.key
    assert Placement.objects.get().fallback == winner
