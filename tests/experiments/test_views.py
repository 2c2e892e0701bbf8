"""The pages: who may open them, what they say, what they never do."""

import pytest
from django.urls import reverse

from experiments import lifecycle
from experiments.models import Experiment, Report, Status, Variant
from experiments.moves import ACTIONS
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site()


def _as(client, role, site):
    client.force_login(factories.a_user(role=role, site=site))
    return client


@pytest.fixture
def marketer(client, site):
    return _as(client, Role.MARKETER, site)


def _url(name, *args):
    return reverse(f"experiments:{name}", args=["shop", *args])


PAGES = ["detail", "design", "visitors", "history"]


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("name", PAGES)
def test_page__any_status__opens(marketer, site, name, status):
    experiment = factories.an_experiment(site, "spring", status=status)
    answer = marketer.get(_url(name, "spring"))
    assert answer.status_code == 200
    assert experiment.name in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page__experiment_of_another_site__does_not_exist(marketer, name):
    factories.an_experiment(factories.a_site("other"), "theirs")
    assert marketer.get(_url(name, "theirs")).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, "edit"])
def test_page__stranger__does_not_exist(client, site, name):
    factories.an_experiment(site, "spring")
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.get(_url(name, "spring")).status_code == 404


def test_home__empty_site__says_what_to_do_first(marketer):
    page = marketer.get(_url("home")).content.decode()
    assert "Upload two banners" in page
    assert _url("new") in page


def test_list__empty_site__offers_one_button(marketer):
    page = marketer.get(_url("list")).content.decode()
    assert "No experiment yet" in page


MAY = {
    Role.MARKETER: {
        "start",
        "resume",
        "pause",
        "stop",
        "traffic",
        "split",
        "policy",
        "roll_back",
        "release",
        "delete",
        "submit",
        "withdraw",
        "approve",
        "send_back",
        "schedule",
        "unschedule",
        "resume_ramp",
        "settle",
        "archive",
        "restore",
    },
    Role.MANAGER: {"decide", "confirm", "decline", "approve", "send_back"},
    Role.ANALYST: set(),
    Role.ADMINISTRATOR: set(ACTIONS),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(ACTIONS))
def test_action__role__may_or_may_not(client, site, role, action):
    factories.an_experiment(site, "spring")
    answer = _as(client, role, site).get(_url("act", "spring", action))
    assert answer.status_code == (200 if action in MAY[role] else 403)


@pytest.mark.parametrize(("role", "status"), [(Role.MARKETER, 200), (Role.MANAGER, 403)])
def test_new__role__marketers_design(client, site, role, status):
    assert _as(client, role, site).get(_url("new")).status_code == status


def test_action__get__says_who_sees_what_and_changes_nothing(marketer, site):
    factories.an_experiment(site, "spring", traffic_share=40)
    page = marketer.get(_url("act", "spring", "start")).content.decode()
    assert "40 % of the visitors" in page
    assert "is counted from then on" in page
    assert Experiment.objects.get(key="spring").status == Status.DRAFT


def test_action__start__runs_and_is_published(marketer, site):
    from experiments.models import Snapshot

    factories.an_experiment(site, "spring")
    answer = marketer.post(_url("act", "spring", "start"), {"revision": 1})
    assert answer.status_code == 302
    assert Experiment.objects.get(key="spring").status == Status.RUNNING
    assert b'"status":"running"' in bytes(Snapshot.objects.first().body)


