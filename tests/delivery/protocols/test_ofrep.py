"""OFREP at both doors: what the document says, and nothing else."""

import json
import time

import pytest
import yaml
from jsonschema import Draft202012Validator

from banner_lab.stack.processes import wait_until
from delivery.protocols import ofrep
from delivery.sink import ASSIGNED
from engine.assignment.recipe import Reason
from events.models import Event
from experiments.models import Status
from tests.doors import SHOP, an_experiment
from tests.factories import a_placement

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


FLAGS = "/ofrep/v1/evaluate/flags"
SPRING = f"{FLAGS}/spring-hero"
U42 = {"context": {"targetingKey": "u-42", "plan": "gold"}}


@pytest.fixture(scope="module")
def committed_world(committed_world):
    """And a test on a placement that has no default, and one that stands still."""
    site = committed_world.site
    bare = a_placement(site, "bare-strip", layer="bare")
    an_experiment(site, "winter-strip", bare, Status.PAUSED)
    bare.fallback = None
    bare.save()
    committed_world.publish()
    return committed_world


@pytest.fixture(scope="module")
def document():
    from tests.conftest import SHARED

    path = SHARED / "data" / "ofrep" / "openapi.yaml"
    if not path.is_file():
        pytest.skip("the protocol's document (../shared/data/ofrep) is not on this machine")
    return yaml.safe_load(path.read_text())


def validator(document, name):
    """A schema of the document; its `oneOf` read as `anyOf`.

    A flag without a value fits `codeDefaultFlag`, which asks for nothing and so fits every flag:
    taken by the letter no answer with a value would be right, not even the document's examples.
    """
    text = json.dumps(document).replace('"oneOf"', '"anyOf"')
    loose = json.loads(text)
    schema = {"$ref": f"#/components/schemas/{name}", "components": loose["components"]}
    return Draft202012Validator(schema)


def test_flag__somebody__creative_as_assign_gives_it(door, world):
    ours = door.get("/api/v1/assign?experiment=spring-hero&user_id=u-42", key=world.pk).json
    answer = door.post(SPRING, U42, key=world.pk)
    assert answer.status == 200
    told = answer.json
    assert told["key"] == "spring-hero"
    assert told["value"] == ours["creative"]
    assert (told["variant"], told["reason"]) == ("b", "SPLIT")
    metadata = told["metadata"]
    assert metadata["token"].startswith("bl1.")
    assert (metadata["reason"], metadata["phase"], metadata["propensity"]) == ("SPLIT", 1, 0.5)


def test_flag__token_of_the_metadata__counts(door, world):
    token = door.post(SPRING, U42, key=world.pk).json["metadata"]["token"]
    receipt = door.post("/api/v1/events", {"type": "impression", "token": token}, key=world.pk)
    assert receipt.json["stored"] == 1


def test_flag__key_in_the_protocols_own_header__taken(door, world):
    assert door.post(SPRING, U42, x_api_key=world.sk).status == 200
    assert door.post(SPRING, U42, x_api_key="pk_wrong").status == 401


THE_MISTAKES = [
    (b"{", "PARSE_ERROR"),
    (b"[]", "INVALID_CONTEXT"),
    ({}, "INVALID_CONTEXT"),
    ({"context": 3}, "INVALID_CONTEXT"),
    ({"context": {}}, "TARGETING_KEY_MISSING"),
    ({"context": {"targetingKey": ""}}, "TARGETING_KEY_MISSING"),
    ({"context": {"targetingKey": 42}}, "INVALID_CONTEXT"),
    ({"context": {"targetingKey": "u" * 257}}, "INVALID_CONTEXT"),
    ({"context": {"targetingKey": "u-42", "locale": 3}}, "INVALID_CONTEXT"),
    ({"context": {"targetingKey": "u-42", "consent": "yes"}}, "INVALID_CONTEXT"),
    ({"context": {"targetingKey": "u-42", "x": "y" * 70_000}}, "GENERAL"),
]


@pytest.mark.parametrize(("body", "code"), THE_MISTAKES)
def test_flag__asked_wrongly__refused_in_the_protocols_words(door, world, document, body, code):
    one, all_of_them = (door.post(path, body, key=world.pk) for path in (SPRING, FLAGS))
    assert (one.status, all_of_them.status) == (400, 400)
    assert one.json["errorCode"] == all_of_them.json["errorCode"] == code
    assert one.json["key"] == "spring-hero"
    assert one.json["errorDetails"]
    validator(document, "evaluationFailure").validate(one.json)
    validator(document, "bulkEvaluationFailure").validate(all_of_them.json)


