"""Features for GrowthBook: its official SDKs decide as we do, for 100,000 visitors."""

import json

import pytest
from growthbook import GrowthBook

from delivery import decide as deciding
from delivery.holdout import is_held
from delivery.protocols import growthbook
from delivery.snapshot import HoldoutEntry, PolicyEntry, SiteEntry
from delivery.visitor import Apart, Visitor
from engine.assignment import targeting
from engine.profiles.caps import Cap
from tests.clients import serving, shop_page
from tests.delivery.snapshots import a_creative, a_live, a_snapshot, an_entry

MANY = 100_000
RULE = targeting.read(
    {
        "all": [
            {"feature": "attributes.plan", "op": "is_not", "value": "free"},
            {"any": [
                {"feature": "device", "op": "one_of", "value": ["phone", "tablet"]},
                {"feature": "attributes.age", "op": "at_least", "value": 30},
            ]},
        ]
    }
)  # fmt: skip
HOLDOUT = HoldoutEntry(90, "holdout", "holdout-q4", 700, 901, 902)
SITE = SiteEntry(1, "shop", ("https://shop.example",), "CNY", holdout=HOLDOUT)


def variants(*borders):
    from delivery.snapshot import VariantEntry

    pairs = zip((0, *borders), (*borders, 10000), strict=True)
    return tuple(
        VariantEntry(50 + i, "abcdef"[i], pair, a_creative(50 + i)) for i, pair in enumerate(pairs)
    )


WHOLE = an_entry(1, local=True)
SLICED = an_entry(
    2, local=True, phase=3, slice=((100, 2500), (4000, 8001)), variants=variants(1, 3334, 9999)
)
TARGETED = an_entry(3, local=True, slice=((0, 9000),), targeting=RULE)


@pytest.fixture(scope="module")
def live():
    return a_live(WHOLE, SLICED, TARGETED, sites=(SITE,))


def visitors(count=MANY):
    """Ids as shops have them, with what their clients tell of them."""
    plans, devices = ("gold", "FREE", "free", True, 7, None), ("phone", "Tablet", "desktop", None)
    for number in range(count):
        unit = (f"u-{number}", str(number), f"v{number:08x}@shop.example")[number % 3]
        told = {"plan": plans[number % 6], "device": devices[number % 4], "age": number % 60}
        yield unit, {name: value for name, value in told.items() if value is not None}


def ours(live, key, unit, told):
    """The variant's key that our server gives, or nothing."""
    experiment = live.experiments[1, key]
    request = {f"attributes.{n}": str(v).lower() if v is True else v for n, v in told.items()}
    request["device"] = told.get("device")
    apart = Apart(held=True) if is_held(live.sites[1], unit) else None
    offer = deciding.assign(experiment, Visitor(unit, request=request, apart=apart))
    return json.loads(offer.head[: -len(b',"token":')] + b"}")["variant"]


KEYS = [entry.key for entry in (WHOLE, SLICED, TARGETED)]


