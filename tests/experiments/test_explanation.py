"""Why a visitor gets a banner: what the page tells is what the data plane answers."""

import json
import random

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from delivery.pseudonym import Pseudonyms
from delivery.state import PatientStore
from delivery.visitor import day_at, state_key
from engine.profiles.fold import Act, fold
from experiments import adaptive, explanation, inquiry, lifecycle, publishing
from experiments.models import Experiment, Parameters, Status
from experiments.policies import RulePlan, store_rules
from tests import factories
from tests.doors import DjangoDoor
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db
AWAY = PatientStore("")


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mei", role=Role.MARKETER, site=site))
    return client


def _running(site, key, policy="fixed", *, caps=(), rules=(), **fields):
    """An experiment on a placement of its own name."""
    placement = factories.a_placement(site, key)
    made = factories.an_experiment(
        site, key, policy=policy, placement=placement, variants=3, **fields
    )
    for variant, (session, day) in zip(made.variants.all(), caps, strict=False):
        variant.creative.cap_per_session, variant.creative.cap_per_day = session, day
        variant.creative.save()
    store_rules(made, rules)
    lifecycle.start(made, actor=None, now=factories.NOW)
    return made


def _world(site):
    """Every policy, with and without caps, with all and with a part of the traffic."""
    shoes = factories.a_segment(site, "shoes", "affinity.category.shoes", "at_least", 2)
    phones = factories.a_segment(site, "phones", "device", "is", "phone")
    often = factories.a_segment(site, "often", "visits", "at_least", 2)
    plans = [
        RulePlan(phones, {"c": 1}),
        RulePlan(shoes, {"b": 3, "a": 1}),
        RulePlan(often, {"c": 1}),
    ]
    caps = ((1, None), (2, 3), (None, 2))
    made = {
        "plain": _running(site, "plain", traffic_share=60),
        "capped": _running(site, "capped", caps=caps),
        "segments": _running(site, "segments", "rules", rules=plans, exploration_share=20),
        "segments-capped": _running(site, "segments-capped", "rules", rules=plans[1:], caps=caps),
        "bandit": _running(site, "bandit", "thompson", traffic_share=80, exploration_share=30),
        "bandit-capped": _running(site, "bandit-capped", "thompson", caps=caps),
    }
    paused = _running(site, "paused")
    lifecycle.pause(paused, actor=None, now=factories.NOW)
    factories.a_placement(site, "empty")
    for name in ("bandit", "bandit-capped"):
        factories.some_parameters(made[name], [7000, 2500, 500])
    adaptive.publish(now=factories.NOW)
    publishing.publish_if_changed(now=factories.NOW)
    return [*made, "paused", "empty"]


def _key(site, unit):
    return state_key(site.pk, Pseudonyms(settings.CONFIG.pseudonym_keys).of(site.pk, unit))


def _some_profile(rng, versions, now_ms):
    """Somebody who looked at things, came back or not, and has been shown this and that."""
    profile = None
    for _event in range(rng.randrange(1, 12)):
        at_ms = now_ms - rng.choice([1, 20, 90, 3000]) * 60_000
        kind = rng.choice(["product_view", "impression", "impression", "page_view"])
        content = (("category", rng.choice(["shoes", "kitchen"])),)
        version = rng.choice(versions) if kind == "impression" else 0
        act = Act(kind, at_ms, day_at("UTC", at_ms), content, version=version)
        profile = fold(profile, act)
    return profile


FEWEST, MOST = 40, 400
REASONS = {
    *("SPLIT", "TARGETING_MATCH", "EXPLORATION", "CAPPED"),
    *("NOT_IN_TRAFFIC", "PAUSED", "NO_EXPERIMENT"),
}
"""Every one is met, or chance (the seeds of experiments are drawn anew) has been asked enough."""


