"""Why a visitor takes part or not: the steps before the draw, told as the data plane decides."""

import json
import random

import pytest
from django.conf import settings
from django.utils import timezone

from delivery.pseudonym import Pseudonyms
from delivery.state import PatientStore
from delivery.visitor import LATE, day_at, state_key
from engine.profiles.fold import Act, fold
from experiments import explanation, holdouts, inquiry, lifecycle, publishing
from experiments.models import Experiment, Status, TestUnit
from tests import factories
from tests.doors import DjangoDoor

pytestmark = pytest.mark.django_db
ALWAYS = {"feature": "time.hour", "op": "at_least", "value": 0}
NEVER = {"feature": "time.weekday", "op": "more_than", "value": 7}
OFTEN = {"feature": "visits", "op": "at_least", "value": 2}
SHOES = {"feature": "affinity.category.shoes", "op": "at_least", "value": 1}
PHONE = {"feature": "device", "op": "is", "value": "phone"}


@pytest.fixture
def site():
    return factories.a_site(holdout_share=10)


def a_rule(*items):
    return {"all": list(items)}


def _running(site, key, **fields):
    placement = factories.a_placement(site, key)
    made = factories.an_experiment(site, key, placement=placement, **fields)
    lifecycle.start(made, actor=None, now=factories.NOW)
    return made


def _world(site):
    shoes = factories.a_segment(site, "shoes", *SHOES.values())
    _running(site, "segment", audience=shoes, traffic_share=70)
    _running(site, "both", audience=shoes, targeting=a_rule(OFTEN, ALWAYS))
    _running(site, "either", targeting=a_rule({"any": [OFTEN, SHOES]}))
    _running(site, "never", targeting=a_rule(NEVER))
    here = {"feature": "position", "op": "is", "value": "here"}
    _running(site, "here", targeting=a_rule(here))
    _running(site, "blocks", unit="block", block_hours=2)
    shelf = _running(site, "shelf")
    other = factories.a_placement(site, "shelf-two", layer="shelf")
    shelf.also_on.add(other)
    shelf.variants.filter(key="a").update(placement=other)
    holdouts.ensure(site, now=factories.NOW)
    publishing.publish_if_changed(now=factories.NOW)
    return ["segment", "both", "either", "never", "here", "blocks", "shelf", "shelf-two"]


def _key(site, unit):
    return state_key(site.pk, Pseudonyms(settings.CONFIG.pseudonym_keys).of(site.pk, unit))


def _profile(rng, now_ms):
    profile = None
    for _event in range(rng.randrange(1, 6)):
        at_ms = now_ms - rng.choice([1, 20, 90, 3000]) * 60_000
        content = (("category", rng.choice(["shoes", "kitchen"])),)
        profile = fold(profile, Act("product_view", at_ms, day_at("UTC", at_ms), content))
    return profile


def _look(site, place, unit, **rest):
    placement = site.placements.get(key=place)
    return inquiry.look(placement, unit, actor=None, now=timezone.now(), **rest), placement


def test_on_placement__every_design__as_the_data_plane_answers(site):
    places, rng = _world(site), random.Random(11)
    store, door = PatientStore(settings.CONFIG.state_url), DjangoDoor()
    _, secret = factories.a_key(site)
    placements = {place.key: place for place in site.placements.all()}
    now_ms = int(timezone.now().timestamp() * 1000)
    publishing.publish_if_changed(now=timezone.now())
    met, every = set(), {"SPLIT", "NOT_TARGETED", "NOT_IN_TRAFFIC", "HOLDOUT"}
    for number in range(240):  # who is held depends on the number of the site
        if number >= 24 and met == every:
            break
        unit = f"v-{number}"
        if number % 3:
            store.replace({_key(site, unit): _profile(rng, now_ms)}, now_ms=now_ms)
        body = {"user_id": unit, "placements": places}
        answers = door.post("/api/v1/decide", body, key=secret).json["decisions"]
        # Whose placement it is looked up from goes to the audit log only.
        asked, _placement = _look(site, rng.choice(places), unit)
        for place, answer in answers.items():
            told = explanation.on_placement(asked, placements[place])
            assert json.loads(told.raw) | {"token": 0} == answer | {"token": 0}, (place, unit)
            ends = [step.outcome for step in told.steps].count("ended")
            assert ends == (answer["variant"] is None), (place, told.steps)
            met.add(told.reason)
    assert met == every