def test_flag__in_chinese__refused_in_chinese(door, world):
    answer = door.post(SPRING, {"context": {}}, key=world.pk, accept_language="zh-CN")
    assert answer.json["errorDetails"].startswith("缺少")


@pytest.mark.parametrize("key", ["none", "a/b", "%00", "%F0%9F%98%80"])
def test_flag__unknown__not_found(door, world, document, key):
    answer = door.post(f"{FLAGS}/{key}", U42, key=world.pk)
    assert (answer.status, answer.json["errorCode"]) == (404, "FLAG_NOT_FOUND")
    validator(document, "flagNotFound").validate(answer.json)


def test_flag__key_or_origin_does_not_fit__401_and_403(door, world):
    assert door.post(SPRING, U42).status == 401
    assert door.post(FLAGS, U42, key="pk_wrong").status == 401
    assert door.post(SPRING, U42, key=world.pk, origin="https://evil.example").status == 403
    assert door.post(FLAGS, U42, key=world.sk, origin=SHOP).status == 403
    assert door.get(SPRING, key=world.pk).status == 405


def test_flags__somebody__all_that_is_shown(door, world, document):
    answer = door.post(FLAGS, U42, key=world.pk)
    spring, winter = answer.json["flags"]
    assert (spring["key"], spring["variant"]) == ("spring-hero", "b")
    assert winter["key"] == "winter-strip"
    assert (winter["reason"], winter["variant"]) == ("DISABLED", "default")
    assert "value" not in winter  # its placement has no default: the application uses its own
    validator(document, "bulkEvaluationSuccess").validate(answer.json)
    for told in answer.json["flags"]:
        validator(document, "serverEvaluationSuccess").validate(told)


def test_flags__asked_again__not_modified(door, world):
    first = door.post(FLAGS, U42, key=world.pk)
    tag = first.headers["etag"]
    again = door.post(FLAGS, U42, key=world.pk, if_none_match=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    weak = door.post(FLAGS, U42, key=world.pk, if_none_match=f'"x", W/{tag}')
    assert weak.status == 304
    other = door.post(FLAGS, {"context": {"targetingKey": "u-1"}}, key=world.pk, if_none_match=tag)
    assert other.status == 200


def test_flags__something_was_published__modified(door, world):
    tag = door.post(FLAGS, U42, key=world.pk).headers["etag"]
    more = a_placement(world.site, f"more-{door.name}")
    an_experiment(world.site, more.key, more, Status.RUNNING)
    version = world.publish()
    if door.name == "granian":
        door.follow(version)
    again = door.post(FLAGS, U42, key=world.pk, if_none_match=tag)
    assert again.status == 200
    assert again.headers["etag"] != tag


def test_flags__no_consent_to_be_counted__default_without_token(door, world):
    context = {"targetingKey": "u-42", "consent": {"measurement": False}}
    told = door.post(SPRING, {"context": context}, key=world.pk).json
    assert told["value"]["key"] == "default-hero"
    assert (told["reason"], told["metadata"]) == ("UNKNOWN", {"reason": "NO_CONSENT"})


def test_flags__from_a_page__browsers_may_send_and_read_what_they_need(door, world):
    for path in (SPRING, FLAGS):
        asked = {"access_control_request_method": "POST"}
        before = door.send("OPTIONS", path, {"origin": SHOP, **asked})
        assert before.status == 204
        allowed = before.headers["access-control-allow-headers"]
        assert {"authorization", "x-api-key", "if-none-match"} <= set(allowed.split(", "))
        assert before.headers["access-control-allow-origin"] == SHOP
    answer = door.post(FLAGS, U42, key=world.pk, origin=SHOP)
    assert "ETag" in answer.headers["access-control-expose-headers"]


def test_flags__given_a_variant__assigned_as_by_assign(door, world):
    unit = {"context": {"targetingKey": f"v-{door.name}-{time.time()}"}}
    assert door.post(FLAGS, unit, key=world.pk).status == 200
    wait_until(lambda: Event.objects.filter(kind=ASSIGNED).exists(), seconds=5)
    assert {e.experiment_id for e in Event.objects.filter(kind=ASSIGNED)} >= {world.experiment.pk}


def test_reasons__all_of_ours__in_the_documents_words(document):
    known = document["components"]["schemas"]["evaluationSuccess"]["allOf"][0]["properties"]
    said = {ofrep.REASONS.get(reason, "STATIC") for reason in Reason}
    assert said <= set(known["reason"]["enum"])