def test_on_placement__random_ids_and_states__as_the_data_plane_answers(site):
    places, rng, store = _world(site), random.Random(7), PatientStore(settings.CONFIG.state_url)
    now = timezone.now()
    versions = [
        version.pk
        for experiment in Experiment.objects.prefetch_related("variants__creative__versions")
        for variant in experiment.variants.all()
        for version in variant.creative.versions.all()
    ]
    door, (_, secret) = DjangoDoor(), factories.a_key(site)
    publishing.publish_if_changed(now=now)
    placements = {place.key: place for place in site.placements.all()}
    met = set()
    for number in range(MOST):
        if number >= FEWEST and met == REASONS:
            break
        unit, session = f"u-{rng.random()}", rng.choice(["", f"s-{number}"])
        if rng.random() < 0.8:
            profile = _some_profile(rng, versions, int(now.timestamp() * 1000))
            store.replace({_key(site, unit): profile}, now_ms=int(now.timestamp() * 1000))
        body = {"user_id": unit, "placements": places} | (
            {"session_id": session} if session else {}
        )
        answers = door.post("/api/v1/decide", body, key=secret).json["decisions"]
        # Whose placement it is looked up from goes to the audit log only.
        looked_from = placements[rng.choice(places)]
        asked = inquiry.look(looked_from, unit, session=session, actor=None, now=timezone.now())
        for place, answer in answers.items():
            told = explanation.on_placement(asked, placements[place])
            variant = told.variant.key if told.variant else None
            said = (variant, told.reason, told.propensity, told.creative.key)
            wanted = (answer["variant"], answer["reason"], answer["propensity"])
            assert said == (*wanted, answer["creative"]["key"]), (place, unit)
            assert json.loads(told.raw) | {"token": 0} == answer | {"token": 0}
            ends = [step.outcome for step in told.steps].count("ended")
            assert ends == (variant is None), (place, told.steps)
            if told.variant:
                drawn = next(s for s in told.steps if s.question == "Which variant?")
                assert told.variant.name in drawn.answer
            met.add(told.reason)
    assert met == REASONS


def test_on_placement__store_away__told_and_decided_without(site):
    _world(site)
    placement = site.placements.get(key="segments-capped")
    reasons = set()
    for number in range(60):
        asked = inquiry.look(placement, f"u-{number}", actor=None, now=factories.NOW, store=AWAY)
        told = explanation.on_placement(asked, placement)
        reasons.add(told.reason)
        assert told.steps[0].outcome == "noted"
    assert reasons == {"DEFAULT", "EXPLORATION"}


def test_in_experiment__any_status__as_one_experiment_is_answered(site):
    door, (_, secret) = DjangoDoor(), factories.a_key(site)
    for status in (Status.RUNNING, Status.PAUSED, Status.STOPPED, Status.DECIDED):
        place = factories.a_placement(site, f"p-{status}")
        made = factories.an_experiment(
            site, f"e-{status}", status=status, placement=place, traffic_share=50
        )
        publishing.publish_if_changed(now=factories.NOW)
        for number in range(20):
            path = f"/api/v1/assign?experiment={made.key}&user_id=u-{number}"
            answer = door.get(path, key=secret).json
            asked = inquiry.look(place, f"u-{number}", actor=None, now=timezone.now())
            told = explanation.in_experiment(asked, made)
            assert (told.reason, told.propensity) == (answer["reason"], answer["propensity"])
            assert (told.variant.key if told.variant else None) == answer["variant"]


def test_look__site_with_profiles__recorded_by_pseudonym_only(site, now):
    factories.a_segment(site, "shoes", "affinity.category.shoes", "at_least", 2)
    user = factories.a_user("mei", role=Role.MARKETER, site=site)
    inquiry.look(factories.a_placement(site), "u-42-secret", actor=user, now=now)
    entry = AuditEntry.objects.get(action="view_profile")
    assert entry.actor_name == "mei"
    assert entry.after == {
        "visitor": _key(site, "u-42-secret").partition(b"%d:" % site.pk)[2].hex()[:8]
    }
    assert "u-42-secret" not in str(list(AuditEntry.objects.values()))


def test_look__site_without_profiles__nothing_looked_at_nothing_recorded(site, now):
    inquiry.look(factories.a_placement(site), "u-42", actor=None, now=now)
    assert not AuditEntry.objects.filter(action="view_profile").exists()


