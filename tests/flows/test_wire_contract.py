"""The wire contract: every example of the document, sent to both doors and answered as shown."""

# ruff: noqa: E501 - the examples stand here exactly as in the document

import json
import re
from pathlib import Path

import pytest

from engine.assignment.recipe import Reason
from tests.doors import SHOP, log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


DOCUMENT = Path(__file__).resolve().parents[3] / "shared" / "wire.md"

ASSIGN = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
ASSIGNED = """
{"experiment": "spring-hero", "phase": 1, "variant": "b", "reason": "SPLIT", "propensity": 0.5,
 "creative": {"key": "spring-b", "version": 3, "kind": "image", "alt": "…", "landing_url": "https://shop.example/spring",
              "sources": [{"src": "https://…/media/9f….avif", "type": "image/avif", "width": 1200, "height": 400, "density": 1}]},
 "token": "bl1.…", "snapshot": 118}
"""
ASKED = """
{"user_id": "u-42", "session_id": "s-9", "placements": ["home-hero", "cart-strip"], "locale": "zh-Hans",
 "attributes": {"device": "phone", "country": "CN"}, "page": {"url": "…", "referrer": "…"},
 "consent": {"measurement": true, "personalisation": true}}
"""
EVENTS = """
{"type": "impression", "token": "bl1.…", "occurred_at": "2026-11-22T06:00:00.120Z"}
{"type": "purchase", "id": "01998e4c-…-uuid7", "user_id": "u-42", "occurred_at": "…", "order_id": "o-7", "amount": 12990, "currency": "CNY",
 "properties": {"items": 2}}
"""
RECEIPT = '{"received": 3, "stored": 2, "duplicate": 1, "rejected": []}'
REJECTED = '[{"index": 2, "reason": "token_expired",\n"detail": "…"}]'
# Texts that differ from one installation to the next.
FREE = {"alt", "src", "token", "key", "snapshot"}


def test_document__examples__are_those_sent_here() -> None:
    if not DOCUMENT.exists():
        pytest.skip("the contract's own document is not beside this repository")
    text = DOCUMENT.read_text("utf-8")
    blocks = {block.strip() for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)}
    assert blocks == {example.strip() for example in (ASSIGNED, ASKED, EVENTS)}
    assert all(example in text for example in (ASSIGN, RECEIPT, REJECTED))


