"""OpenFeature's own clients, unchanged, against the data plane; and that they would notice."""

import json

import pytest
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagEvaluationDetails

from tests.clients import Saying, serving

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture(scope="module")
def committed_world(committed_world, origin):
    """The shop whose page may ask."""
    committed_world.site.origins.append(origin)
    committed_world.site.save()
    committed_world.publish()
    return committed_world


U42 = EvaluationContext("u-42", {"plan": "gold"})


def python_details(address: str, key: str, flag: str = "spring-hero", context=U42):
    provider = OFREPProvider(address, headers_factory=lambda: {"Authorization": f"Bearer {key}"})
    api.set_provider(provider, "banners")
    try:
        return api.get_client("banners").get_object_details(flag, {"own": "default"}, context)
    finally:
        api.clear_providers()


def check(details: FlagEvaluationDetails) -> None:
    """What a shop relies on."""
    assert details.error_code is None, details.error_message
    assert details.value["key"] == "spring-hero-b"
    assert details.value["sources"]
    assert (details.variant, details.reason) == ("b", "SPLIT")
    assert details.flag_metadata["token"].startswith("bl1.")
    assert details.flag_metadata["reason"] == "SPLIT"


def test_python_client__somebody__variant_creative_and_token(granian, world):
    check(python_details(f"http://127.0.0.1:{granian.port}", world.sk))


@pytest.mark.parametrize(
    ("flag", "context", "code"),
    [
        ("none", U42, ErrorCode.FLAG_NOT_FOUND),
        ("spring-hero", EvaluationContext(None, {"plan": "gold"}), ErrorCode.TARGETING_KEY_MISSING),
        ("spring-hero", EvaluationContext("u" * 257), ErrorCode.INVALID_CONTEXT),
    ],
)
def test_python_client__asked_wrongly__own_default_and_the_reason(
    granian, world, flag, context, code
):
    details = python_details(f"http://127.0.0.1:{granian.port}", world.sk, flag, context)
    assert (details.error_code, details.value) == (code, {"own": "default"})


def test_python_client__wrong_key__own_default(granian, world):
    details = python_details(f"http://127.0.0.1:{granian.port}", "sk_wrong")
    assert (details.error_code, details.error_message) == (ErrorCode.GENERAL, "unauthorized")


def without(name):
    return lambda flag: {key: value for key, value in flag.items() if key != name}


def renamed(name, other):
    return lambda flag: without(name)(flag) | {other: flag[name]}


def retyped(name):
    return lambda flag: flag | {name: json.dumps(flag[name])}


BROKEN = {
    "value renamed": renamed("value", "val"),
    "value a text": retyped("value"),
    "variant renamed": renamed("variant", "variation"),
    "reason left out": without("reason"),
    "metadata renamed": renamed("metadata", "meta"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_python_client__a_field_is_broken__noticed(granian, world, broken):
    with (
        serving(Saying(granian.port, broken)) as address,
        pytest.raises((AssertionError, KeyError)),
    ):
        check(python_details(address, world.sk))


WEB = """async ({address, key, flag, context}) => {
  const {OpenFeature} = await import("@openfeature/web-sdk");
  const {OFREPWebProvider} = await import("@openfeature/ofrep-web-provider");
  const provider = new OFREPWebProvider({
    baseUrl: address, headers: [["Authorization", `Bearer ${key}`]], cacheMode: "disabled",
  });
  await OpenFeature.clearProviders();
  await OpenFeature.setContext(context);
  let failed = null;
  try { await OpenFeature.setProviderAndWait(provider); } catch (error) { failed = error.message; }
  const details = OpenFeature.getClient().getObjectDetails(flag, {own: "default"});
  return {...details, failed};
}"""
AGAIN = """async (context) => {
  const {OpenFeature} = await import("@openfeature/web-sdk");
  await OpenFeature.setContext(context);
  return OpenFeature.getClient().getObjectDetails("spring-hero", {own: "default"});
}"""


@pytest.fixture
def page(chromium, origin, granian):
    page = chromium.new_page()
    page.goto(origin)
    yield page
    page.close()


def web_details(page, address, key, *, flag="spring-hero", unit="u-42"):
    context = {"targetingKey": unit, "plan": "gold"} if unit else {}
    return page.evaluate(WEB, {"address": address, "key": key, "flag": flag, "context": context})


def check_web(details) -> None:
    """The same of what the browser's client tells."""
    assert details["failed"] is None
    assert "errorCode" not in details, details
    assert details["value"]["key"] == "spring-hero-b"
    assert details["value"]["sources"]
    assert (details["variant"], details["reason"]) == ("b", "SPLIT")
    assert details["flagMetadata"]["token"].startswith("bl1.")
    assert details["flagMetadata"]["reason"] == "SPLIT"


@pytest.mark.browser
def test_web_client__somebody__variant_creative_and_token(page, granian, world):
    check_web(web_details(page, f"http://127.0.0.1:{granian.port}", world.pk))


@pytest.mark.browser
def test_web_client__same_visitor_again__not_modified(page, granian, world):
    first = web_details(page, f"http://127.0.0.1:{granian.port}", world.pk)
    seen = []
    page.on("response", lambda answer: seen.append((answer.request.method, answer.status)))
    again = page.evaluate(AGAIN, {"targetingKey": "u-42", "plan": "silver"})
    assert ("POST", 304) in seen
    assert again["value"] == first["value"]
    other = page.evaluate(AGAIN, {"targetingKey": "u-43"})
    assert ("POST", 200) in seen
    assert other["flagMetadata"]["token"] != first["flagMetadata"]["token"]


@pytest.mark.browser
def test_web_client__asked_wrongly__own_default_and_the_reason(page, granian, world):
    address = f"http://127.0.0.1:{granian.port}"
    unknown = web_details(page, address, world.pk, flag="none")
    assert (unknown["errorCode"], unknown["value"]) == ("FLAG_NOT_FOUND", {"own": "default"})
    nobody = web_details(page, address, world.pk, unit=None)
    assert nobody["failed"]
    assert nobody["value"] == {"own": "default"}
    stranger = web_details(page, address, "pk_wrong")
    assert stranger["failed"]
    assert stranger["errorCode"] == "PROVIDER_FATAL"


def in_each(change):
    return lambda answer: answer | {"flags": [change(flag) for flag in answer["flags"]]}


BROKEN_SETS = {
    **{name: in_each(change) for name, change in BROKEN.items()},
    "flags renamed": renamed("flags", "features"),
    "key renamed": in_each(renamed("key", "flagKey")),
}


@pytest.mark.browser
@pytest.mark.parametrize("broken", BROKEN_SETS.values(), ids=BROKEN_SETS.keys())
def test_web_client__a_field_is_broken__noticed(page, granian, world, broken):
    with (
        serving(Saying(granian.port, broken)) as address,
        pytest.raises((AssertionError, KeyError)),
    ):
        check_web(web_details(page, address, world.pk))


@pytest.mark.browser
def test_web_client__nothing_is_broken_on_the_way__nothing_noticed(page, granian, world):
    with serving(Saying(granian.port, lambda answer: answer)) as address:
        check_web(web_details(page, address, world.pk))
        check(python_details(address, world.sk))
