"""The results page of a policy, and of the phases before: through the database and the view."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from engine.stats.aggregates import Aggregates
from experiments import adaptive, moves, policies, traffic
from experiments.models import Report
from experiments.reports import refresh
from experiments.reports.payload import decode
from tests.experiments.reports.policies import BETTER, CASES, a_choosing_experiment, fill, learned
from tests.experiments.reports.states import DAY
from tests.factories import NOW, a_site, a_user, an_experiment
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(a_user("manager", role=Role.MANAGER, site=a_site()))
    return client


def page_of(client, experiment, query="", status=200):
    answer = client.get(reverse("experiments:detail", args=["shop", experiment.key]) + query)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("policy", ["thompson", "rules"])
@pytest.mark.parametrize("kind", CASES)
def test_page__each_verdict_on_a_policy__reads_right(client, kind, policy):
    experiment = a_choosing_experiment(*CASES[kind], policy=policy)
    assert refresh.refresh(experiment, now=NOW).verdict == kind
    html = page_of(client, experiment)
    assert f'data-verdict="{kind}"' in html
    assert "everywhere" not in html
    for wrong in (":policy", ":chance", "%(", "against the control", "per variant"):
        assert wrong not in html


def test_refresh__adaptive__keeps_sides_and_mix():
    experiment = a_choosing_experiment(*BETTER)
    data = decode(refresh.refresh(experiment, now=NOW).payload)
    assert [data.of(arm.id).units for arm in data.design.arms] == [7_000, 28_000]
    assert [arm.share for arm in data.design.arms] == [0.2, 0.8]
    assert data.mix.version == adaptive.in_force(experiment).version
    assert [part.share for part in data.mix.parts] == [0.025, 0.925, 0.025, 0.025]
    assert data.mix.parts[1].best == 0.9996
    assert sum(part.impressions for part in data.mix.parts) == pytest.approx(60_000, abs=50)
    assert len({one.day for one in data.mix.days}) == 10


def test_refresh__many_adaptive__costs_no_more_queries(django_assert_max_num_queries):
    some = [a_choosing_experiment(*BETTER, traffic_share=20) for _ in range(5)]
    with django_assert_max_num_queries(30):
        refresh.refresh_many(some, now=NOW, rolled=True)


def test_page__rolled_back__says_so_at_once(client):
    experiment = a_choosing_experiment(*BETTER)
    refresh.refresh(experiment, now=NOW)
    assert "goes on learning" in page_of(client, experiment)
    adaptive.roll_back(experiment, actor=None, now=NOW)
    html = page_of(client, experiment)
    assert "in force and held" in html
    assert f"Version {experiment.held_parameters_id} " in html


def test_page__parameters_newer_than_the_report__are_the_ones_shown(client):
    experiment = a_choosing_experiment(*BETTER)
    refresh.refresh(experiment, now=NOW)
    newer = learned(experiment, NOW, towards=2)
    assert f"Version {newer.version} " in page_of(client, experiment)


def test_page__policy__stays_within_its_queries(client, django_assert_max_num_queries):
    experiment = a_choosing_experiment(*BETTER)
    refresh.refresh(experiment, now=NOW)
    with django_assert_max_num_queries(32):
        page_of(client, experiment)


@pytest.mark.skipif("roll_back" not in moves.ACTIONS, reason="the actions are not there yet")
def test_shares__actions_that_are_offered__are_buttons():
    client = Client()
    client.force_login(a_user("marketer", role=Role.MARKETER, site=a_site()))
    experiment = a_choosing_experiment(*BETTER)
    refresh.refresh(experiment, now=NOW)
    back, on = (
        reverse("experiments:act", args=["shop", experiment.key, name])
        for name in ("roll_back", "release")
    )
    assert f'action="{back}"' in page_of(client, experiment)
    adaptive.roll_back(experiment, actor=None, now=NOW)
    html = page_of(client, experiment)
    assert f'action="{on}"' in html
    assert f'name="revision" value="{experiment.revision}"' in html


def test_shares__nothing_offered__no_form(client):
    experiment = a_choosing_experiment(*BETTER, policy="rules")
    refresh.refresh(experiment, now=NOW)
    assert "<form" not in page_of(client, experiment).split('id="shares"')[1].split("</main>")[0]


def test_list__policy_that_pays__names_no_variant(client):
    experiment = a_choosing_experiment(*BETTER, variants=2)
    refresh.refresh(experiment, now=NOW)
    html = client.get(reverse("experiments:list", args=["shop"])).content.decode()
    assert "Choosing pays off" in html
    assert "Use Variant B" not in html


def two_phases():
    """A fixed split whose report is kept, then a policy."""
    experiment = an_experiment(status="running", at=NOW - 20 * DAY, mde=5, variants=4)
    fill_fixed(experiment)
    refresh.refresh(experiment, now=NOW - 10 * DAY)
    policies.change(
        experiment, policy="thompson", exploration_share=20, actor=None, now=NOW - 10 * DAY
    )
    experiment.refresh_from_db()
    fill(experiment, *BETTER, at=NOW - 10 * DAY)
    refresh.refresh(experiment, now=NOW)
    return experiment


def fill_fixed(experiment):
    from tests.experiments.reports.test_refresh import put

    put(experiment, *[Aggregates.of_units([{"impressions": 3, "clicks": 1}] * 300)] * 4)


def test_phases__second_one__lists_the_first_with_its_verdict(client):
    html = page_of(client, two_phases())
    assert "Phase 1 · Fixed split · until 2026-11-12" in html
    assert 'href="?phase=1"' in html
    assert "No answer" in html


def test_phases__first_one_opened__is_read_only_and_as_it_ended(client):
    experiment = two_phases()
    html = page_of(client, experiment, "?phase=1")
    assert "This is the report of phase 1 as it ended on 2026-11-12." in html
    assert "Ended without an answer" in html
    for absent in ("Refresh now", 'id="shares"', "decide/?variant"):
        assert absent not in html.split('id="results"')[1]
    assert Report.objects.get(experiment=experiment, phase=1).payload["design"]["policy"] == "fixed"


@pytest.mark.parametrize("number", ["3", "0", "-1", "x", "1.0", "²", "9" * 40])
def test_phases__unknown__is_not_found(client, number):
    page_of(client, two_phases(), f"?phase={number}", status=404)


@pytest.mark.parametrize("query", ["?phase=2", "?phase="])
def test_phases__present_one__is_the_ordinary_page(client, query):
    html = page_of(client, two_phases(), query)
    assert "Refresh now" in html
    assert "as it ended" not in html


def test_phases__new_split_of_a_fixed_test__keeps_the_old_report(client):
    experiment = an_experiment(status="running", at=NOW - 20 * DAY, mde=5)
    refresh.refresh(experiment, now=NOW - 2 * DAY)
    traffic.change_split(
        experiment, weights={"a": 1, "b": 3}, actor=None, now=NOW - dt.timedelta(days=2)
    )
    experiment.refresh_from_db()
    refresh.refresh(experiment, now=NOW)
    assert "Phase 1 · Fixed split · until 2026-11-20" in page_of(client, experiment)


def test_phases__first_one__has_no_list(client):
    assert "Earlier phases" not in page_of(client, an_experiment(status="running"))
