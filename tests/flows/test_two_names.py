"""A visitor who comes without a name, logs in, and is told to be one person."""

import itertools
import time
import uuid

import pytest
from django.utils import timezone

from events import rollup, store
from events.models import RollupState, UnitTotal
from experiments.reports import refresh
from experiments.reports.payload import decode
from tests.doors import Door, Granian, World

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
EVENTS = "/api/v1/events"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def a_visitor(door: Door, world: World, variant: str) -> tuple[str, str]:
    """A name that is given this variant, and the token that says so."""
    for _ in itertools.count():
        name = f"u-{uuid.uuid4().hex}"
        found = door.get(f"/api/v1/assign?experiment=spring-hero&user_id={name}", key=world.sk).json
        if found["variant"] == variant:
            return name, found["token"]
    raise AssertionError


def send(door: Door, world: World, *events: dict) -> None:
    receipt = door.post(EVENTS, {"events": list(events)}, key=world.sk).json
    assert receipt["stored"] == len(events), receipt
    if isinstance(door, Granian):
        door.settle()


def seen(token: str) -> dict:
    return {"type": "impression", "token": token}


@pytest.fixture
def counted(world):
    """Count what is in the log; nothing is left of an earlier test."""
    for model in (UnitTotal, RollupState):
        model.objects.all().delete()
    rollup.rebuild()

    def count():
        rollup.run(now=timezone.now())
        experiment = world.experiment
        data = decode(refresh.refresh(experiment, now=timezone.now()).payload)
        return store.health(experiment.pk, experiment.phase), data

    return count


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_alias__two_variants_seen_under_two_names__is_one_visitor_who_saw_both(
    door, world, counted, late
) -> None:
    if isinstance(door, Granian):
        door.follow(world.publish())
    nameless, first = a_visitor(door, world, "a")
    known, second = a_visitor(door, world, "b")
    alias = {"type": "alias", "user_id": known, "previous_id": nameless}
    if not late:
        send(door, world, alias)
    send(door, world, seen(first))
    time.sleep(0.01)
    send(door, world, seen(second))
    if late:
        health, _data = counted()
        assert (health.units, health.multiple) == (2, 0)
        send(door, world, alias)
    health, data = counted()
    assert (health.units, health.multiple) == (1, 1)
    assert health.multiple_share == 1.0
    several = next(check for check in data.checks if check.key == "several")
    assert several.numbers["units"] == 1
    # It is analysed as it was seen first.
    by_key = {variant.pk: variant.key for variant in world.experiment.variants.all()}
    assert [by_key[pk] for pk in store.aggregates(world.experiment.pk, 1)] == ["a"]


def test_alias__the_same_variant_under_both_names__is_one_visitor_who_saw_one(
    door, world, counted
) -> None:
    if isinstance(door, Granian):
        door.follow(world.publish())
    (nameless, first), (known, second) = (a_visitor(door, world, "b") for _ in range(2))
    send(door, world, seen(first), seen(second))
    send(door, world, {"type": "alias", "user_id": known, "previous_id": nameless})
    health, _data = counted()
    assert (health.units, health.multiple) == (1, 0)
