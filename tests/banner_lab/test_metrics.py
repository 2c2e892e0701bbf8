"""What the pages tell Prometheus, and whom."""

import datetime as dt

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from delivery.exposition import FORWARDED
from events.models import RollupState
from experiments.models import LiveRevision, Snapshot
from tests import factories
from workspace.models import Delivery, Job, Webhook

pytestmark = pytest.mark.django_db


def told(client) -> dict[str, float]:
    """Samples without labels by name, those with a label by `name/label`."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        "/".join([sample.name.removeprefix("banner_lab_"), *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics__empty_installation__answers(client) -> None:
    found = told(client)
    assert (found["jobs/queued"], found["database_away"]) == (0, 0)
    assert found["published_version"] == 0
    assert found["process_resident_memory_bytes"] > 0


def test_metrics__busy_installation__says_what_waits(client) -> None:
    site, now = factories.a_site(), timezone.now()
    hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    Job.objects.create(site=site, kind="report", created_at=now - hour)
    Job.objects.create(site=site, kind="report", created_at=now - day, status=Job.Status.RUNNING)
    Job.objects.create(site=site, kind="report", status=Job.Status.FAILED)
    Job.objects.create(site=site, kind="report", status=Job.Status.DONE)
    hook = Webhook.objects.create(site=site, url="https://shop.example/hook", failures=3)
    Webhook.objects.create(site=site, url="https://shop.example/2", active=False, off_reason="410")
    Delivery.objects.create(webhook=hook, type="experiment.started", body="{}", created_at=now)
    RollupState.objects.update_or_create(pk=1, defaults={"watermark": 0, "rolled_at": now - hour})
    LiveRevision.objects.update_or_create(pk=1, defaults={"value": 9})
    made = Snapshot.objects.create(revision=8, sha256="0" * 64, body=b"{}", created_at=now - hour)
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_ensure_partition(%s)", [(now + 3 * day).date()])
    found = told(client)
    assert [found[f"jobs/{name}"] for name in ("queued", "running", "failed")] == [1, 1, 1]
    assert found["jobs_oldest_seconds"] == pytest.approx(3600, abs=60)
    assert [found[f"webhooks/{name}"] for name in ("working", "failing", "off")] == [0, 1, 1]
    assert found["webhook_deliveries_waiting"] == 1
    assert found["rollup_age_seconds"] == pytest.approx(3600, abs=60)
    assert (found["published_version"], found["published_behind"]) == (made.version, 1)
    assert found["published_age_seconds"] == pytest.approx(3600, abs=60)
    assert found["partitions_ahead_days"] >= 3


def test_metrics__one_reading__takes_at_most_ten_queries(
    client, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(10):
        told(client)


@pytest.mark.parametrize("header", sorted(FORWARDED))
def test_metrics__through_a_proxy__are_not_there(client, header) -> None:
    answer = client.get("/metrics", headers={header: "203.0.113.9"})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_metrics__from_another_machine__are_not_there(client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404


def test_metrics__with_a_token__are_told_to_its_bearer_only(client, settings) -> None:
    import dataclasses

    with override_settings(CONFIG=dataclasses.replace(settings.CONFIG, metrics_token="t0ken")):
        refused = client.get("/metrics", headers={"accept-language": "zh-CN"})
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "令牌" in refused.json()["detail"]
        headers = {"authorization": "Bearer t0ken", "via": "1.1 proxy"}
        assert client.get("/metrics", headers=headers, REMOTE_ADDR="10.0.0.7").status_code == 200