def cases(count=MANY):
    """Each visitor in one of the tests; ids of each kind come to each test."""
    for number, (unit, told) in enumerate(visitors(count)):
        yield KEYS[number // 3 % 3], unit, told


@pytest.fixture(scope="module")
def answers(live):
    """Ours for all visitors, with one letter a variant."""
    return "".join(ours(live, key, unit, told) or "-" for key, unit, told in cases())


def by_python(payload, asked) -> str:
    client, told = GrowthBook(features=json.loads(json.dumps(payload))), []
    for key, unit, attributes in asked:
        client.set_attributes({"id": unit, **attributes})
        told.append(client.eval_feature(key).value or "-")
    client.destroy()
    return "".join(told)


def test_python_sdk__100000_visitors__decided_as_by_us(live, answers):
    assert by_python(growthbook.payload(live, SITE), cases()) == answers
    assert set(answers) == set("abcd-")


@pytest.mark.nightly
def test_python_sdk__a_million_visitors__decided_as_by_us(live):
    expected = "".join(ours(live, *case) or "-" for case in cases(1_000_000))
    assert by_python(growthbook.payload(live, SITE), cases(1_000_000)) == expected


IN_PAGE = """async (text) => {
  const {payload, asked} = JSON.parse(text);
  const {GrowthBookClient} = await import("@growthbook/growthbook");
  const client = new GrowthBookClient();
  client.initSync({payload: {features: payload}});
  return asked.map(
    ([key, id, told]) => client.evalFeature(key, {attributes: {...told, id}}).value || "-"
  ).join("");
}"""


@pytest.fixture(scope="module")
def origin():
    with serving(shop_page()) as address:
        yield address


@pytest.mark.browser
def test_browser_sdk__100000_visitors__decided_as_by_us(chromium, origin, live, answers):
    page = chromium.new_page()
    page.goto(origin)
    payload = growthbook.payload(live, SITE)
    # As one text: the browser's driver takes long values apart, one by one.
    told = page.evaluate(IN_PAGE, json.dumps({"payload": payload, "asked": list(cases())}))
    page.close()
    assert told == answers


def test_python_sdk__one_bucket_is_moved__noticed(live, answers):
    payload = json.loads(json.dumps(growthbook.payload(live, SITE)))
    payload["exp-1"]["rules"][0]["ranges"] = [[0, 0.5001], [0.5001, 1]]
    assert by_python(payload, cases()) != answers


def test_payload__what_it_carries__ranges_and_filters_with_seeds_of_their_own(live):
    rule = growthbook.payload(live, SITE)["exp-2"]["rules"][0]
    assert rule["ranges"] == ((0.0, 0.0001), (0.0001, 0.3334), (0.3334, 0.9999), (0.9999, 1.0))
    assert (rule["seed"], rule["phase"], rule["hashVersion"]) == ("seed-2:3", "3", 2)
    held, layer = rule["filters"]
    assert (held["seed"], held["ranges"]) == ("holdout-q4", ((0.07, 1.0),))
    assert (layer["seed"], layer["ranges"]) == ("layer", ((0.01, 0.25), (0.4, 0.8001)))
    assert [one["key"] for one in rule["meta"]] == rule["variations"] == list("abcd")


def capped():
    from msgspec.structs import replace

    first, second = an_entry(4).variants
    return (first, replace(second, creative=replace(second.creative, cap=Cap(per_day=1))))


VISITS = targeting.read({"all": [{"feature": "visits", "op": "at_least", "value": 3}]})


@pytest.mark.parametrize(
    "fields",
    [
        {"policy": PolicyEntry("thompson", 1000)},
        {"policy": PolicyEntry("rules", 1000)},
        {"block_seconds": 3600},
        {"also_on": (2,)},
        {"targeting": VISITS},
        {"variants": capped()},
        {"local": False},
        {"status": "stopped"},
        {"status": "draft", "variants": (), "slice": ()},
    ],
    ids=str,
)
def test_payload__cannot_be_decided_alike_any_more__left_out(fields):
    live = a_live(an_entry(4, **{"local": True} | fields))
    assert "exp-4" not in growthbook.payload(live, live.sites[1])


def test_payload__paused__no_variant_for_anybody():
    live = a_live(an_entry(4, local=True, status="paused"))
    assert growthbook.payload(live, live.sites[1]) == {"exp-4": {"defaultValue": None}}


def test_payload__expired_banner__stands_still_as_with_us():
    from msgspec.structs import replace

    from delivery.index import index

    first, second = an_entry(4).variants
    late = replace(second, creative=replace(second.creative, until=1000.0))
    snapshot = a_snapshot(an_entry(4, local=True, variants=(first, late)))
    live = index(snapshot, version=1, as_of=2000.0)
    assert growthbook.payload(live, live.sites[1]) == {"exp-4": {"defaultValue": None}}
