"""The loop, by its public doors: behaviour → profile → the next decision, caps, consent, learning.

Taking the fold, the policy or the cap away turns a test of this file red.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from audiences import profiles
from audiences.models import Segment
from banner_lab.stack import ports
from banner_lab.stack.processes import wait_until
from delivery.pseudonym import Pseudonyms
from delivery.state import PatientStore
from delivery.visitor import state_key
from events import rollup
from experiments import adaptive
from experiments.models import Experiment, Layer, Parameters, PolicyRule, Status, Variant
from tests import factories
from tests.doors import DjangoDoor, Door, Granian, World, a_banner, log_rows
from tests.proxy import Proxy
from workspace.models import Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
_numbers = count(1)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


SHOES = {"all": [{"feature": "affinity.category.shoes", "op": "at_least", "value": 2}]}
KITCHEN = {"all": [{"feature": "affinity.category.kitchen", "op": "at_least", "value": 2}]}


def an_experiment(site: Site, key: str, policy: str, **fields) -> Experiment:
    """A running experiment with the banners shoes, kitchen and plain on its own placement."""
    placement = factories.a_placement(site, key, fallback=a_banner(site, f"{key}-default"))
    Layer.objects.get_or_create(site=site, key=placement.layer)
    made = Experiment.objects.create(
        site=site, key=key, name=key, placement=placement, policy=policy,
        hypothesis="If it fits, then more click, because it is theirs.", **fields,
    )  # fmt: skip
    for position, name in enumerate(("plain", "shoes", "kitchen")):
        creative = a_banner(site, f"{key}-{name}")
        Variant.objects.create(
            experiment=made, key=name, name=name, position=position, creative=creative
        )
    return made


@pytest.fixture(scope="module")
def shop(committed_world: World, django_db_blocker) -> World:
    """The world with two segments, a personalised, a learning and a capped experiment."""
    with django_db_blocker.unblock():
        site = committed_world.site
        personal = an_experiment(site, "for-you", "rules", exploration_share=10)
        for position, (name, rule) in enumerate((("shoes", SHOES), ("kitchen", KITCHEN))):
            segment = Segment.objects.create(
                site=site, key=f"likes-{name}", name=f"Likes {name}", rule=rule
            )
            PolicyRule.objects.create(
                experiment=personal, position=position, segment=segment, weights={name: 1}
            )
        learning = an_experiment(site, "bandit", "thompson", exploration_share=20)
        capped = an_experiment(site, "capped", "fixed")
        for variant in capped.variants.select_related("creative"):
            variant.creative.cap_per_session = 2
            variant.creative.save()
        for experiment in (personal, learning, capped):
            factories._bring_to(experiment, Status.RUNNING, factories.NOW)
        committed_world.publish()
        return committed_world


@pytest.fixture
def door(request, shop, door) -> Door:
    if isinstance(door, Granian):
        door.follow(shop.publish())
    return door


@dataclass(slots=True)
class Shopper:
    """One visitor as a shop's server reports them."""

    door: Door
    key: str
    name: str
    session: str = "s-1"

    def decide(self, place: str, **more):
        """The decision; on a busy machine a profile may be late, which the reason tells."""
        for _attempt in range(20):
            decision = self.ask(place, **more)
            if decision["reason"] != "DEFAULT":
                break
            time.sleep(0.05)
        return decision

    def ask(self, place: str, **more):
        body = {"user_id": self.name, "session_id": self.session, "placements": [place], **more}
        answer = self.door.post("/api/v1/decide", body, key=self.key)
        assert answer.status == 200, answer.body
        return answer.json["decisions"][place]

    def does(self, kind: str, **more):
        event = {"type": kind, "id": f"e-{next(_numbers)}-{time.time_ns()}", "user_id": self.name}
        return self._send(event | more)

    def sees(self, decision, kind: str = "impression", **more):
        return self._send({"type": kind, "token": decision["token"]} | more)

    def _send(self, event):
        answer = self.door.post("/api/v1/events", event, key=self.key)
        assert answer.status == 202, answer.body
        assert answer.json["rejected"] == []
        return answer.json


