"""Deciding with the report in view: who may, what needs a reason, what needs a second person."""

import threading

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import deciding, recommending
from experiments.deciding import Decision
from experiments.models import DecisionRequest, Experiment, Status
from tests import factories
from tests.experiments.reports import handmade
from tests.factories import NOW
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
ENOUGH = "B fits the season, and its loss is small."


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def anna(site):
    return factories.a_user("anna", role=Role.MANAGER, site=site)


@pytest.fixture
def ben(site):
    return factories.a_user("ben", role=Role.ADMINISTRATOR, site=site)


def stopped(site, kind="use", **fields):
    """A stopped experiment whose report says `kind`."""
    experiment = factories.an_experiment(site, "spring", status=Status.STOPPED, **fields)
    handmade.kept(kind, experiment)
    return experiment


def decide(experiment, variant="b", *, actor=None, **more):
    decision = Decision(variant, more.pop("reason", "It is warmer."), **more)
    return deciding.decide(experiment, decision, actor=actor, now=NOW)


def stored(experiment) -> Experiment:
    return Experiment.objects.get(pk=experiment.pk)


@pytest.mark.parametrize(
    ("kind", "code", "against"),
    [
        ("use", "use:b", {"a", ""}),
        ("keep_control", "keep_control:a", {"b"}),
        ("no_difference", "no_difference", set()),
        ("your_call", "your_call", set()),
        ("check_data", "check_data", {"a", "b"}),
        ("collecting", "collecting", {"b"}),
        ("no_data", "no_data", set()),
    ],
)
def test_recommendation__each_verdict__what_goes_against_it(kind, code, against):
    found = recommending.of_report(handmade.a_report(kind))
    assert found.code == code
    assert {key for key in ("a", "b", "") if found.is_against(key)} == against


def test_recommendation__no_report__nothing_is_against_it(site):
    found = recommending.of(factories.an_experiment(site))
    assert (found.code, found.is_against("b"), found.word) == ("", False, "")


def test_decide__as_recommended__at_once_with_the_whole_record(site, anna, ben):
    experiment = stopped(site)
    more = {"takeaways": "Warm light works.", "next_step": "iterate", "tags": ("light", "hero")}
    assert decide(experiment, actor=anna, **more) is None
    kept = stored(experiment)
    assert (kept.status, kept.decision, kept.decided_by) == (Status.DECIDED, "b", anna)
    assert (kept.recommended, kept.against_reason) == ("use:b", "")
    assert (kept.takeaways, kept.next_step, kept.tags) == (
        "Warm light works.",
        "iterate",
        ["light", "hero"],
    )
    entry = AuditEntry.objects.filter(action="decide").get()
    assert entry.after["recommended"] == "use:b"
    assert entry.after["takeaways"] == "Warm light works."


def test_decide__running__stops_ships_and_records_in_one_step(site, anna):
    experiment = factories.an_experiment(site, "spring", status=Status.RUNNING)
    handmade.kept("use", experiment)
    decide(experiment, actor=anna)
    kept = stored(experiment)
    assert kept.status == Status.DECIDED
    assert kept.placement.fallback == kept.variants.get(key="b").creative


@pytest.mark.parametrize("reason", ["", "because", " " * 30, "nineteen characters"])
@pytest.mark.parametrize(
    ("kind", "variant"),
    [("use", "a"), ("keep_control", "b"), ("check_data", "b"), ("collecting", "b")],
)
def test_decide__against_the_report_without_a_reason__refused(site, anna, kind, variant, reason):
    experiment = stopped(site, kind)
    with pytest.raises(InvalidInput) as refused:
        decide(experiment, variant, actor=anna, against_reason=reason)
    assert refused.value.field == "against_reason"
    assert stored(experiment).status == Status.STOPPED


def test_decide__against_it_by_the_only_decider__the_reason_is_enough(site, anna):
    factories.a_user(role=Role.MARKETER, site=site)
    factories.a_user(role=Role.MANAGER, site=factories.a_site("other"))
    experiment = stopped(site, "keep_control")
    assert decide(experiment, actor=anna, against_reason=ENOUGH) is None
    kept = stored(experiment)
    assert (kept.recommended, kept.against_reason) == ("keep_control:a", ENOUGH)
    assert AuditEntry.objects.get(action="decide").after["against_reason"] == ENOUGH


