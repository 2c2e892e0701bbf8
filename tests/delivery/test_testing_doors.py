"""Targeting, holdout, placements and tests through both doors, on what was really published."""

import re
import uuid

import pytest
from django.conf import settings
from django.utils import timezone

from delivery import forcing
from delivery.moment import Tools
from delivery.token import REST, TEST, UNPERSONALISED
from engine.assignment.hashing import bucket
from events import rollup
from events.models import UnitTotal
from experiments import holdouts
from experiments.models import Experiment, Layer, Status, TestUnit
from tests import factories
from tests.doors import DjangoDoor, a_banner, an_experiment, log_rows
from workspace.models import Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

PHONES = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}
HOURS = {"all": [{"feature": "time.hour", "op": "at_least", "value": 0}]}
DECIDE = "/api/v1/decide"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def designs(committed_world):
    """One experiment of each kind, each on a placement of its own name."""
    site = committed_world.site

    def made(key, at=Status.RUNNING, **fields):
        place = factories.a_placement(site, key, fallback=a_banner(site, f"{key}-default"))
        experiment = an_experiment(site, key, place, at)
        Experiment.objects.filter(pk=experiment.pk).update(**fields)
        return experiment

    made("phones", targeting=PHONES)
    made("clock", targeting=HOURS)
    made("blocks", unit="block", block_hours=1)
    made("reviewed", Status.DRAFT, status=Status.IN_REVIEW)
    made("plan", Status.DRAFT)
    shelf = made("shelf")
    more = factories.a_placement(
        site, "shelf-two", layer="shelf", page_type="email", fallback=a_banner(site, "two-default")
    )
    shelf.also_on.add(more)
    shelf.variants.filter(key="b").update(placement=more)
    Layer.objects.get_or_create(site=site, key="shelf")
    return committed_world.publish()


def tools() -> Tools:
    return Tools.of(settings.CONFIG)


def a_link(experiment, variant="a", *, site=None, seconds=3600):
    return forcing.sign(
        settings.CONFIG.token_keys,
        site_id=site or experiment.site_id,
        experiment_id=experiment.pk,
        variant_id=experiment.variants.get(key=variant).pk,
        expires=timezone.now().timestamp() + seconds,
    )


def token_of(answer):
    return tools().signer.genuine(answer["token"])


def comparable(answer):
    return answer.status, re.sub(rb"bl1\.[\w-]+", b"bl1.", answer.body)


def test_answers__every_kind_of_design__same_from_both_doors(designs, granian, world) -> None:
    granian.follow(world.publish())
    places = ["home-hero", "phones", "clock", "blocks", "reviewed", "plan", "shelf", "shelf-two"]
    met = set()
    for number in range(60):
        body = {
            "user_id": f"u-{number}",
            "placements": places,
            "attributes": {"device": ["phone", "desktop"][number % 2]},
            "force": [None, "nonsense", a_link(Experiment.objects.get(key="phones"))][number % 3],
        }
        one, two = (d.post(DECIDE, body, key=world.pk) for d in (granian, DjangoDoor()))
        assert comparable(one) == comparable(two)
        met |= {answer["reason"] for answer in one.json["decisions"].values()}
        met |= {one.json.get("force")}
    assert {"SPLIT", "NOT_TARGETED", "FORCED", "NO_EXPERIMENT", "invalid", None} <= met


def test_assign__attributes_in_the_query__are_asked(designs, door, world) -> None:
    ask = "/api/v1/assign?experiment=phones&user_id=u-42"
    assert door.get(ask, key=world.pk).json["reason"] == "NOT_TARGETED"
    phone = door.get(f"{ask}&attributes.device=phone", key=world.pk).json
    assert (phone["reason"], phone["variant"]) == ("SPLIT", "b")


def test_decide__several_placements__stamps_and_defaults_of_each(designs, door, world) -> None:
    body = {"user_id": "u-42", "placements": ["shelf", "shelf-two"]}
    decisions = door.post(DECIDE, body, key=world.pk).json["decisions"]
    shelf = Experiment.objects.get(key="shelf")
    # u-42 gets b, which is shown on the second placement only.
    shown = {key: answer["creative"]["key"] for key, answer in decisions.items()}
    assert shown == {"shelf": "shelf-default", "shelf-two": "shelf-b"}
    for key, answer in decisions.items():
        stamp = token_of(answer).stamp
        assert (answer["reason"], answer["variant"]) == ("SPLIT", "b")
        assert (stamp.experiment_id, stamp.variant_id) == (
            shelf.pk,
            shelf.variants.get(key="b").pk,
        )
        assert stamp.placement_id == world.site.placements.get(key=key).pk


def test_force__link__shows_the_variant_and_nothing_of_it_counts(designs, door, world) -> None:
    body = {"user_id": "u-tests", "placements": ["home-hero"], "force": a_link(world.experiment)}
    answer = door.post(DECIDE, body, key=world.pk).json
    decision = answer["decisions"]["home-hero"]
    assert (decision["variant"], decision["reason"]) == ("a", "FORCED")
    assert "force" not in answer
    assert token_of(decision).stamp.flags & TEST
    events = [{"type": t, "token": decision["token"]} for t in ("impression", "viewable", "click")]
    receipt = door.post("/api/v1/events", {"events": events}, key=world.pk).json
    assert (receipt["stored"], receipt["filtered"]) == (0, 3)
    assert door.get(f"/c/{decision['token']}").status == 302
    assert {mark for _kind, mark in log_rows()} == {"test"}
    rollup.run(now=timezone.now())
    # Of others something may still come in, in the background.
    unit = uuid.UUID(bytes=token_of(decision).unit)
    assert not UnitTotal.objects.filter(unit=unit).exists()


