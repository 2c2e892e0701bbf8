"""The page of a schedule, and the pages that show the review, the clock and the archive."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from experiments import ramps, schedules
from experiments.models import Experiment, Status
from experiments.ramps import Step
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site(timezone="Europe/Berlin")


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mia", role=Role.MARKETER, site=site))
    return client


def _url(name, *args):
    return reverse(f"experiments:{name}", args=["shop", *args])


def _page(client, name, *args):
    return client.get(_url(name, *args)).content.decode()


def _local(days):
    return (timezone.now() + dt.timedelta(days=days)).strftime("%Y-%m-%dT09:00")


def test_timing__times_of_the_shop_and_a_ramp__kept_as_moments(marketer, site):
    factories.an_experiment(site, "spring")
    typed = {
        "starts_at": _local(2), "ends_at": _local(20), "end_action": "ship_variant",
        "end_variant": "b", "step-0-share": 10, "step-0-hours": 24, "step-0-visitors": 500,
        "step-1-share": 60,
    }  # fmt: skip
    assert marketer.post(_url("timing", "spring"), typed).status_code == 302
    made = Experiment.objects.get(key="spring")
    assert made.starts_at.astimezone(schedules.zone_of(site)).hour == 9
    assert ramps.read(made.ramp) == (Step(10, 24, 500), Step(60, 24, 0))
    assert (made.end_variant, made.traffic_share) == ("b", 60)
    assert "UTC" in _page(marketer, "design", "spring")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends_at": "2020-01-01T09:00"}, "lies ahead"),
        ({"ends_at": "soon"}, "Write it as"),
        ({"end_action": "stop"}, "Say when the end is"),
        ({"step-0-share": "50", "step-1-share": "20"}, "larger share"),
        ({"step-0-share": "500"}, "Step 1"),
    ],
)
def test_timing__what_does_not_fit__said_beside_what_was_typed(marketer, site, typed, said):
    factories.an_experiment(site, "spring")
    answer = marketer.post(_url("timing", "spring"), {"end_action": "notify"} | typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_timing__somebody_was_first__409_names_what_differs(marketer, site, now):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    typed = {"revision": experiment.revision, "end_action": "notify", "ends_at": _local(3)}
    wishes = schedules.Wishes(ends_at=timezone.now() + dt.timedelta(days=9), end_action="stop")
    anna = factories.a_user("anna")
    schedules.change(experiment, wishes, actor=anna, now=timezone.now())
    answer = marketer.post(_url("timing", "spring"), typed)
    assert answer.status_code == 409
    assert "At the end: Say so, and go on → Stop it (anna)" in answer.content.decode()


def test_timing__without_the_right_to_launch__forbidden(client, site):
    factories.an_experiment(site, "spring")
    client.force_login(factories.a_user(role=Role.ANALYST, site=site))
    assert client.get(_url("timing", "spring")).status_code == 403


def test_start__site_wants_a_second_person__page_offers_to_submit(marketer, site):
    site.launch_review = True
    site.save()
    factories.an_experiment(site, "spring")
    page = _page(marketer, "act", "spring", "start")
    assert _url("act", "spring", "submit") in page
    assert _url("act", "spring", "submit") in _page(marketer, "design", "spring")


def test_approve__own_one__not_offered_and_refused(marketer, site):
    experiment = factories.an_experiment(site, "spring", status=Status.IN_REVIEW)
    Experiment.objects.filter(pk=experiment.pk).update(owner=site.memberships.get().user)
    assert _url("act", "spring", "approve") not in _page(marketer, "design", "spring")
    assert marketer.post(_url("act", "spring", "approve")).status_code == 409


def test_home__waits_for_approval__card_for_others(marketer, site):
    factories.an_experiment(site, "spring", status=Status.IN_REVIEW)
    assert "It waits for your approval." in _page(marketer, "home")


def test_told__stands_on_the_page_and_on_home_until_put_away(marketer, site):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    Experiment.objects.filter(pk=experiment.pk).update(told={"code": "no_recommendation"})
    assert "recommends no single banner" in _page(marketer, "detail", "spring")
    assert "recommends no single banner" in _page(marketer, "home")
    marketer.post(_url("act", "spring", "settle"))
    assert "recommends no single banner" not in _page(marketer, "detail", "spring")


def test_list__archived__hidden_until_asked_for(marketer, site):
    factories.an_experiment(site, "spring", status=Status.ARCHIVED)
    assert _url("detail", "spring") not in _page(marketer, "list")
    shown = marketer.get(_url("list"), {"status": "archived"}).content.decode()
    assert _url("detail", "spring") in shown
