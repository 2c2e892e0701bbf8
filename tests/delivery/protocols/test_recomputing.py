"""Impressions of shops that decide by themselves: believed when we would have decided the same."""

import pytest

from delivery.config import read
from delivery.pseudonym import Pseudonyms
from events.models import Event
from experiments.models import Experiment, Status, TestUnit
from tests.doors import an_experiment, log_rows
from tests.factories import a_placement

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
EVENTS = "/api/v1/events"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def committed_world(committed_world):
    site = committed_world.site
    for key, targeting in (("local-test", {}), ("local-gold", GOLD)):
        an_experiment(site, key, a_placement(site, key), Status.RUNNING)
        Experiment.objects.filter(key=key).update(local=True, targeting=targeting)
    committed_world.publish()
    return committed_world


GOLD = {"all": [{"feature": "attributes.plan", "op": "is", "value": "gold"}]}
# `an_experiment` gives u-42 the variant b.
SHOWN = {
    "type": "impression",
    "experiment": "local-test",
    "variant": "b",
    "user_id": "u-42",
    "id": "i-1",
}


def sent(door, key, **changes):
    event = {name: one for name, one in (SHOWN | changes).items() if one is not None}
    return door.post(EVENTS, event, key=key).json


def test_impression__we_would_have_decided_the_same__counts_like_any_other(door, world):
    receipt = sent(door, world.sk)
    assert (receipt["stored"], receipt["rejected"]) == (1, [])
    named = ("experiment_id", "variant_id", "phase", "propensity", "placement_id", "kind", "mark")
    (row,) = Event.objects.filter(kind="impression").values(*named, "creative_version_id")
    told = door.get("/api/v1/assign?experiment=local-test&user_id=u-42", key=world.sk).json
    receipt = door.post(EVENTS, {"type": "impression", "token": told["token"]}, key=world.sk).json
    assert receipt["stored"] == 1
    rows = Event.objects.filter(kind="impression").values(*named, "creative_version_id", "unit")
    assert rows.count() == 2
    assert rows[0] == rows[1]
    assert row.items() <= rows[0].items()


def test_impression__sent_again__counts_once(door, world):
    assert sent(door, world.sk)["stored"] == 1
    assert sent(door, world.sk)["duplicate"] == 1
    other = sent(door, world.sk, experiment="local-gold", attributes={"plan": "gold"})
    assert other["conflict"] == 1
    assert len(log_rows()) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"variant": "a"}, "assignment_differs"),
        ({"variant": "z"}, "assignment_differs"),
        ({"variant": None}, "assignment_differs"),
        ({"experiment": "spring-hero"}, "not_local"),
        ({"experiment": "none"}, "not_local"),
        ({"user_id": None}, "missing_user_id"),
        ({"user_id": ""}, "bad_id"),
        ({"id": None}, "missing_id"),
        ({"id": "00000000-0000-7000-8000-000000000000"}, "id_time_out_of_range"),
        ({"experiment": "local-gold"}, "assignment_differs"),
        ({"experiment": "local-gold", "attributes": {"plan": "free"}}, "assignment_differs"),
        ({"experiment": "local-gold", "attributes": "gold"}, "bad_field"),
        ({"experiment": None}, "token_missing"),
        ({"type": "click"}, "token_missing"),
    ],
)
def test_impression__does_not_agree__refused_by_name(door, world, changes, reason):
    (rejected,) = sent(door, world.sk, **changes)["rejected"]
    assert rejected["reason"] == reason
    assert rejected["detail"]
    assert log_rows() == []


def test_impression__from_a_browser__needs_a_secret_key(door, world):
    (rejected,) = sent(door, world.pk)["rejected"]
    assert rejected["reason"] == "needs_secret_key"


def test_impression__rule_asks_what_the_shop_knows__told_with_it(door, world):
    told = {"experiment": "local-gold", "attributes": {"plan": "GOLD"}, "id": f"g-{door.name}"}
    assert sent(door, world.sk, **told)["stored"] == 1


def test_impression__of_a_tester__kept_apart(door, world):
    tester = f"tester-{door.name}"
    experiment = Experiment.objects.get(key="local-test")
    name = Pseudonyms(read().pseudonym_keys).of(world.site.pk, tester)
    for variant in experiment.variants.all():
        TestUnit.objects.filter(experiment=experiment).delete()
        TestUnit.objects.create(
            experiment=experiment, variant=variant, pseudonym=name.hex(), label="me"
        )
        version = world.publish()
        if door.name == "granian":
            door.follow(version)
        receipt = sent(door, world.sk, user_id=tester, variant=variant.key, id=variant.key)
        assert receipt["rejected"] == []
    assert {mark for _, mark in log_rows()} == {"test"}


def test_impression__test_is_paused__refused(door, world):
    Experiment.objects.filter(key="local-test").update(status=Status.PAUSED)
    version = world.publish()
    if door.name == "granian":
        door.follow(version)
    (rejected,) = sent(door, world.sk)["rejected"]
    Experiment.objects.filter(key="local-test").update(status=Status.RUNNING)
    world.publish()
    assert rejected["reason"] == "assignment_differs"
    assert "PAUSED" in rejected["detail"]