def a_shopper(door: Door, shop: World, place: str = "for-you") -> Shopper:
    """Somebody outside the exploration slice."""
    while True:
        shopper = Shopper(door, shop.sk, f"u-{next(_numbers)}-{time.time_ns()}")
        if shopper.decide(place)["reason"] != "EXPLORATION":
            return shopper


def looks_at(shopper: Shopper, category: str, times: int = 3, **more) -> None:
    for _ in range(times):
        shopper.does("product_view", properties={"category": category, "brand": "Ridge"}, **more)


def hot_key(shop: World, name: str) -> bytes:
    pseudonym = Pseudonyms(settings.CONFIG.pseudonym_keys).of(shop.site.pk, name)
    return state_key(shop.site.pk, pseudonym)


def hot(shop: World, name: str):
    return PatientStore(settings.CONFIG.state_url).read(hot_key(shop, name)).profile


@pytest.mark.parametrize("category", ["shoes", "kitchen"])
def test_profile__three_looks_at_products__the_next_banner_fits(door, shop, category):
    shopper = a_shopper(door, shop)
    assert shopper.decide("for-you")["reason"] == "SPLIT"
    looks_at(shopper, category)
    decision = shopper.decide("for-you")
    assert decision["variant"] == category
    assert (decision["reason"], decision["segment"]) == ("TARGETING_MATCH", f"likes-{category}")
    assert (decision["policy"], decision["propensity"]) == ("rules", 1.0)


def test_profile__folded_by_one_process__seen_by_the_other(granian, shop, tmp_path):
    granian.follow(shop.publish())
    second = Granian(tmp_path / "second").start()
    try:
        second.follow(shop.publish())
        for _ in range(10):
            shopper = a_shopper(granian, shop)
            looks_at(shopper, "shoes")
            there = Shopper(second, shop.sk, shopper.name)
            assert there.decide("for-you")["variant"] == "shoes"
    finally:
        second.stop()


def test_profile__built_again_from_the_log__equals_the_live_one(granian, shop):
    granian.follow(shop.publish())
    names = []
    for _ in range(5):
        shopper = a_shopper(granian, shop)
        names.append(shopper.name)
        looks_at(shopper, "shoes", occurred_at=timezone.now().isoformat())
        shopper.does("search", properties={"query": "pot", "category": ["kitchen", "home"]})
        shopper.does("purchase", order_id=f"o-{shopper.name}", amount=1200, currency="CNY",
                     properties={"brand": "Ridge", "price_band": "mid"})  # fmt: skip
        shopper.sees(shopper.decide("for-you"))
    twice = {"type": "page_view", "id": "the-same-id", "user_id": names[0]}
    for _ in range(2):
        granian.post("/api/v1/events", twice, key=shop.sk)
    live = {name: hot(shop, name) for name in names}
    assert all(live.values())
    assert live[names[0]].session.pages == 1
    store = PatientStore(settings.CONFIG.state_url)
    assert profiles.rebuild(shop.site, store, now=timezone.now()) >= len(names)
    assert {name: hot(shop, name) for name in names} == live


def test_consent__to_personalisation_refused__nothing_read_and_nothing_written(door, shop):
    shopper = a_shopper(door, shop)
    refused = {"consent": {"measurement": True, "personalisation": False}}
    looks_at(shopper, "shoes", **refused)
    assert hot(shop, shopper.name) is None
    looks_at(shopper, "shoes")
    decision = shopper.decide("for-you", **refused)
    assert decision["reason"] == "SPLIT"
    assert "segment" not in decision
    before = hot(shop, shopper.name)
    shopper.sees(decision)
    shopper.sees(decision, "click")
    assert hot(shop, shopper.name) == before
    assert {flags & 2 for kind, flags in log_rows("kind, flags") if kind == "impression"} == {2}