def test_decide__against_it_with_two_deciders__waits_and_changes_nothing(site, anna, ben):
    experiment = stopped(site, "keep_control")
    before = stored(experiment).placement.fallback
    request = decide(experiment, actor=anna, against_reason=ENOUGH)
    kept = stored(experiment)
    assert (kept.status, kept.decision) == (Status.STOPPED, "")
    assert kept.placement.fallback == before
    assert (request.asked_by, request.state) == (anna, "pending")
    entry = AuditEntry.objects.get(action="ask_decision")
    assert (entry.actor, ENOUGH in entry.after["decision_request"]) == (anna, True)


def test_decide__deactivated_second_person__does_not_count(site, anna, ben):
    ben.is_active = False
    ben.save()
    assert not deciding.needs_second(site, actor=anna)


def test_confirm__by_another__decides_with_both_in_the_record_and_the_log(site, anna, ben):
    experiment = stopped(site, "keep_control")
    decide(experiment, actor=anna, against_reason=ENOUGH, tags=("bold",))
    deciding.confirm(experiment, actor=ben, now=NOW)
    kept = stored(experiment)
    assert (kept.status, kept.decision, kept.recommended) == ("decided", "b", "keep_control:a")
    assert (kept.against_reason, kept.tags) == (ENOUGH, ["bold"])
    request = DecisionRequest.objects.get()
    assert (request.asked_by, request.answered_by, request.state) == (anna, ben, "confirmed")
    actors = dict(AuditEntry.objects.filter(object_key="spring").values_list("action", "actor"))
    assert (actors["ask_decision"], actors["confirm"]) == (anna.pk, ben.pk)


def test_confirm__by_who_asked__refused_also_by_the_database(site, anna, ben):
    experiment = stopped(site, "keep_control")
    request = decide(experiment, actor=anna, against_reason=ENOUGH)
    for nobody_else in (anna, None):
        with pytest.raises(IllegalMove, match="Another person"):
            deciding.confirm(experiment, actor=nobody_else, now=NOW)
    with pytest.raises(IntegrityError):
        DecisionRequest.objects.filter(pk=request.pk).update(state="confirmed", answered_by=anna)


def test_decline__by_either__experiment_stays_and_may_be_asked_again(site, anna, ben):
    experiment = stopped(site, "keep_control")
    for person in (anna, ben):
        decide(experiment, actor=anna, against_reason=ENOUGH)
        deciding.decline(experiment, actor=person, now=NOW)
        assert deciding.pending(experiment) is None
    assert stored(experiment).status == Status.STOPPED
    assert AuditEntry.objects.filter(action="decline").count() == 2


def test_ask__another_waits__refused(site, anna, ben):
    experiment = stopped(site, "keep_control")
    decide(experiment, actor=anna, against_reason=ENOUGH)
    with pytest.raises(IllegalMove, match="waiting for a second person"):
        decide(experiment, actor=ben, against_reason=ENOUGH)


def test_decide__as_recommended_while_one_waits__overtakes_it(site, anna, ben):
    experiment = stopped(site, "keep_control")
    decide(experiment, actor=anna, against_reason=ENOUGH)
    decide(experiment, "a", actor=ben)
    assert stored(experiment).decision == "a"
    assert DecisionRequest.objects.get().state == "overtaken"


@pytest.mark.parametrize("status", [Status.DRAFT, Status.DECIDED])
def test_ask__cannot_be_decided__refused(site, anna, ben, status):
    experiment = factories.an_experiment(site, "spring", status=status)
    handmade.kept("keep_control", experiment)
    with pytest.raises(IllegalMove):
        decide(experiment, actor=anna, against_reason=ENOUGH)
    with pytest.raises(IllegalMove, match="No decision is waiting"):
        deciding.confirm(experiment, actor=ben, now=NOW)
    assert not DecisionRequest.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"next_step": "dance"}, "next_step"),
        ({"tags": tuple("abcdefghijk")}, "tags"),
        ({"tags": ("x" * 41,)}, "tags"),
        ({"reason": " "}, "reason"),
    ],
)
def test_decide__value_does_not_fit__refused_by_field(site, anna, more, field):
    experiment = stopped(site)
    with pytest.raises(InvalidInput) as refused:
        decide(experiment, actor=anna, **more)
    assert refused.value.field == field
    assert stored(experiment).status == Status.STOPPED


def test_tags__typed__separated_by_either_comma_each_once():
    assert deciding.clean_tags(" warm  light, 首页，hero、hero,, ") == (
        "warm light",
        "首页",
        "hero",
    )