def test_force__robot_that_tests__is_a_test(designs, door, world) -> None:
    body = {"user_id": "u-1", "placements": ["home-hero"], "force": a_link(world.experiment)}
    token = door.post(DECIDE, body, key=world.pk).json["decisions"]["home-hero"]["token"]
    event = {"type": "impression", "token": token}
    door.post("/api/v1/events", event, key=world.pk, user_agent="Googlebot/2.1")
    assert log_rows() == [("impression", "test")]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"seconds": -1}, "expired"),
        ({"site": 999_999}, "other_site"),
        ({"variant": "b", "forge": True}, "invalid"),
        ({"experiment": "plan"}, "not_shown"),
    ],
)
def test_force__not_to_be_followed__ordinary_and_says_why(designs, door, world, how, why) -> None:
    given = dict(how)
    experiment = Experiment.objects.get(key=given.pop("experiment", "spring-hero"))
    forge = given.pop("forge", False)
    link = a_link(experiment, **given)
    link = link[:-1] + ("A" if link[-1] != "A" else "B") if forge else link
    body = {"user_id": "u-42", "placements": ["home-hero"], "force": link}
    for answer in (
        door.post(DECIDE, body, key=world.pk).json,
        door.get(
            f"/api/v1/assign?experiment=spring-hero&user_id=u-42&force={link}", key=world.pk
        ).json,
    ):
        assert answer["force"] == why
        decision = answer["decisions"]["home-hero"] if "decisions" in answer else answer
        assert (decision["reason"], decision["variant"]) == ("SPLIT", "b")
        assert not token_of(decision).stamp.flags & TEST


def test_force__plan_in_review__is_shown_to_whoever_has_the_link(designs, door, world) -> None:
    reviewed = Experiment.objects.get(key="reviewed")
    ask = "/api/v1/assign?experiment=reviewed&user_id=u-42"
    assert door.get(ask, key=world.pk).status == 404
    forced = door.get(f"{ask}&force={a_link(reviewed)}", key=world.pk).json
    assert (forced["variant"], forced["reason"]) == ("a", "FORCED")


def test_force__without_consent__shown_without_a_token(designs, door, world) -> None:
    body = {
        "user_id": "u-42",
        "placements": ["home-hero", "phones"],
        "consent": {"measurement": False},
        "force": a_link(world.experiment),
    }
    decisions = door.post(DECIDE, body, key=world.pk).json["decisions"]
    assert (decisions["home-hero"]["reason"], decisions["home-hero"]["token"]) == ("FORCED", None)
    assert decisions["phones"]["reason"] == "NO_CONSENT"


def test_test_units__on_the_list__always_get_their_variant(designs, granian, world) -> None:
    plan = Experiment.objects.get(key="plan")
    name = tools().pseudonyms.of(world.site.pk, "qa-1").hex()
    for experiment in (plan, world.experiment):
        variant = experiment.variants.get(key="a")
        TestUnit.objects.create(
            experiment=experiment, variant=variant, pseudonym=name, label="Mei's phone"
        )
    try:
        granian.follow(world.publish())
        for door in (granian, DjangoDoor()):
            body = {"user_id": "qa-1", "placements": ["home-hero", "plan"]}
            decisions = door.post(DECIDE, body, key=world.pk).json["decisions"]
            assert {(d["reason"], d["variant"]) for d in decisions.values()} == {("FORCED", "a")}
            other = door.post(DECIDE, body | {"user_id": "u-42"}, key=world.pk).json["decisions"]
            assert other["home-hero"]["variant"] == "b"
            assert other["plan"]["reason"] == "NO_EXPERIMENT"
    finally:
        TestUnit.objects.all().delete()
        world.publish()


def test_holdout__open__held_and_rest_are_told_apart_by_both_doors(designs, granian, world) -> None:
    now = timezone.now()
    Site.objects.filter(pk=world.site.pk).update(holdout_share=20)
    holdout = holdouts.ensure(Site.objects.get(pk=world.site.pk), now=now)
    held_variant = holdout.experiment.variants.get(key="held").pk
    try:
        granian.follow(world.publish())
        met = set()
        for number in range(40):
            unit = f"u-{number}"
            body = {"user_id": unit, "placements": ["home-hero", "plan"]}
            if number % 2:
                body["consent"] = {"measurement": True, "personalisation": False}
            one, two = (d.post(DECIDE, body, key=world.pk) for d in (granian, DjangoDoor()))
            assert comparable(one) == comparable(two)
            held = bucket(holdout.seed, unit) < 2000
            met.add(held)
            for decision in one.json["decisions"].values():
                stamp = token_of(decision).stamp
                assert (decision["reason"] == "HOLDOUT") == held
                assert (stamp.variant_id == held_variant) == held
                personal = 0 if number % 2 == 0 else UNPERSONALISED
                assert stamp.flags == (0 if held else REST) | personal
        assert met == {True, False}
    finally:
        Site.objects.filter(pk=world.site.pk).update(holdout_share=0)
        holdout.experiment.delete()
        world.publish()