def test_consent__withdrawn__profile_is_gone(door, shop):
    shopper = a_shopper(door, shop)
    looks_at(shopper, "shoes")
    assert hot(shop, shopper.name) is not None
    chosen = {"measurement": True, "personalisation": False}
    shopper.does("consent", properties=chosen, consent=chosen)
    assert hot(shop, shopper.name) is None


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_consent__browser_refuses_for_its_owner__honoured(door, shop, header):
    shopper = a_shopper(door, shop)
    looks_at(shopper, "shoes")
    body = {"user_id": shopper.name, "placements": ["for-you"]}
    answer = door.post("/api/v1/decide", body, key=shop.sk, **{header: "1"})
    assert answer.json["decisions"]["for-you"]["reason"] == "SPLIT"
    event = {"type": "product_view", "id": f"{header}-{time.time_ns()}", "user_id": f"{header}-new"}
    door.post("/api/v1/events", event, key=shop.sk, **{header: "1"})
    assert hot(shop, f"{header}-new") is None


def test_cap__of_two_in_a_session__third_time_is_the_default(door, shop):
    shopper = Shopper(door, shop.sk, f"u-cap-{time.time_ns()}")
    for _ in range(2):
        decision = shopper.decide("capped")
        assert decision["reason"] == "SPLIT"
        shopper.sees(decision)
    third = shopper.decide("capped")
    assert third["reason"] == "CAPPED"
    assert (third["variant"], third["creative"]["key"]) == (None, "capped-default")


def test_cap__told_by_the_browser__counts_without_a_profile(door, shop):
    shopper = Shopper(door, shop.sk, f"u-told-{time.time_ns()}")
    shown = shopper.decide("capped")["creative"]["key"]
    assert shopper.decide("capped", seen={shown: [2, 2]})["reason"] == "CAPPED"
    refused = {"measurement": True, "personalisation": False}
    decision = shopper.decide("capped", seen={shown: [2, 2]}, consent=refused)
    assert decision["reason"] == "CAPPED"


def test_policy__one_variant_is_clicked__gets_most_of_the_traffic(door, shop):
    experiment = Experiment.objects.get(site=shop.site, key="bandit")
    shoppers = [Shopper(door, shop.sk, f"u-{n}-{time.time_ns()}") for n in range(150)]
    for shopper in shoppers:
        decision = shopper.decide("bandit")
        shopper.sees(decision)
        if decision["variant"] == "kitchen":
            shopper.sees(decision, "click")
    rollup.run(now=timezone.now())
    assert adaptive.learn(now=timezone.now()) == 1
    learnt = Parameters.objects.filter(experiment=experiment).first()
    best = str(experiment.variants.get(key="kitchen").pk)
    assert learnt.widths[best] > 9_000
    assert learnt.evidence[best]["best"] > 0.99
    if isinstance(door, Granian):
        time.sleep(1.5)
    again = [shopper.decide("bandit", session_id="s-2") for shopper in shoppers]
    followed = Counter(d["variant"] for d in again if d["reason"] == "SPLIT")
    assert followed["kitchen"] > 0.85 * followed.total()
    assert {d["propensity"] for d in again if d["variant"] == "kitchen" and d["reason"] == "SPLIT"}
    slice_ = Counter(d["variant"] for d in again if d["reason"] == "EXPLORATION")
    assert len(slice_) == 3
    assert max(slice_.values()) < 0.8 * slice_.total()
    Parameters.objects.all().delete()
    adaptive.publish(now=timezone.now())


@pytest.fixture
def behind_proxy(shop, tmp_path) -> Iterator[tuple[Granian, Proxy]]:
    """A process whose way to the state store can be cut."""
    parts = urlsplit(settings.CONFIG.state_url)
    proxy = Proxy((parts.hostname, parts.port)).open()
    url = settings.CONFIG.state_url.replace(f":{parts.port}", f":{proxy.port}")
    process = Granian(tmp_path / "cut", port=ports.unused(), environment={"STATE_URL": url})
    process.start()
    process.follow(shop.publish())
    with contextlib.ExitStack() as stack:
        stack.callback(proxy.shut)
        stack.callback(process.stop)
        yield process, proxy


