"""What a person meets of the demo's data: the badge, the reset, the bar, the pace."""

import pytest
from django.utils import timezone

from demo import data
from demo.models import DemoSite, Pace
from tests.factories import a_site, a_user
from workspace.models import Job, Role, Site

pytestmark = [pytest.mark.usefixtures("made"), pytest.mark.django_db]
RESET, BAR, AGAIN = (f"/s/demo/demo-data/{part}/" for part in ("reset", "bar", "again"))
HOME, PACE = "/s/demo/", "/demo/simulate/pace/"


@pytest.fixture
def demo():
    return Site.objects.get(key="demo")


@pytest.fixture
def member(client, demo):
    def member(role):
        client.force_login(a_user(role=role, site=demo))
        return client

    return member


@pytest.mark.parametrize("page", ["", "experiments/", "creatives/", "audit/", "settings/"])
def test_badge__every_page_of_a_demo__says_so_with_a_way_to_reset(member, page):
    content = member(Role.MARKETER).get(HOME + page).content.decode()
    assert "Demo data" in content
    assert RESET in content


def test_badge__manager__sees_no_reset(member):
    content = member(Role.MANAGER).get(HOME).content.decode()
    assert "Demo data" in content
    assert RESET not in content


def test_badge__real_site__nothing(client):
    site = a_site()
    client.force_login(a_user(site=site))
    assert "Demo data" not in client.get("/s/shop/").content.decode()


@pytest.mark.parametrize("role", [Role.MARKETER, Role.ADMINISTRATOR])
def test_reset__those_who_may__asked_first_then_one_job(member, role):
    client = member(role)
    asked = client.get(RESET).content.decode()
    assert "This goes" in asked
    assert "the audit log" in asked
    assert not Job.objects.filter(kind=data.RESET).exists()
    client.post(RESET)
    assert client.post(RESET).url == HOME
    assert Job.objects.filter(kind=data.RESET).count() == 1


def test_reset__manager__may_not(member):
    client = member(Role.MANAGER)
    assert client.get(RESET).status_code == client.post(RESET).status_code == 403
    assert not Job.objects.filter(kind=data.RESET).exists()


def test_reset__real_site__refused(client, demo):
    shop = a_site("shop")
    client.force_login(a_user(site=shop, role=Role.ADMINISTRATOR))
    for answer in (client.get("/s/shop/demo-data/reset/"), client.post("/s/shop/demo-data/reset/")):
        assert answer.status_code == 409
    assert not Job.objects.filter(kind=data.RESET).exists()


def test_bar__past_coming_in__day_and_percent_until_it_is_there(member, demo):
    client = member(Role.MANAGER)
    job = data.ask_for_history(demo, actor=None, now=timezone.now())
    assert "waiting for a worker" in client.get(HOME).content.decode()
    Job.objects.update(status=Job.Status.RUNNING, progress=30, total=60)
    for part in (client.get(HOME), client.get(BAR)):
        content = part.content.decode()
        assert "day 31 of 60" in content
        assert "50 %" in content
        assert f'hx-get="{BAR}"' in content
    Job.objects.filter(pk=job.pk).update(status=Job.Status.DONE)
    assert client.get(BAR).headers["HX-Refresh"] == "true"
    assert "demo-bar" not in client.get(HOME).content.decode()


def test_bar__readers_language__not_that_of_the_job(member, demo, settings):
    data.ask_for_history(demo, actor=None, now=timezone.now())
    Job.objects.update(status=Job.Status.RUNNING, progress=30, total=60, message="Jour 31")
    assert "Jour" not in member(Role.MANAGER).get(HOME).content.decode()


def test_bar__failed__says_why_and_goes_on_with_one_button(member, demo):
    client = member(Role.MARKETER)
    data.ask_for_history(demo, actor=None, now=timezone.now())
    Job.objects.update(status=Job.Status.FAILED, error="The data plane does not answer.")
    content = client.get(HOME).content.decode()
    assert "The data plane does not answer." in content
    assert AGAIN in content
    client.post(AGAIN)
    assert Job.objects.filter(status=Job.Status.QUEUED, kind=data.SEED_HISTORY).count() == 1


def test_pace__marketer__sets_it(member):
    client = member(Role.MARKETER)
    page = client.get("/demo/simulate/").content.decode()
    assert "600 a minute" in page
    assert client.post(PACE, {"pace": "rush"}).url == "/demo/simulate/"
    assert DemoSite.objects.get().pace == Pace.RUSH


def test_pace__manager_or_nonsense__refused(member):
    assert member(Role.MANAGER).post(PACE, {"pace": "off"}).status_code == 403
    assert member(Role.MARKETER).post(PACE, {"pace": "warp"}).status_code == 422
    assert DemoSite.objects.get().pace == Pace.CALM


def test_pace__nobody__to_the_log_in(client, demo):
    assert client.post(PACE, {"pace": "off"}).url.startswith("/login/")