def _free(site, place):
    """Somebody who is not held, and what the steps say of them."""
    for number in range(99):
        asked, placement = _look(site, place, f"w-{number}")
        told = explanation.on_placement(asked, placement)
        if told.reason not in {"HOLDOUT", "NOT_IN_TRAFFIC"}:
            return told
    raise AssertionError


def _step(told, question):
    return next(step for step in told.steps if step.question == question)


def test_steps__audience__each_condition_with_its_value(site):
    _world(site)
    told = _free(site, "both")
    clock = _step(told, "Does the experiment run at this time of day?")
    assert (clock.outcome, clock.lines[0].holds) == ("passed", True)
    audience = _step(told, "Does this visitor belong to the audience?")
    assert (audience.outcome, [line.holds for line in audience.lines]) == ("ended", [False, False])
    assert all("it is not known" in line.text for line in audience.lines)
    never = _step(_free(site, "never"), "Does the experiment run at this time of day?")
    assert never.outcome == "ended"


def test_steps__request__not_known_here_is_said(site):
    _running(site, "phones", targeting=a_rule(PHONE))
    told = _free(site, "phones")
    audience = _step(told, "Does this visitor belong to the audience?")
    assert "only a page view tells" in audience.lines[-1].text.lower()


def test_steps__profile_late__not_targeted(site):
    _world(site)
    unit = next(f"w-{n}" for n in range(99) if not _look(site, "either", f"w-{n}")[0].visitor.apart)

    class Late(PatientStore):
        def read(self, key):
            return LATE

    asked, placement = _look(site, "either", unit, store=Late(""))
    told = explanation.on_placement(asked, placement)
    step = _step(told, "Does this visitor belong to the audience?")
    assert (told.reason, step.outcome) == ("NOT_TARGETED", "ended")
    assert "in time" in step.answer


def test_steps__holdout_block_and_position__are_told(site):
    _world(site)
    blocks = _step(_free(site, "blocks"), "Which block of hours is it?")
    assert "of 2 hours" in blocks.answer
    held = _step(_free(site, "blocks"), "Does this visitor belong to the holdout?")
    assert (held.outcome, held.ranges) == ("passed", ((0, 1000),))
    shown = set()
    for number in range(40):
        asked, placement = _look(site, "shelf", f"w-{number}")
        told = explanation.on_placement(asked, placement)
        if told.variant is not None and told.variant.key == "a":
            step = _step(told, "Where is it shown?")
            shown.add((step.outcome, told.creative.pk == placement.fallback_id))
    assert shown == {("noted", True)}


@pytest.mark.parametrize("status", [Status.RUNNING, Status.DRAFT])
def test_steps__tester__nothing_else_is_asked(site, status):
    made = factories.an_experiment(site, "tested", status=status)
    name = Pseudonyms(settings.CONFIG.pseudonym_keys).of(site.pk, "qa").hex()
    variant = made.variants.get(key="b")
    TestUnit.objects.create(experiment=made, variant=variant, pseudonym=name, label="QA")
    asked, placement = _look(site, "home-hero", "qa")
    for told in (
        explanation.on_placement(asked, placement),
        explanation.in_experiment(asked, Experiment.objects.get(pk=made.pk)),
    ):
        assert (told.reason, told.variant) == ("FORCED", variant)
        assert [step.question for step in told.steps] == ["Does this visitor test the experiment?"]