@pytest.mark.parametrize("outage", ["shut", "swallow"])
def test_state_store__away__decisions_go_on_say_so_and_recover(behind_proxy, shop, outage):
    process, proxy = behind_proxy
    shopper = a_shopper(process, shop)
    looks_at(shopper, "shoes")
    assert shopper.decide("for-you")["variant"] == "shoes"
    getattr(proxy, outage)()
    decisions = [shopper.ask("for-you") for _ in range(20)]
    assert {d["reason"] for d in decisions} == {"DEFAULT"}
    assert all(d["variant"] and d["token"] for d in decisions)
    assert shopper.does("page_view")["stored"] == 1
    proxy.shut()
    proxy.open()
    assert wait_until(lambda: shopper.ask("for-you")["reason"] != "DEFAULT", seconds=10)
    assert shopper.decide("for-you")["variant"] == "shoes"


def test_django_door__same_question__same_answer(granian, shop):
    granian.follow(shop.publish())
    shopper = a_shopper(granian, shop)
    looks_at(shopper, "kitchen")
    for place in ("for-you", "bandit", "capped"):
        ours = shopper.decide(place)
        theirs = Shopper(DjangoDoor(), shop.sk, shopper.name).decide(place)
        assert ours | {"token": ""} == theirs | {"token": ""}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"seen": {"x": "y"}}, "seen"),
        ({"seen": [1]}, "seen"),
        ({"seen": {"x": [1.5, 2]}}, "seen"),
        ({"consent": "granted"}, "consent"),
        ({"consent": {"personalisation": "no"}}, "consent"),
        ({"session_id": ""}, "session_id"),
        ({"session_id": "s" * 257}, "session_id"),
    ],
)
def test_decide__field_that_does_not_fit__named(door, shop, more, field):
    body = {"user_id": "u-1", "placements": ["for-you"], **more}
    answer = door.post("/api/v1/decide", body, key=shop.sk)
    assert (answer.status, answer.json["field"].partition("[")[0].split(".")[0]) == (422, field)


@pytest.mark.parametrize(
    "seen", [{}, {"capped-plain": []}, {"capped-plain": [-5, -5]}, {"capped-plain": [10**30, 0]},
             {"nobody": [9, 9]}]
)  # fmt: skip
def test_decide__odd_counts__answered_or_refused_never_broken(door, shop, seen):
    body = {"user_id": "u-1", "placements": ["capped"], "seen": seen}
    assert door.post("/api/v1/decide", body, key=shop.sk).status in {200, 422}


@pytest.mark.parametrize("session", ["", "s" * 257])
def test_assign__session_that_is_no_id__named(door, shop, session):
    address = f"/api/v1/assign?experiment=bandit&user_id=u-1&session_id={session}"
    answer = door.get(address, key=shop.sk)
    assert (answer.status, answer.json["field"]) == (422, "session_id")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "consent", "properties": {"personalisation": "no"}},
        {"type": "page_view", "consent": "granted"},
        {"type": "page_view", "consent": {"personalisation": 1}},
    ],
)
def test_events__consent_that_cannot_be_read__rejected_by_name(door, shop, event):
    event |= {"id": f"odd-{next(_numbers)}-{time.time_ns()}", "user_id": "u-odd"}
    batch = {"events": [event]}
    answer = door.post("/api/v1/events", batch, key=shop.sk)
    assert answer.status == 202
    assert [one["reason"] for one in answer.json["rejected"]] in (
        ["bad_properties"],
        ["bad_field"],
    )


def test_profile__document_that_cannot_be_read__nothing_known_and_folded_anew(door, shop):
    shopper = a_shopper(door, shop)
    store = PatientStore(settings.CONFIG.state_url)
    store.client.set(hot_key(shop, shopper.name), b"\xc1 not a profile")
    assert shopper.decide("for-you")["reason"] == "SPLIT"
    looks_at(shopper, "kitchen")
    assert shopper.decide("for-you")["variant"] == "kitchen"


@pytest.mark.parametrize("properties", [{"category": 5}, {"category": ["", None]}, {"brand": {}}])
def test_profile__properties_of_other_types__counted_and_no_interest(door, shop, properties):
    shopper = a_shopper(door, shop)
    assert shopper.does("product_view", properties=properties)["stored"] == 1
    assert hot(shop, shopper.name).strengths == {}
