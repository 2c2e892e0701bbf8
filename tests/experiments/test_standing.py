"""A running experiment whose banner may not be shown: it stands still, and its pages say why."""

import datetime as dt

import pytest
from django.utils import timezone

from creatives import expiring, review
from creatives.models import Creative
from experiments import standing
from tests.factories import a_site, a_user, an_experiment
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def experiment(client, site):
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))
    return an_experiment(site, "spring", status="running")


def pages(client):
    paths = ("", "design/", "history/")
    found = [client.get(f"/s/shop/experiments/spring/{path}") for path in paths]
    assert {answer.status_code for answer in found} == {200}
    return [answer.content.decode() for answer in found]


def test_pages__all_shown__say_nothing(client, experiment):
    assert not any("stands still" in page for page in pages(client))
    assert "stands still" not in client.get("/s/shop/").content.decode()


def test_pages__withdrawn_variant__why_and_what_to_do(client, experiment):
    banner = experiment.variants.first().creative
    review.withdraw(banner.live, reason="Old price", actor=None, now=timezone.now())
    for page in pages(client):
        assert "everybody sees the default" in page
        assert "was withdrawn" in page
        assert f"/creatives/{banner.key}/" in page
    assert "It stands still" in client.get("/s/shop/").content.decode()


def test_pages__expired_variant__why_and_what_to_do(client, experiment):
    banner, now = experiment.variants.last().creative, timezone.now()
    end = now + dt.timedelta(seconds=1)
    expiring.set_expiry(banner, expires_at=end, actor=None, now=now)
    experiment.refresh_from_db()
    assert standing.holes(experiment, now=now) == []
    fresh = type(experiment).objects.get(pk=experiment.pk)
    (hole,) = standing.holes(fresh, now=end)
    assert "time of" in hole.reason
    assert list(standing.standing_still(fresh.site, now=end)) == [fresh]


def test_holes__not_started_or_over__none(site):
    rows = [an_experiment(site, f"e-{status}", status=status) for status in ("draft", "stopped")]
    Creative.objects.update(live=None)
    for row in rows:
        assert standing.holes(row, now=timezone.now()) == []
