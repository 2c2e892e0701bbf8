"""A visit without consent to be measured leaves nothing behind, and the banner is served."""

import json
import time
import uuid

import pytest
import redis
from django.conf import settings
from django.db import connection

from creatives.models import Creative
from delivery.moment import Tools
from delivery.token import UNPERSONALISED, Stamp
from tests.door_fixtures import STILL_ON_ITS_WAY
from tests.doors import Door, Granian, World, log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
EVENTS, DECIDE = "/api/v1/events", "/api/v1/decide"
NO = {"measurement": False}
PURCHASE = {"type": "purchase", "order_id": "o-1", "amount": 100, "currency": "CNY"}


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def shop(world: World, door: Door) -> World:
    """A shop that keeps profiles, because a banner of its has a cap."""
    Creative.objects.filter(site=world.site).update(cap_per_day=50)
    version = world.publish()
    if isinstance(door, Granian):
        door.follow(version)
    return world


def a_name() -> str:
    return f"somebody-{uuid.uuid4().hex}"


def pseudonym(shop: World, name: str) -> bytes:
    return Tools.of(settings.CONFIG).pseudonyms.of(shop.site.pk, name)


def a_token(shop: World, name: str) -> str:
    variant = shop.experiment.variants.order_by("position")[0]
    decision = int((time.time() - 60) * 1000).to_bytes(6, "big") + uuid.uuid4().bytes[:10]
    stamp = Stamp(shop.site.pk, 1, shop.experiment.pk, 1, variant.pk, 1, 0, 0.5, 0)
    signer = Tools.of(settings.CONFIG).signer
    return signer.sign(decision, pseudonym(shop, name), stamp.pack()).decode()


def traces(door: Door, shop: World, name: str) -> list[str]:
    """Where the visitor is found: in a table, in the hot state, in a file of the process."""
    unit = pseudonym(shop, name)
    needles = [name, unit.hex(), str(uuid.UUID(bytes=unit)), name.encode().hex()]
    found = [table for table in connection.introspection.table_names() if _in(table, needles)]
    store = redis.Redis.from_url(settings.CONFIG.state_url)
    raw = [unit, *(needle.encode() for needle in needles)]
    for key in store.scan_iter(count=1000):
        kept = key + (store.get(key) or b"" if store.type(key) == b"string" else b"")
        found += ["the hot state"] * any(needle in kept for needle in raw)
    if isinstance(door, Granian):
        files = [path for path in door.state.rglob("*") if path.is_file()]
        found += [str(p) for p in files if any(needle in p.read_bytes() for needle in raw)]
    return found


def _in(table: str, needles: list[str]) -> bool:
    ways = " OR ".join(["one::text LIKE %s"] * len(needles))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT EXISTS (SELECT FROM "{table}" AS one WHERE {ways})',
            [f"%{needle}%" for needle in needles],
        )
        return bool(cursor.fetchone()[0])


def named(name: str) -> list[dict]:
    return [
        {"type": "page_view", "id": "1", "user_id": name},
        {"type": "product_view", "id": "2", "user_id": name, "properties": {"category": "x"}},
        PURCHASE | {"id": "3", "user_id": name},
        {"type": "alias", "user_id": name, "previous_id": f"{name}-before"},
        {"type": "no such type", "id": name, "user_id": name},
        {"type": "page_view", "id": 4, "user_id": name},
    ]


def test_visit__no_consent_to_be_measured__nothing_of_the_visitor_anywhere(door, shop) -> None:
    name = a_name()
    body = {"user_id": name, "placements": ["home-hero", "cart-strip"], "consent": NO}
    for decision in door.post(DECIDE, body, key=shop.pk).json["decisions"].values():
        assert (decision["reason"], decision["token"]) == ("NO_CONSENT", None)
        assert decision["creative"]
    asked = f"/api/v1/assign?experiment=spring-hero&user_id={name}&consent.measurement=false"
    answer = door.get(asked, key=shop.pk).json
    assert (answer["reason"], answer["token"]) == ("NO_CONSENT", None)
    seen = [{"type": kind, "token": a_token(shop, name)} for kind in ("impression", "click")]
    events = [*seen, *named(name)]
    for key in (shop.pk, shop.sk):
        batch = {"events": events, "consent": NO}
        receipt = door.post(EVENTS, batch, key=key).json
        assert [one["reason"] for one in receipt["rejected"]] == ["no_consent"] * len(events)
        assert receipt["received"] == len(events)
        assert name not in json.dumps(receipt)
    time.sleep(STILL_ON_ITS_WAY)
    assert traces(door, shop, name) == []
    assert log_rows() == []


def test_event__without_consent_among_others__costs_only_itself(door, shop) -> None:
    name, other = a_name(), a_name()
    events = [
        {"type": "page_view", "id": f"{name}-1", "user_id": name, "consent": NO},
        {"type": "page_view", "id": f"{name}-2", "user_id": other},
    ]
    receipt = door.post(EVENTS, {"events": events}, key=shop.sk).json
    assert (receipt["stored"], receipt["rejected"][0]["reason"]) == (1, "no_consent")
    assert receipt["rejected"][0]["field"] == "events[0].consent"
    assert traces(door, shop, name) == []
    assert traces(door, shop, other)


def test_choice__withdrawn__is_taken_and_forgets_the_profile(door, shop) -> None:
    name = a_name()
    door.post(EVENTS, named(name)[1] | {"id": f"{name}-1"}, key=shop.sk)
    assert "the hot state" in traces(door, shop, name)
    choice = {"type": "consent", "id": f"{name}-2", "user_id": name, "properties": NO}
    assert door.post(EVENTS, {"events": [choice], "consent": NO}, key=shop.sk).json["stored"] == 1
    assert "the hot state" not in traces(door, shop, name)


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_signal__of_the_browser__no_profile_through_any_door(door, shop, header) -> None:
    name, signal = a_name(), {header: "1"}
    body = {"user_id": name, "placements": ["home-hero"]}
    token = door.post(DECIDE, body, key=shop.pk, **signal).json["decisions"]["home-hero"]["token"]
    assert Tools.of(settings.CONFIG).signer.genuine(token).stamp.flags & UNPERSONALISED
    door.get(f"/c/{a_token(shop, name)}", **signal)
    door.get(f"/i/{a_token(shop, name)}.gif", **signal)
    door.post(EVENTS, {"type": "viewable", "token": a_token(shop, name)}, key=shop.pk, **signal)
    time.sleep(STILL_ON_ITS_WAY)
    assert "the hot state" not in traces(door, shop, name)
    assert {flags & UNPERSONALISED for (flags,) in log_rows("flags")} == {UNPERSONALISED}
    with connection.cursor() as cursor:
        cursor.execute("SELECT flags FROM events_event WHERE kind = 'assigned'")
        assert {flags & UNPERSONALISED for (flags,) in cursor.fetchall()} <= {UNPERSONALISED}


def test_assign__consent_that_is_neither__is_refused_rather_than_taken_for_a_yes(door, shop):
    asked = "/api/v1/assign?experiment=spring-hero&user_id=u&consent.measurement=nope"
    answer = door.get(asked, key=shop.pk)
    assert (answer.status, answer.json["field"]) == (422, "consent.measurement")