def _url():
    return reverse("experiments:why", args=["shop"])


def test_why__posted__story_with_segment_counts_and_raw_decision(
    marketer, site, django_assert_max_num_queries
):
    _world(site)
    now_ms = int(timezone.now().timestamp() * 1000)
    profile = None
    for _look in range(3):
        act = Act("product_view", now_ms, day_at("UTC", now_ms), (("category", "shoes"),))
        profile = fold(profile, act)
    store = PatientStore(settings.CONFIG.state_url)
    units = [f"u-{number}" for number in range(30)]
    store.replace({_key(site, unit): profile for unit in units}, now_ms=now_ms)
    pages = [marketer.get(_url()).content.decode()]
    for unit in units:
        with django_assert_max_num_queries(30):
            answer = marketer.post(_url(), {"placement": "segments", "visitor": unit})
        assert answer.status_code == 200
        pages.append(answer.content.decode())
    page = next(page for page in pages if "TARGETING_MATCH" in page)
    assert "shoes 3.0" in page
    assert "“shoes” is the first that matches." in page
    assert "What only a page view tells" in page
    assert "&quot;segment&quot;: &quot;shoes&quot;" in page
    assert any("belongs to the exploration slice" not in p and "EXPLORATION" in p for p in pages)
    for model in (AuditEntry, Job):
        assert "u-1" not in str(list(model.objects.values_list()))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "This field is required."),
        ({"placement": "nowhere", "visitor": "u"}, "There is no such placement."),
        ({"placement": "theirs", "visitor": "u"}, "There is no such placement."),
        ({"placement": "home-hero", "visitor": "u" * 257}, "at most 256"),
        ({"placement": "home-hero", "visitor": "u\x00"}, "Null characters"),
        ({"placement": "home-hero", "visitor": "u", "session": "s" * 257}, "at most 256"),
    ],
)
def test_why__malformed__said_beside_the_field(marketer, site, data, said):
    factories.a_placement(site)
    factories.a_placement(factories.a_site("other"), "theirs")
    answer = marketer.post(_url(), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AuditEntry.objects.filter(action="view_profile").exists()


@pytest.mark.parametrize("visitor", ["u 42", "用户", "<script>alert(1)</script>", "ü" * 128])
def test_why__odd_ids__explained_and_shown_as_text(marketer, site, visitor):
    _running(site, "plain")
    answer = marketer.post(_url(), {"placement": "plain", "visitor": visitor})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_why__stranger_and_nobody__no_page(client, site):
    assert client.get(_url()).status_code == 302
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.get(_url()).status_code == 404


def test_why__no_placement__says_what_to_do_first(marketer):
    assert "No placement yet" in marketer.get(_url()).content.decode()


def test_why__placement_in_the_address__chosen(marketer, site):
    factories.a_placement(site)
    factories.a_placement(site, "cart")
    page = marketer.get(_url() + "?placement=cart").content.decode()
    assert 'value="cart" selected' in page


def test_visitors__imported_and_draft__say_that_nobody_is_drawn(marketer, site):
    factories.an_experiment(site, "drafted")
    imported = factories.an_experiment(site, "imported", status=Status.STOPPED)
    Experiment.objects.filter(pk=imported.pk).update(origin="results", placement=None)
    for key, said in (("drafted", "it is a draft"), ("imported", "run elsewhere")):
        url = reverse("experiments:visitors", args=["shop", key])
        assert said in marketer.post(url, {"visitor": "u-1"}).content.decode()


def test_visitors__bandit__session_decides_and_version_is_named(marketer, site):
    _world(site)
    version = Parameters.objects.get(experiment__key="bandit").version
    url = reverse("experiments:visitors", args=["shop", "bandit"])
    pages = [
        marketer.post(url, {"visitor": f"u-{n}", "session": "s"}).content.decode() for n in range(9)
    ]
    page = next(page for page in pages if f"Version {version} of the probabilities" in page)
    assert "Variant A 70 %" in page
    assert "the next visit is drawn anew" in page