@pytest.mark.django_db(transaction=True)
def test_answers__at_the_same_moment__exactly_one_counts():
    site = factories.a_site()
    people = [factories.a_user(role=Role.MANAGER, site=site) for _ in range(3)]
    experiment = stopped(site, "keep_control")
    decide(experiment, actor=people[0], against_reason=ENOUGH)
    barrier, outcomes = threading.Barrier(2), []

    def answer(how, person) -> None:
        own = Experiment.objects.get(pk=experiment.pk)
        barrier.wait()
        try:
            how(own, actor=person, now=NOW)
            outcomes.append("done")
        except (Conflict, IllegalMove):
            outcomes.append("refused")
        finally:
            connection.close()

    pairs = [(deciding.confirm, people[1]), (deciding.decline, people[2])]
    threads = [threading.Thread(target=answer, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    decided = stored(experiment).status == Status.DECIDED
    assert (DecisionRequest.objects.get().state == "confirmed") == decided


def _url(name="spring", action="decide"):
    return reverse("experiments:act", args=["shop", name, action])


def _page(client, url):
    return client.get(url).content.decode()


@pytest.mark.parametrize(
    ("kind", "checked"), [("use", ["b"]), ("keep_control", ["a"]), ("no_difference", []),
                          ("your_call", []), ("check_data", []), ("collecting", [])]
)  # fmt: skip
def test_form__each_verdict__only_a_clear_recommendation_is_chosen(
    client, site, anna, kind, checked
):
    client.force_login(anna)
    stopped(site, kind)
    page = _page(client, _url() + "?variant=b")
    assert [key for key in ("a", "b", "-") if f'value="{key}" checked' in page] == checked


def test_form__nothing_chosen__asks_again(client, site, anna):
    client.force_login(anna)
    stopped(site, "no_difference")
    answer = client.post(_url(), {"reason": "Taste."})
    assert answer.status_code == 422
    assert "Choose one." in answer.content.decode()


def test_form__against_the_report__says_who_has_to_confirm(client, site, anna):
    client.force_login(anna)
    stopped(site, "keep_control")
    assert "You are the only one here who may decide" in _page(client, _url())
    factories.a_user(role=Role.MANAGER, site=site)
    assert "Another person who may decide has to confirm it" in _page(client, _url())
    answer = client.post(_url(), {"variant": "b", "reason": "Taste.", "against_reason": "no"})
    assert answer.status_code == 422
    assert "The report says “Keep A”. Say in at least 20 characters" in answer.content.decode()


def test_pages__asked_confirmed__second_person_sees_it_and_the_record_names_both(
    client, site, anna, ben
):
    client.force_login(anna)
    stopped(site, "keep_control")
    typed = {"variant": "b", "reason": "Taste.", "against_reason": ENOUGH, "tags": "bold"}
    page = client.post(_url(), typed, follow=True).content.decode()
    assert "Asked. It comes into force when another person" in page
    assert "A decision waits for a second person" in page
    assert "Take it back" in page
    assert client.post(_url(action="confirm"), {}).status_code == 409
    client.force_login(ben)
    assert ENOUGH in _page(client, _url(action="confirm"))
    page = client.post(_url(action="confirm"), {}, follow=True).content.decode()
    assert "The decision" in page
    assert "anna, confirmed by ben" in page
    assert "Keep Variant A" in page
    assert "bold" in page


def test_pages__marketer__sees_what_waits_and_may_not_answer(client, site, anna, ben):
    experiment = stopped(site, "keep_control")
    decide(experiment, actor=anna, against_reason=ENOUGH)
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    page = _page(client, reverse("experiments:detail", args=["shop", "spring"]))
    assert "A decision waits for a second person" in page
    assert "/confirm/" not in page
    for action in ("confirm", "decline"):
        assert client.post(_url(action=action), {}).status_code == 403
    assert stored(experiment).status == Status.STOPPED


def test_api__decided__the_record_can_be_read(client, site, anna):
    decide(stopped(site), actor=anna, takeaways="Warm light works.", tags=("light",))
    _key, text = factories.a_key(site)
    headers = {"Authorization": f"Bearer {text}"}
    row = client.get("/api/v1/experiments/spring/", headers=headers).json()
    assert (row["decision"], row["recommended"], row["against_reason"]) == ("b", "use:b", "")
    assert (row["takeaways"], row["tags"]) == ("Warm light works.", ["light"])
    assert row["watched"] == []
    assert row["variants"][0]["creative_cost"] == 0
