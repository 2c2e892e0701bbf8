"""GA4's and Segment's bodies in our words: fields, ids, exact amounts, and whatever else comes."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import foreign
from delivery.currencies import ISO_4217, NotExact, minor_digits, minor_units
from delivery.foreign import Untold
from delivery.foreign_words import NAMES, SEGMENT

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
ROW = re.compile(r"^\| (GA4|Segment) \| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
NOW = 1_795_338_000


def ga4(name: str, params: dict | None = None, **around) -> dict:
    event = {"name": name, "params": params or {}}
    whole = {"client_id": "c-1", "timestamp_micros": NOW * 10**6}
    return whole | around | {"events": [event]}


def segment(name: str, values: dict | None = None, **around) -> dict:
    call = {"type": name} if (SEGMENT, name) in NAMES and name.islower() else {"type": "track"}
    if call["type"] == "track":
        call["event"] = name
    given = {"userId": "u-1", "messageId": "m-1", "properties": values or {}}
    return call | given | around


def said(body: object) -> list[dict]:
    """Their events in our words; `why` where there are none."""
    found = foreign.read(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert found is not None
    return [
        json.loads(bytes(one.raw)) | {"why": one.why.reason}
        if isinstance(one, Untold)
        else json.loads(bytes(one))
        for one in found.events()
    ]


def test_document__its_table__is_that_of_the_code() -> None:
    rows = [((one[0], one[1]), one[2]) for one in ROW.findall(DOCUMENT.read_text("utf-8"))]
    assert rows == list(NAMES.items())


@pytest.mark.parametrize(
    "body",
    [
        {"events": [{"type": "impression", "token": "x", "name": "purchase"}]},
        {"type": "page_view", "id": "1", "user_id": "u", "properties": {"name": "x", "batch": 1}},
        {"type": "alias", "user_id": "u", "previous_id": "v"},
        {"events": []},
        {"events": 5, "name": "x"},
        {"batch": 5},
        [{"name": "x"}],
        "name",
    ],
)
def test_read__ours_or_nobodys__is_left_alone(body) -> None:
    assert foreign.read(json.dumps(body).encode()) is None


def test_ga4__fields__as_the_document_says() -> None:
    items = [{"item_category": "shoes", "item_brand": "Ridge"}, {"item_category": "shoes"}]
    params = {"transaction_id": "t-1", "value": 129.9, "currency": "CNY", "items": items}
    [ours] = said(ga4("purchase", params, user_id="u-1"))
    assert ours == {
        "type": "purchase",
        "user_id": "u-1",
        "occurred_at": "2026-11-22T09:00:00+00:00",
        "order_id": "t-1",
        "id": "ga4:purchase:t-1",
        "properties": {"category": "shoes", "brand": "Ridge", "items": 2},
        "currency": "CNY",
        "amount": 12_990,
    }
    assert said(ga4("select_promotion", {"promotion_id": "bl1.x"}))[0]["token"] == "bl1.x"
    assert said(ga4("page_view", consent={"ad_personalization": "DENIED"}))[0]["consent"] == {
        "personalisation": False
    }


def test_ga4__ids__same_words_at_the_same_time_are_the_same_event() -> None:
    first, again = (said(ga4("view_item", {"a": 1.50}))[0]["id"] for _ in range(2))
    assert first == again
    others = [
        ga4("view_item", {"a": 1.51}),
        ga4("view_item", {"a": 1.50}, client_id="c-2"),
        ga4("view_item", {"a": 1.50}, timestamp_micros=NOW * 10**6 + 1),
        ga4("page_view", {"a": 1.50}),
    ]
    assert first not in {said(other)[0]["id"] for other in others}
    assert "id" not in said(ga4("view_item", timestamp_micros=None))[0]
    assert said(ga4("view_item", {"event_id": "e-1"}))[0]["id"] == "e-1"


def test_segment__fields__as_the_document_says() -> None:
    values = {"price": 19.99, "quantity": 3, "currency": "CNY", "category": "shoes"}
    [ours] = said(segment("Product Added", values, context={"locale": "zh-CN"}))
    assert (ours["amount"], ours["id"], ours["user_id"]) == (5_997, "m-1", "u-1")
    assert ours["properties"] == {"category": "shoes", "locale": "zh-CN"}
    [merged] = said(segment("identify", anonymousId="a-1"))
    assert (merged["user_id"], merged["previous_id"]) == ("u-1", "a-1")
    [own] = said({"type": "track", "event": "identify", "userId": "u", "messageId": "m"})
    assert own["type"] == "custom:identify"


@pytest.mark.parametrize(
    ("value", "currency", "why"),
    [
        (12.345, "CNY", "too_many_decimals"),
        ("12.345", "CNY", "too_many_decimals"),
        (0.1, "JPY", "too_many_decimals"),
        ("12,50", "CNY", "bad_amount"),
        ("1e5", "CNY", "bad_amount"),
        (True, "CNY", "bad_amount"),
        ([1], "CNY", "bad_amount"),
        (12, "RMB", "bad_currency"),
        (12, None, "bad_currency"),
        (12, 7, "bad_currency"),
    ],
)
def test_amounts__that_cannot_be_exact__are_refused_by_name(value, currency, why) -> None:
    params = {"value": value, "currency": currency, "transaction_id": "t"}
    assert said(ga4("purchase", params))[0]["why"] == why


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("129.90", "CNY", 12_990),
        ("0.1", "CNY", 10),
        ("1.10", "KWD", 1_100),
        ("1000", "JPY", 1_000),
        ("1000.00", "JPY", 1_000),
        ("4.35", "USD", 435),
        ("1.005", "BHD", 1_005),
        ("9007199254740993.01", "USD", 900_719_925_474_099_301),
    ],
)
def test_amounts__as_decimal_text__never_through_a_float(text, currency, minor) -> None:
    body = ga4("purchase", {"value": "VALUE", "currency": currency, "transaction_id": "t"})
    raw = json.dumps(body).replace('"VALUE"', text).encode()
    assert said(raw)[0]["amount"] == minor


@given(
    minor=st.integers(-(10**14), 10**14),
    currency=st.sampled_from(sorted(ISO_4217)),
    zeros=st.integers(0, 5),
)
def test_minor_units__any_amount__there_and_back(minor, currency, zeros) -> None:
    digits = minor_digits(currency)
    text = f"{Decimal(minor).scaleb(-digits):f}"
    padded = (text if "." in text else f"{text}.") + "0" * zeros
    assert minor_units(Decimal(padded), currency) == minor
    with pytest.raises(NotExact):
        minor_units(Decimal(padded) + Decimal(1).scaleb(-digits - 1), currency)


@pytest.mark.parametrize("text", ["1e-99999", "1e99999", "1." + "0" * 60 + "1"])
def test_minor_units__monstrous__refused_at_once(text) -> None:
    with pytest.raises((NotExact, OverflowError)):
        minor_units(Decimal(text), "CNY")


_any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
_names = st.sampled_from([name for _vocabulary, name in NAMES]) | _any
_keys = st.sampled_from(
    ["value", "currency", "items", "products", "price", "quantity", "revenue", "promotion_id"]
)


@settings(deadline=None)
@given(name=_names, values=st.dictionaries(_keys, _any) | _any, around=_any)
def test_read__anything_in_the_fields__is_an_event_or_has_a_name_for_why_not(name, values, around):
    bodies = [
        {
            "client_id": around,
            "timestamp_micros": around,
            "events": [{"name": name, "params": values}],
        },
        {"batch": [{"type": "track", "event": name, "userId": around, "properties": values}]},
        {"batch": [{"type": name, "anonymousId": around, "properties": values}]},
        {"batch": [around]},
    ]
    for body in bodies:
        found = foreign.read(json.dumps(body).encode())
        assert found is not None
        assert len(found.events()) == 1
