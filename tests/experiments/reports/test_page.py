"""The results page: honest in every state, within its number of queries."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from engine.stats.aggregates import Aggregates
from events.models import Aggregate
from experiments import lifecycle
from experiments.models import Report
from experiments.reports import refresh
from tests.experiments.reports.states import an_arm
from tests.factories import NOW, a_site, a_user, an_experiment
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db

START = NOW - dt.timedelta(days=14)
CASES = {
    "no_data": (Aggregates(), Aggregates()),
    "check_data": (an_arm(10_400), an_arm(9_600, ctr=0.11)),
    "use": (an_arm(18_400), an_arm(18_424, ctr=0.107)),
    "keep_control": (an_arm(18_400), an_arm(18_424, ctr=0.095)),
    "no_difference": (an_arm(38_400), an_arm(38_424, ctr=0.1003)),
    "your_call": (an_arm(18_400), an_arm(18_424, ctr=0.107, buyers=0.043)),
}


@pytest.fixture
def client():
    client = Client()
    client.force_login(a_user("manager", role=Role.MANAGER, site=a_site()))
    return client


def an_experiment_with(*arms, status="running", at=START, **fields):
    """An experiment to which each arm came three times, every fourth day."""
    fields = {"mde": 5, "name": "Spring hero", "variants": len(arms)} | fields
    experiment = an_experiment(status=status, at=at, **fields)
    for variant, arm in zip(experiment.variants.all(), arms, strict=True):
        if arm.n:
            for i in range(3):
                Aggregate.objects.create(
                    experiment_id=experiment.pk,
                    phase=1,
                    variant_id=variant.pk,
                    day=(START + dt.timedelta(days=4 * i)).date(),
                    moments=list(arm.moments()),
                )
    return experiment


def page_of(client, experiment):
    answer = client.get(reverse("experiments:detail", args=["shop", experiment.key]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("kind", CASES)
def test_page__each_verdict__comes_first(client, kind):
    experiment = an_experiment_with(*CASES[kind])
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    assert f'data-verdict="{kind}"' in html
    assert html.index('id="verdict"') < html.index('id="health"')
    assert "Refresh now" in html


def test_page__collecting__shows_how_far_it_is(client):
    experiment = an_experiment_with(an_arm(3_000), an_arm(3_000), at=NOW - dt.timedelta(days=6))
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    assert "Still collecting" in html
    assert "Day 7 of 14" in html
    assert "<progress" in html


def test_page__use__leads_a_manager_to_the_decision(client):
    experiment = an_experiment_with(*CASES["use"])
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    where = reverse("experiments:act", args=["shop", experiment.key, "decide"])
    assert f'href="{where}?variant=b"' in html
    assert "Use B everywhere" in html


def test_page__use__a_marketer_sees_who_decides():
    client = Client()
    experiment = an_experiment_with(*CASES["use"])
    client.force_login(a_user("marketer", role=Role.MARKETER, site=a_site()))
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    assert "a manager decides that" in html


def test_page__check_data__offers_a_remedy_and_no_decision_on_the_card(client):
    experiment = an_experiment_with(*CASES["check_data"])
    refresh.refresh(experiment, now=NOW)
    card = page_of(client, experiment).split('id="health"')[0].split('id="verdict"')[1]
    assert "Usual causes" in card
    assert "decide/" not in card
    assert "verdict-range" not in card


def test_page__check_data__puts_the_comparisons_under_a_fold(client):
    experiment = an_experiment_with(*CASES["check_data"])
    refresh.refresh(experiment, now=NOW)
    before, fold = page_of(client, experiment).split("results-fold")
    assert "chart-forest-figure" not in before
    assert "chart-over-time-figure" not in before
    assert "chart-forest-figure" in fold


def test_page__before_the_planned_look__shows_only_what_may_be_read_daily(client):
    experiment = an_experiment_with(*CASES["no_difference"], at=NOW - dt.timedelta(days=13))
    refresh.refresh(experiment, now=NOW)
    before = page_of(client, experiment).split("results-fold")[0]
    assert "chart-over-time-figure" in before
    assert "chart-forest-figure" not in before
    assert "verdict-side-chosen" not in before


def test_page__stopped_early__says_that_it_has_no_answer(client):
    experiment = an_experiment_with(*CASES["no_difference"], at=NOW - dt.timedelta(days=8))
    lifecycle.stop(experiment, actor=None, now=NOW)
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    assert "stopped before its planned end" in html
    assert "verdict-range" not in html


def test_page__decided__says_what_was_decided_and_offers_nothing(client):
    experiment = an_experiment_with(*CASES["use"])
    lifecycle.conclude(experiment, variant_key="b", reason="It is warmer.", actor=None, now=NOW)
    refresh.refresh_running(now=NOW)
    html = page_of(client, experiment)
    assert "Decided on 2026-11-22: B is shown to everybody." in html
    assert "It is warmer." in html
    assert "Use B everywhere" not in html


def test_page__draft__says_that_nothing_has_started(client):
    html = page_of(client, an_experiment(a_site()))
    assert "has not started" in html
    assert "Refresh now" not in html


def test_page__failed_refresh__keeps_the_report_and_says_why(client):
    experiment = an_experiment_with(*CASES["use"])
    refresh.refresh(experiment, now=NOW)
    Aggregate.objects.filter(experiment_id=experiment.pk).update(moments=[1])
    refresh.refresh(experiment, now=NOW + dt.timedelta(minutes=1))
    html = page_of(client, experiment)
    assert 'data-verdict="use"' in html
    assert "moments are expected, 1 came." in html
    assert "What you see is the last good report." in html


def test_page__payload_of_an_older_form__waits_for_the_next_refresh(client):
    experiment = an_experiment_with(*CASES["use"])
    Report.objects.create(experiment=experiment, payload={"old": True}, as_of=NOW, verdict="use")
    assert "The first report is being worked out." in page_of(client, experiment)


def test_page__no_worker__is_said(client):
    html = page_of(client, an_experiment_with(*CASES["use"]))
    assert "No worker is running" in html


def test_page__charts__carry_a_figure_a_table_and_a_sentence(client):
    experiment = an_experiment_with(*CASES["use"])
    refresh.refresh(experiment, now=NOW)
    html = page_of(client, experiment)
    found = re.findall(r'<script id="(chart-[\w-]+)" type="application/json">(.*?)</script>', html)
    plots = ("forest", "over-time", "exposures", "funnel")
    assert [name for name, _ in found] == [f"chart-{plot}-figure" for plot in plots]
    figure = json.loads(found[0][1])["figure"]
    assert figure["data"][0]["error_x"]["array"]
    assert html.count("Show as a table") == 4
    assert "told apart from zero" in html


def test_page__full_report__stays_within_thirty_queries(client, django_assert_max_num_queries):
    arms = [an_arm(9_000) for _ in range(4)]
    experiment = an_experiment_with(*arms)
    refresh.refresh(experiment, now=NOW)
    with django_assert_max_num_queries(30):
        page_of(client, experiment)


def test_page__names_with_markup__are_escaped(client):
    experiment = an_experiment_with(*CASES["use"], name="<b>Hero</b>")
    variant = experiment.variants.last()
    variant.key, variant.name = "bold", "<script>alert(1)</script>"
    variant.save()
    refresh.refresh(experiment, now=NOW)
    assert "<script>alert" not in page_of(client, experiment)


@pytest.mark.parametrize("origin", ["results"])
def test_page__imported_totals__say_what_the_unit_means(client, origin):
    experiment = an_experiment_with(
        Aggregates(), Aggregates(), status="draft", origin=origin, unit="impression", mde=None
    )
    for variant, clicks in zip(experiment.variants.all(), (200, 300), strict=True):
        unit = Aggregates.of_units([{"impressions": 1}])
        click = Aggregates.of_units([{"impressions": 1, "clicks": 1}])
        moments = [
            (10_000 - clicks) * a + clicks * b
            for a, b in zip(unit.moments(), click.moments(), strict=True)
        ]
        Aggregate.objects.create(
            experiment_id=experiment.pk,
            phase=1,
            variant_id=variant.pk,
            day=NOW.date(),
            moments=moments,
        )
    refresh.refresh(experiment, now=NOW, rolled=True)
    html = page_of(client, experiment)
    assert "the unit is the impression, not the visitor" in html
    assert "Conversion rate per visitor" not in html


def test_refresh_now__posted__makes_one_job_and_comes_back(client):
    experiment = an_experiment_with(*CASES["use"])
    address = reverse("experiments:refresh", args=["shop", experiment.key])
    for _ in range(2):
        answer = client.post(address)
        assert answer.status_code == 302
    assert Job.objects.filter(kind=refresh.JOB, subject=experiment.key).count() == 1
    assert "Waiting for a worker" in page_of(client, experiment)


def test_refresh_now__polled__shows_progress_then_reloads(client):
    experiment = an_experiment_with(*CASES["use"])
    address = reverse("experiments:refresh", args=["shop", experiment.key])
    headers = {"HX-Request": "true"}
    assert "Waiting for a worker" in client.post(address, headers=headers).content.decode()
    Job.objects.update(status=Job.Status.DONE)
    assert client.get(address, headers=headers).headers["HX-Refresh"] == "true"


def test_refresh_now__other_site__is_not_found(client):
    other = an_experiment(a_site("other"))
    address = reverse("experiments:refresh", args=["other", other.key])
    assert client.post(address).status_code == 404


def test_refresh_now__unknown_experiment__is_not_found(client):
    address = reverse("experiments:refresh", args=["shop", "nothing"])
    assert client.post(address).status_code == 404