def test_document__reasons__are_those_of_the_code() -> None:
    if not DOCUMENT.exists():
        pytest.skip("the contract's own document is not beside this repository")
    listed = re.search(r"`reason`, one of: (.*?)OFREP", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert listed
    assert set(re.findall(r"`([A-Z_]+)`", listed[1])) == set(Reason)


def check(answer, example) -> None:
    """Every field of the example is there, with its value or, where that is free, its type."""
    if isinstance(example, dict):
        for name, value in example.items():
            if name in FREE:
                assert type(answer[name]) is type(value), name
            else:
                check(answer[name], value)
    elif isinstance(example, list):
        for mine, theirs in zip(answer, example, strict=True):
            check(mine, theirs)
    else:
        assert answer == example


def test_assign__example__is_answered_as_shown(door, world) -> None:
    answer = door.get(ASSIGN, key=world.pk, origin=SHOP)
    assert answer.status == 200
    check(answer.json, json.loads(ASSIGNED))
    assert answer.json["token"].startswith("bl1.")
    assert re.fullmatch(
        r"http://.*/media/[0-9a-f]{64}\.avif", answer.json["creative"]["sources"][0]["src"]
    )


def test_decide__example__is_answered_as_shown(door, world) -> None:
    answer = door.post("/api/v1/decide", ASKED.encode(), key=world.pk, origin=SHOP)
    assert answer.status == 200
    decisions = answer.json["decisions"]
    expected = json.loads(ASSIGNED)
    check(decisions["home-hero"], {k: v for k, v in expected.items() if k != "snapshot"})
    strip = decisions["cart-strip"]
    assert (strip["experiment"], strip["reason"]) == (None, "NO_EXPERIMENT")
    assert strip["creative"]["key"] == "default-strip"
    assert answer.json["snapshot"] == int(answer.headers["snapshot-version"])


def the_events(door, world) -> list[dict]:
    """The two events of the document, with a real token and a real time."""
    decoder, text, events = json.JSONDecoder(), EVENTS.strip(), []
    while text:
        event, end = decoder.raw_decode(text)
        events.append(event)
        text = text[end:].lstrip()
    token = door.get(ASSIGN, key=world.pk, origin=SHOP).json["token"]
    return [events[0] | {"token": token}, events[1] | {"occurred_at": "2026-11-22T06:00:00Z"}]


def test_events__example__is_answered_as_shown(door, world) -> None:
    impression, purchase = the_events(door, world)
    batch = {
        "events": [impression, purchase, impression],
        "sent_at": "2026-11-22T06:00:01Z",
        "key": world.pk,
    }
    answer = door.post("/api/v1/events", batch, origin=SHOP)
    assert answer.status == 202
    check(answer.json, json.loads(RECEIPT))
    assert sorted(log_rows("kind, order_id, amount, currency, properties::text")) == [
        ("impression", "", None, "", None),
        ("purchase", "o-7", 12990, "CNY", '{"items": 2}'),
    ]


def test_events__one_object_as_a_beacon__is_a_batch_of_one(door, world) -> None:
    impression, _ = the_events(door, world)
    body = json.dumps(impression | {"key": world.pk}).encode()
    answer = door.post("/api/v1/events", body, origin=SHOP, content_type="text/plain;charset=UTF-8")
    assert (answer.status, answer.json["received"], answer.json["stored"]) == (202, 1, 1)


def test_events__some_refused__are_named_as_shown(door, world) -> None:
    impression, purchase = the_events(door, world)
    bad = impression | {"token": impression["token"][:-1] + "!"}
    answer = door.post("/api/v1/events", {"events": [impression, purchase, bad]}, key=world.sk)
    (rejected,) = answer.json["rejected"]
    assert set(json.loads(REJECTED)[0]) <= set(rejected)
    assert (rejected["index"], rejected["reason"]) == (2, "token_invalid")
    assert rejected["field"] == "events[2].token"
    assert (answer.json["received"], answer.json["stored"]) == (3, 2)


def test_decide__without_user_id_or_consent__shows_the_fallback_and_counts_nothing(
    door, world
) -> None:
    for extra in ({}, {"user_id": "u-42", "consent": {"measurement": False}}):
        asked = {"placements": ["home-hero"]} | extra
        answer = door.post("/api/v1/decide", asked, key=world.pk).json
        decision = answer["decisions"]["home-hero"]
        assert (decision["reason"], decision["token"]) == ("NO_CONSENT", None)
        assert decision["creative"]["key"] == "default-hero"


def test_click__token__leads_to_the_landing_page_and_counts_once(door, world) -> None:
    token = door.get(ASSIGN, key=world.pk).json["token"]
    for _ in range(3):
        answer = door.get(f"/c/{token}")
        assert (answer.status, answer.headers["location"]) == (302, "https://shop.example/spring")
    assert door.send("HEAD", f"/c/{token}", {}).status == 302
    assert door.post("/api/v1/events", {"type": "click", "token": token}, key=world.sk).json[
        "duplicate"
    ]
    # Who only asks where the link leads is noted beside.
    assert [(kind, mark == "head") for kind, mark in log_rows()] == [
        ("click", False),
        ("click", True),
    ]


def test_pixel__token__is_a_picture_and_counts_an_impression(door, world) -> None:
    token = door.get(ASSIGN, key=world.pk).json["token"]
    for _ in range(2):
        answer = door.get(f"/i/{token}.gif")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
        assert answer.body.startswith(b"GIF89a")
    assert log_rows("kind") == [("impression",)]


def test_headers__every_decision__says_which_snapshot_and_how_long_it_took(door, world) -> None:
    headers = door.get(ASSIGN, key=world.pk).headers
    assert int(headers["snapshot-version"]) > 0
    assert int(headers["snapshot-age"]) <= 3
    assert re.fullmatch(r"app;dur=\d+\.\d\d", headers["server-timing"])
    assert headers["cache-control"] == "no-store"
