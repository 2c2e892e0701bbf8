"""Every reason the product can give is given by some request; what none gives is no reason."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from delivery import apart, forcing
from delivery.limits import UNIT_ACTS
from delivery.protocols.ofrep import REASONS
from delivery.record import Outcome
from delivery.remedies import REMEDIES
from delivery.wire import Request, Write
from engine.assignment.recipe import Reason
from experiments.api import data_plane_schema, protocols_schema
from experiments.data_health import MARKS
from tests.delivery import every_reason as world
from tests.delivery.every_reason import FREE, HELD, SK, Shop, assign, decide, events, get, post
from tests.delivery.snapshots import NOW

LIVE = world.a_live_world()
FLAGS = "/ofrep/v1/evaluate/flags"
PHONE = "&attributes.device=phone"
LONG_AGO = "01000000-0000-7000-8000-000000000000"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, LIVE)


def a_wish(*, site: int = 1, variant: int = 10, expires: float = NOW + 60) -> str:
    signed = forcing.sign(
        world.SIGNER.keys, site_id=site, experiment_id=1, variant_id=variant, expires=expires
    )
    return f"&force={quote(signed)}"


def said(shop: Shop, asked: Request) -> Any:
    return json.loads(shop.answer(asked).body)


def reasons_in(told: dict[str, Any]) -> set[str]:
    several = told.get("decisions", {"": told}).values()
    return {one["reason"] for one in several}


DECIDED: tuple[tuple[str, Request], ...] = (
    ("SPLIT", assign("split")),
    ("TARGETING_MATCH", assign("rules", more=PHONE)),
    ("FORCED", assign("split", more=a_wish())),
    ("HOLDOUT", assign("split", HELD)),
    ("NOT_TARGETED", assign("phones")),
    ("NOT_IN_TRAFFIC", assign("narrow")),
    ("CAPPED", decide("capped", seen={"c-600": [1, 1], "c-601": [1, 1]})),
    ("PAUSED", assign("paused")),
    ("NO_EXPERIMENT", assign("stopped")),
    ("NO_CONSENT", decide("split", None)),
)


def test_decisions__every_reason__is_given(shop) -> None:
    found = {reason: reasons_in(said(shop, asked)) for reason, asked in DECIDED}
    assert found == {reason: {reason} for reason, _asked in DECIDED}
    learning = {r for n in range(40) for r in reasons_in(said(shop, assign("learns", f"u-{n}")))}
    nothing_known = reasons_in(said(Shop(shop.media, None), assign("split")))
    assert learning >= {"EXPLORATION", "SPLIT"}
    assert set(found) | learning | nothing_known == set(Reason)
    assert set(data_plane_schema.REASONS) == set(Reason)


def test_flags__every_word_of_the_protocol__is_said(shop) -> None:
    asked = post(FLAGS, {"context": {"targetingKey": FREE}}, key=SK)
    nobody = {"context": {"targetingKey": FREE, "consent": {"measurement": False}}}
    phone = {"context": {"targetingKey": FREE, "device": "phone"}}
    found = [one["reason"] for one in said(shop, asked)["flags"]]
    found.append(said(shop, post(f"{FLAGS}/split", nobody))["reason"])
    found.append(said(shop, post(f"{FLAGS}/rules", phone))["reason"])
    assert set(found) == {*REASONS.values(), "STATIC"}
    assert set(protocols_schema.EVALUATION["properties"]["reason"]["enum"]) == set(found)


def test_flags__every_code_of_a_failure__is_said(shop) -> None:
    right = {"context": {"targetingKey": FREE}}
    found = {
        said(shop, asked)["errorCode"]
        for asked in (
            post(FLAGS, b"{"),
            post(FLAGS, {"context": {}}),
            post(FLAGS, {"context": {"targetingKey": FREE, "locale": 1}}),
            post(FLAGS, right, content_type="text/html"),
            post(f"{FLAGS}/nowhere", right),
        )
    }
    assert found == set(protocols_schema.FAILURE["properties"]["errorCode"]["enum"])


def test_wishes__every_reason_not_to_follow__is_given(shop) -> None:
    asked = {
        apart.INVALID: "&force=x",
        apart.EXPIRED: a_wish(expires=NOW - 1),
        apart.OTHER_SITE: a_wish(site=2),
        apart.NOT_SHOWN: a_wish(variant=999),
    }
    found = {
        reason: said(shop, assign("split", more=wish))["force"] for reason, wish in asked.items()
    }
    assert found == {reason: reason for reason in asked}
    assert set(found) == set(data_plane_schema.FORCE["enum"])


def a_purchase(**fields: object) -> dict[str, object]:
    right = {"type": "purchase", "id": "o-7", "user_id": "u", "amount": 1, "currency": "CNY"}
    return right | fields


def a_search(**fields: object) -> dict[str, object]:
    return {"type": "search", "id": "s-1", "user_id": "u"} | fields


def an_impression(experiment: str, **fields: object) -> dict[str, object]:
    right = {"type": "impression", "experiment": experiment, "variant": "a"}
    return right | {"id": "i-1", "user_id": FREE} | fields


GA4 = {
    "client_id": "c-1",
    "events": [{"name": "purchase", "params": {"value": 1.005, "currency": "CNY"}}],
}
REJECTED: tuple[tuple[str, Request], ...] = (
    ("not_an_object", events(["u"])),
    ("unreadable", post("/api/v1/events", b'{"events":[{"type":"search","properties":NaN}]}')),
    ("bad_field", events({"type": 5})),
    ("missing_type", events({})),
    ("unknown_type", events({"type": "looked"})),
    ("token_missing", events({"type": "click"})),
    ("token_invalid", events({"type": "click", "token": "bl1.x"})),
    ("token_expired", events({"type": "click", "token": world.OLD})),
    ("token_foreign", events({"type": "click", "token": world.FOREIGN})),
    ("needs_secret_key", events(an_impression("split"))),
    ("not_local", events(an_impression("rules"), key=SK)),
    ("assignment_differs", events(an_impression("split", variant="z"), key=SK)),
    ("missing_user_id", events({"type": "search"})),
    ("missing_previous_id", events({"type": "alias", "user_id": "u"})),
    ("missing_id", events({"type": "search", "user_id": "u"})),
    ("missing_order_id", events(a_purchase(type="refund"))),
    ("bad_id", events(a_search(user_id=""))),
    ("id_time_out_of_range", events(a_search(id=LONG_AGO))),
    ("bad_time", events(a_search(occurred_at="yesterday"))),
    ("time_out_of_range", events(a_search(occurred_at="2020-01-01T00:00:00Z"), key=SK)),
    ("bad_amount", events(a_purchase(amount=-1))),
    ("too_many_decimals", post("/api/v1/events", GA4)),
    ("bad_currency", events(a_purchase(currency="yuan"))),
    ("other_currency", events(a_purchase(currency="USD"))),
    ("bad_properties", events(a_search(properties=[]))),
    ("properties_too_large", events(a_search(properties={"a": "x" * 3000}))),
    ("no_consent", events(a_search(consent={"measurement": False}))),
)
BY_THE_DATABASE = "not_storable"
"""A net under what no step foresees: no request is known that leads there, so the answer of the
database is given here."""


def test_events__every_reason_to_refuse_one__is_given(shop) -> None:
    found = {
        reason: {one["reason"] for one in said(shop, asked)["rejected"]}
        for reason, asked in REJECTED
    }
    assert found == {reason: {reason} for reason, _asked in REJECTED}
    answer = shop.answer(events(a_search()), outcome=Outcome.REJECTED)
    [late] = json.loads(answer.body)["rejected"]
    assert {*found, late["reason"]} == REMEDIES.keys()
    assert late["reason"] == BY_THE_DATABASE


def marks_of(shop: Shop, *asked: Request, now: float = NOW) -> set[str]:
    written = [one for one in shop.ask(asked, now=now) if isinstance(one, Write)]
    assert len(written) == len(asked)
    return {record.mark for write in written for record in write.records} - {""}


def test_traffic__every_mark__is_given_by_a_request(shop) -> None:
    token, tested = (said(shop, assign("split", more=m))["token"] for m in ("", a_wish()))
    seen, click = {"type": "impression", "token": token}, {"type": "click", "token": token}
    busy = [events(*[a_search(id=f"s-{n}-{m}") for n in range(400)]) for m in (1, 2)]
    assert UNIT_ACTS < 2 * 400
    found = [
        marks_of(shop, events(seen, user_agent="Googlebot/2.1")),
        marks_of(shop, events(seen, sec_purpose="prefetch")),
        marks_of(shop, get(f"/c/{token}", method="HEAD", key="")),
        marks_of(shop, events(click)),
        marks_of(shop, *busy),
        marks_of(shop, events({"type": "impression", "token": tested})),
    ]
    given = ["bot", "prefetch", "head", "too_soon", "rate", "test"]
    assert found == [{name} for name in given]
    # What is set aside afterwards is found in the log, at no door: `events.filtering`.
    assert {*given, "late_filter"} == MARKS.keys()
