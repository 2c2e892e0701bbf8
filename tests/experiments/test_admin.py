"""The back office: every page opens, status moves through the life cycle alone."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from experiments import publishing
from experiments.models import Experiment, Layer, LiveRevision, Report, Snapshot, Status, Variant
from tests import factories
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(get_user_model().objects.create_superuser("root", password="pass-12345"))
    return client


@pytest.mark.parametrize(
    "model", [Experiment, Variant, Layer, Report, Snapshot, LiveRevision], ids=lambda m: m.__name__
)
def test_admin__list_search_and_row__open(office, model, now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    Report.objects.create(experiment=experiment)
    publishing.publish_if_changed(now=now)
    name = model._meta.model_name
    assert office.get(reverse(f"admin:experiments_{name}_changelist")).status_code == 200
    found = office.get(reverse(f"admin:experiments_{name}_changelist"), {"q": "1"})
    assert found.status_code == 200
    row = office.get(reverse(f"admin:experiments_{name}_change", args=[model.objects.first().pk]))
    assert row.status_code == 200
    assert experiment.seed not in row.content.decode()


def _run(office, action, experiment):
    data = {"action": action, "_selected_action": [experiment.pk]}
    url = reverse("admin:experiments_experiment_changelist")
    return office.post(url, data, follow=True).content.decode()


def test_action__start_and_pause__through_the_life_cycle(office):
    experiment = factories.an_experiment()
    assert "Running" in _run(office, "start", experiment)
    _run(office, "pause", experiment)
    assert Experiment.objects.get().status == Status.PAUSED
    entry = AuditEntry.objects.filter(object_type="experiment").first()
    assert (entry.action, entry.actor_name) == ("pause", "root")


def test_action__not_possible__said_and_nothing_changed(office):
    experiment = factories.an_experiment(status=Status.STOPPED)
    assert "is not possible" in _run(office, "resume", experiment)
    assert Experiment.objects.get().status == Status.STOPPED


def test_change__posted_status__ignored(office):
    experiment = factories.an_experiment(status=Status.RUNNING)
    url = reverse("admin:experiments_experiment_change", args=[experiment.pk])
    data = {
        "name": "Renamed",
        "status": "decided",
        "slice": "[]",
        "traffic_share": "5",
        "variants-TOTAL_FORMS": "0",
        "variants-INITIAL_FORMS": "0",
    }
    office.post(url, data)
    stored = Experiment.objects.get()
    assert (stored.name, stored.status, stored.traffic_share) == ("Renamed", "running", 100)
    assert stored.slice == [[0, 10000]]
    assert AuditEntry.objects.filter(action="change", actor_name="root").exists()


def test_delete__has_run__not_offered(office):
    experiment = factories.an_experiment(status=Status.STOPPED)
    url = reverse("admin:experiments_experiment_delete", args=[experiment.pk])
    assert office.post(url, {"post": "yes"}).status_code == 403
    assert Experiment.objects.exists()
