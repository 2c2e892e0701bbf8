"""How often one visitor sees a banner: set on its page, said on the wall, in force at once."""

import pytest
from django.urls import reverse

from creatives.models import Creative
from delivery import snapshot
from engine.profiles.caps import Cap
from experiments.models import Snapshot, Status
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    return client


@pytest.fixture
def banner(site):
    return factories.a_creative(site, "Spring")


def _url(name, *args):
    return reverse(f"creatives:{name}", args=["shop", *args])


def test_caps__set__said_on_page_and_wall_and_published(marketer, site, banner):
    made = factories.an_experiment(site, "spring", status=Status.RUNNING)
    shown = made.variants.get(key="a").creative
    data = {"cap_per_session": "2", "cap_per_day": "5"}
    assert marketer.post(_url("caps", shown.key), data).status_code == 302
    page = marketer.get(_url("creative", shown.key)).content.decode()
    assert "at most 2 per visit, at most 5 per day" in page
    assert 'name="cap_per_session" value="2"' in page
    assert "at most 2 per visit" in marketer.get(_url("list")).content.decode()
    row = Snapshot.objects.first()
    published = snapshot.decode(bytes(row.body), row.sha256)
    assert published.experiments[0].variants[0].creative.cap == Cap(2, 5)
    assert published.sites[0].profiles


def test_caps__emptied__no_limit(marketer, site, banner):
    Creative.objects.update(cap_per_session=3, cap_per_day=3)
    data = {"cap_per_session": "", "cap_per_day": ""}
    assert marketer.post(_url("caps", banner.key), data).status_code == 302
    stored = Creative.objects.get(pk=banner.pk)
    assert (stored.cap_per_session, stored.cap_per_day) == (None, None)
    page = marketer.get(_url("creative", banner.key)).content.decode()
    assert "as often as it comes" in page


@pytest.mark.parametrize("wrong", ["0", "1001", "-3", "1.5", "often", "9" * 30])
@pytest.mark.parametrize("field", ["cap_per_session", "cap_per_day"])
def test_caps__impossible__said_beside_the_field_and_kept(marketer, banner, field, wrong):
    answer = marketer.post(_url("caps", banner.key), {field: wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Between 1 and 1000, or empty for no limit." in page
    assert f'id="id_{field}_error"' in page
    assert f'value="{wrong}"' in page
    assert Creative.objects.get().cap_per_session is None


def test_caps__another_sites_banner__does_not_exist(marketer):
    theirs = factories.a_creative(factories.a_site("other"), "Theirs")
    assert marketer.post(_url("caps", theirs.key), {"cap_per_day": "1"}).status_code == 404
    assert Creative.objects.get().cap_per_day is None


def test_caps__manager__sees_but_may_not_set(client, site, banner):
    client.force_login(factories.a_user(role=Role.MANAGER, site=site))
    assert client.post(_url("caps", banner.key), {"cap_per_day": "1"}).status_code == 403
    page = client.get(_url("creative", banner.key)).content.decode()
    assert "as often as it comes" in page
    assert "cap_per_day" not in page


def test_caps__asked_for__only_posts(marketer, banner):
    assert marketer.get(_url("caps", banner.key)).status_code == 405