def test_action__not_ready__lists_problems_with_remedies(marketer, site):
    experiment = factories.an_experiment(site, "spring", hypothesis="")
    experiment.variants.filter(key="b").delete()
    answer = marketer.post(_url("act", "spring", "start"), {"revision": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The hypothesis is not complete." in page
    assert "Add a variant." in page


def test_action__seen_before_somebody_changed_it__conflict_names_who(marketer, site, now):
    anna = factories.a_user("anna", role=Role.MARKETER, site=site)
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    seen = experiment.revision
    lifecycle.pause(experiment, actor=anna, now=now)
    lifecycle.resume(experiment, actor=anna, now=now)
    answer = marketer.post(_url("act", "spring", "stop"), {"revision": seen})
    assert answer.status_code == 409
    assert "anna" in answer.content.decode()
    assert Experiment.objects.get(key="spring").status == Status.RUNNING


def test_action__wrong_status__says_what_is_possible(marketer, site):
    factories.an_experiment(site, "spring", status=Status.PAUSED)
    answer = marketer.post(_url("act", "spring", "pause"), {})
    assert answer.status_code == 409
    assert "Possible now: resume, stop" in answer.content.decode()


def test_action__manager_decides_a_running_one__stopped_and_decided(client, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    data = {"variant": "b", "reason": "More clicks."}
    answer = _as(client, Role.MANAGER, site).post(_url("act", "spring", "decide"), data)
    assert answer.status_code == 302
    stored = Experiment.objects.get(key="spring")
    assert (stored.status, stored.decision) == (Status.DECIDED, "b")


def test_action__decide_without_reason__asks_again_with_the_choice_kept(client, site):
    factories.an_experiment(site, "spring", status=Status.STOPPED)
    answer = _as(client, Role.MANAGER, site).post(
        _url("act", "spring", "decide"), {"variant": "b", "reason": ""}
    )
    assert answer.status_code == 422
    assert 'value="b" checked' in answer.content.decode()


def test_action__split__page_says_that_counting_starts_again(marketer, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    page = marketer.get(_url("act", "spring", "split")).content.decode()
    assert "Phase 2 begins: counting starts again from zero" in page
    data = {"weight-a": 1, "weight-b": 3}
    assert marketer.post(_url("act", "spring", "split"), data).status_code == 302
    assert Experiment.objects.get(key="spring").phase == 2


def test_action__delete__draft_is_gone_and_list_is_shown(marketer, site):
    factories.an_experiment(site, "spring")
    answer = marketer.post(_url("act", "spring", "delete"), {})
    assert answer.headers["Location"] == _url("list")
    assert not Experiment.objects.filter(key="spring").exists()


def test_action__get_and_post_without_csrf__refused(site):
    from django.test import Client

    factories.an_experiment(site, "spring")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.a_user(role=Role.MARKETER, site=site))
    assert strict.post(_url("act", "spring", "start"), {}).status_code == 403


def test_visitors__id__steps_and_variant_and_nothing_stored(marketer, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    page = marketer.post(_url("visitors", "spring"), {"visitor": "u-42-secret"}).content.decode()
    assert "This visitor sees Variant" in page
    assert "SPLIT" in page
    from workspace.models import AuditEntry, Job

    for model in (AuditEntry, Job):
        assert "u-42-secret" not in str(list(model.objects.values()))


def test_history__after_moves__who_and_what(marketer, site, now):
    anna = factories.a_user("anna", role=Role.MARKETER, site=site)
    experiment = factories.an_experiment(site, "spring")
    lifecycle.start(experiment, actor=anna, now=now)
    page = marketer.get(_url("history", "spring")).content.decode()
    assert "anna" in page
    assert "started it" in page


HTML = "<script>alert(1)</script><b>Shoe</b>"


@pytest.mark.parametrize("name", ["list", "home", *PAGES])
def test_page__name_holds_html__shown_as_text(marketer, site, name, now):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING, name=HTML)
    Experiment.objects.filter(pk=experiment.pk).update(hypothesis=HTML)
    experiment.variants.update(name=HTML)
    page = marketer.get(_url(name, *(["spring"] if name in PAGES else []))).content.decode()
    assert "<script>alert" not in page
    assert "<b>Shoe" not in page
    assert "&lt;b&gt;Shoe" in page


def _many(site, count):
    placement = factories.a_placement(site)
    creative = factories.a_creative(site)
    rows = Experiment.objects.bulk_create(
        Experiment(
            site=site,
            key=f"test-{n}",
            name=f"Headline {n}",
            placement=placement,
            origin="results",
            status=Status.STOPPED,
        )
        for n in range(count)
    )
    Variant.objects.bulk_create(
        Variant(experiment=row, key=key, name=key, position=place, creative=creative)
        for row in rows
        for place, key in enumerate("abc")
    )
    Report.objects.bulk_create(Report(experiment=row, verdict="use") for row in rows)


def test_list__1277_experiments__at_most_30_queries(marketer, site, django_assert_max_num_queries):
    _many(site, 1277)
    with django_assert_max_num_queries(30):
        page = marketer.get(_url("list")).content.decode()
    assert "1–25 of 1,277" in page.replace("1277", "1,277")
    with django_assert_max_num_queries(30):
        found = marketer.get(_url("list"), {"search": "headline 12", "verdict": "use"})
    assert "Headline 1277" not in found.content.decode()
    assert "Headline 12" in found.content.decode()


def test_home__many_of_everything__at_most_30_queries(
    marketer, site, django_assert_max_num_queries
):
    for number in range(4):
        factories.an_experiment(site, traffic_share=25, status=Status.RUNNING)
        factories.an_experiment(site, f"draft-{number}")
    for experiment in Experiment.objects.filter(status=Status.RUNNING):
        Report.objects.create(experiment=experiment, verdict="use")
    with django_assert_max_num_queries(30):
        page = marketer.get(_url("home")).content.decode()
    assert "There is an answer; nobody has decided." in page


def test_list__filters__in_the_address(marketer, site):
    factories.an_experiment(site, "runs", status=Status.RUNNING, name="Alpha")
    factories.an_experiment(site, "drafted", name="Beta")
    page = marketer.get(_url("list"), {"status": "running"}).content.decode()
    assert "Alpha" in page
    assert "Beta" not in page
    page = marketer.get(_url("list"), {"search": "bet", "status": "nonsense"}).content.decode()
    assert "Beta" in page
    assert "Alpha" not in page
    assert "Nothing matches" in marketer.get(_url("list"), {"search": "zzz"}).content.decode()
