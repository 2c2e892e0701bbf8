"""The demo keeps its credentials in the state folder: every test has its own."""

import pytest
from django.db import transaction
from django.utils import timezone

from demo import seed
from demo.models import DemoSite
from tests import pictures
from tests.conftest import NOW
from tests.plane import running_plane


@pytest.fixture(autouse=True)
def _pictures_once(monkeypatch):
    pictures.encode_once(monkeypatch)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """A seeded demo site, made once for a module whose tests all begin with it."""
    whole = transaction.atomic()
    whole._from_testcase = True  # as that of each test, inside which more may be final
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), whole:
        patch.setenv("LAB_STATE", str(tmp_path_factory.mktemp("made")))
        pictures.encode_once(patch)
        yield seed.seed(now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def living(transactional_db, tmp_path, settings):
    """A seeded demo site, without its past, behind a data plane of its own."""
    seed.seed(now=timezone.now())
    with running_plane(tmp_path, public_url="http://127.0.0.1:8000") as url:
        settings.DELIVERY_URL = url
        yield DemoSite.objects.select_related("site").get()
