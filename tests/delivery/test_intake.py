"""From what somebody sent to a record, or to a refusal with a name."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import identity, intake
from delivery.draft import Refused, Sender
from delivery.messages import TABLE
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.sink import Record
from delivery.snapshot import SiteEntry
from delivery.token import Signer, Stamp

NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HOUR = dt.timedelta(hours=1)
TOOLS = Tools(Signer({1: b"k" * 32}), Pseudonyms((b"p",)), Path(), Path(), "http://web")
SITE = SiteEntry(1, "shop", (), "CNY")
PURCHASE = {
    "type": "purchase",
    "id": "o-7",
    "user_id": "u-42",
    "order_id": "o-7",
    "amount": 12990,
    "currency": "CNY",
}
REFUND = PURCHASE | {"type": "refund", "id": "r-1", "amount": 990}


def a_sender(*, secret: bool = False, **fields) -> Sender:
    return Sender(SITE, secret, NOW, NOW_MS, **fields)


def a_token(*, site: int = 1, ms: int = NOW_MS, experiment: int = 3) -> str:
    stamp = Stamp(site, 2, experiment, 1, 4 if experiment else 0, 5, 0, 0.5, 0)
    decision = ms.to_bytes(6, "big") + os.urandom(10)
    return TOOLS.signer.sign(decision, b"u" * 16, stamp.pack()).decode()


def taken(event, sender: Sender | None = None) -> Record:
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    return intake.record(raw, sender or a_sender(), TOOLS)


def refused(event, sender: Sender | None = None) -> str:
    with pytest.raises(Refused) as caught:
        taken(event, sender)
    assert caught.value.reason in TABLE
    assert caught.value.text.say("en")
    return caught.value.reason


def at(time: dt.datetime | str) -> dict:
    text = time if isinstance(time, str) else time.isoformat()
    return {"type": "impression", "token": a_token(), "occurred_at": text}


def test_record__tokened__believes_the_token_alone() -> None:
    event = {"type": "click", "token": a_token(), "user_id": "somebody else", "experiment": 99}
    record = taken(event)
    assert (record.experiment_id, record.variant_id, record.phase) == (3, 4, 1)
    assert (record.placement_id, record.creative_version_id) == (2, 5)
    assert (record.propensity, record.unit) == (0.5, b"u" * 16)
    assert (record.day, record.occurred_at, record.source) == (NOW.date(), NOW, "live")


def test_record__token_of_a_fallback__belongs_to_no_experiment() -> None:
    record = taken({"type": "impression", "token": a_token(experiment=0)})
    assert (record.experiment_id, record.variant_id, record.phase) == (None, None, None)
    assert (record.propensity, record.policy_version) == (None, None)
    assert (record.placement_id, record.creative_version_id) == (2, 5)


def test_record__same_token_and_kind__is_the_same_event_whatever_comes_with_it() -> None:
    token = a_token()
    first = taken({"type": "click", "token": token, "properties": {"x": 1}})
    again = taken({"type": "click", "token": token, "occurred_at": "2026-11-22T05:00:00Z"})
    other = taken({"type": "viewable", "token": token})
    assert (first.id, first.digest, first.day) == (again.id, again.digest, again.day)
    assert first.id != other.id


def test_record__own_kind_with_a_token__is_of_the_banner_and_counts_once() -> None:
    token = a_token()
    like = taken({"type": "custom:like", "token": token})
    again = taken({"type": "custom:like", "token": token, "occurred_at": NOW.isoformat()})
    assert (like.experiment_id, like.variant_id, like.unit) == (3, 4, b"u" * 16)
    assert (like.id, like.digest) == (again.id, again.digest)
    assert like.id != taken({"type": "click", "token": token}).id


def test_record__own_kind_with_a_token_and_an_id__may_happen_again() -> None:
    slide = {"type": "custom:slide", "token": a_token(), "id": "s-1", "user_id": "somebody else"}
    first = taken(slide | {"properties": {"picture": 2}})
    second = taken(slide | {"id": "s-2", "properties": {"picture": 3}})
    other = taken(slide | {"properties": {"picture": 4}})
    assert (first.experiment_id, first.unit) == (3, b"u" * 16)
    assert first.id != second.id
    assert (first.id, first.digest != other.digest) == (other.id, True)


def test_record__own_kind_without_a_token__names_its_visitor_as_ever() -> None:
    late = {"type": "custom:late", "user_id": "u-1", "id": "l-1"}
    assert taken(late).experiment_id is None
    assert refused({"type": "custom:like"}) == "missing_user_id"


def test_record__own_kind_with_a_bad_token_or_without_consent__is_refused_by_name() -> None:
    like = {"type": "custom:like", "user_id": "u-1", "id": "l-1"}
    assert refused(like | {"token": a_token(site=2)}) == "token_foreign"
    assert refused(like | {"token": "bl1.x"}) == "token_invalid"
    said = {"consent": {"measurement": False}}
    assert refused(like | {"token": a_token()} | said) == "no_consent"


def test_record__named__carries_the_pseudonym_and_never_the_raw_id() -> None:
    record = taken(PURCHASE)
    assert record.unit == TOOLS.pseudonyms.of(1, "u-42")
    assert "u-42" not in str(record)
    assert (record.amount, record.currency, record.order_id) == (12990, "CNY", "o-7")
    assert record.day == identity.UNDATED


def test_record__same_id_other_content__has_another_digest() -> None:
    assert taken(PURCHASE).digest == taken(dict(reversed(PURCHASE.items()))).digest
    other = taken(PURCHASE | {"amount": 1})
    assert (taken(PURCHASE).id, taken(PURCHASE).digest != other.digest) == (other.id, True)


def test_record__refund__names_the_order_and_a_positive_amount() -> None:
    record = taken(REFUND)
    assert (record.kind, record.order_id, record.amount) == ("refund", "o-7", 990)
    assert record.id != taken(PURCHASE).id
    with pytest.raises(Refused) as caught:
        taken(REFUND | {"amount": 0})
    assert " 1 " in caught.value.text.say("en")
    assert " 1 " in caught.value.text.say("zh-Hans")


@pytest.mark.parametrize(
    ("sender", "said", "kept"),
    [
        ({"device": "phone", "locale": "zh"}, {}, ("phone", "zh")),
        (
            {"device": "phone", "locale": "zh"},
            {"device": "tablet", "locale": "en-GB"},
            ("phone", "en"),
        ),
        ({"secret": True}, {"device": "tablet", "locale": "zh-Hans"}, ("tablet", "zh")),
        ({"secret": True}, {"device": "fridge", "locale": 7}, ("", "")),
        ({"secret": True}, {}, ("", "")),
    ],
)
def test_record__surroundings__from_the_browser_or_as_said(sender, said, kept) -> None:
    event = {"type": "impression", "token": a_token(), "properties": said}
    record = taken(event, a_sender(**sender))
    assert (record.device, record.locale) == kept


def test_record__alias__keeps_both_names_as_pseudonyms_and_needs_no_id() -> None:
    event = {"type": "alias", "user_id": "u-42", "previous_id": "anonymous-1"}
    record = taken(event)
    assert record.unit == TOOLS.pseudonyms.of(1, "u-42")
    assert json.loads(record.properties or "") == {
        "previous": TOOLS.pseudonyms.of(1, "anonymous-1").hex()
    }
    assert taken(event).id == record.id != taken(event | {"user_id": "u-43"}).id


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (b"5", "not_an_object"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        ({}, "missing_type"),
        ({"type": ""}, "missing_type"),
        ({"type": "impresion"}, "unknown_type"),
        ({"type": "custom:"}, "unknown_type"),
        ({"type": "custom:Größe"}, "unknown_type"),
        ({"type": 7}, "bad_field"),
        ({"type": "impression"}, "token_missing"),
        ({"type": "impression", "token": 1}, "bad_field"),
        ({"type": "impression", "token": "bl1.nonsense"}, "token_invalid"),
        ({"type": "page_view", "id": "1"}, "missing_user_id"),
        ({"type": "page_view", "user_id": "u"}, "missing_id"),
        ({"type": "page_view", "user_id": "", "id": "1"}, "bad_id"),
        ({"type": "page_view", "user_id": "u" * 257, "id": "1"}, "bad_id"),
        ({"type": "page_view", "user_id": "u", "id": 12}, "bad_id"),
        ({"type": "page_view", "user_id": 42, "id": "1"}, "bad_field"),
        ({"type": "alias", "user_id": "u"}, "missing_previous_id"),
        ({"type": "alias", "previous_id": "u"}, "missing_user_id"),
        (PURCHASE | {"amount": None}, "bad_amount"),
        (PURCHASE | {"amount": 1.5}, "bad_amount"),
        (PURCHASE | {"amount": "12"}, "bad_amount"),
        (PURCHASE | {"amount": -1}, "bad_amount"),
        (PURCHASE | {"amount": True}, "bad_amount"),
        (PURCHASE | {"amount": 10**30}, "bad_amount"),
        (PURCHASE | {"currency": None}, "bad_currency"),
        (PURCHASE | {"currency": "RMB"}, "bad_currency"),
        (PURCHASE | {"currency": "cny"}, "bad_currency"),
        (PURCHASE | {"currency": "EUR"}, "other_currency"),
        (PURCHASE | {"order_id": "a\x00b"}, "bad_id"),
        (PURCHASE | {"order_id": "o" * 257}, "bad_id"),
        (PURCHASE | {"type": "add_to_cart", "amount": None}, "bad_amount"),
        (REFUND | {"amount": 0}, "bad_amount"),
        (REFUND | {"amount": -1}, "bad_amount"),
        (REFUND | {"amount": None, "currency": None}, "bad_amount"),
        (REFUND | {"currency": None}, "bad_currency"),
        (REFUND | {"currency": "EUR"}, "other_currency"),
        (REFUND | {"order_id": None}, "missing_order_id"),
        (REFUND | {"order_id": ""}, "bad_id"),
        (REFUND | {"id": None}, "missing_id"),
        (REFUND | {"user_id": None}, "missing_user_id"),
        ({"type": "assigned", "user_id": "u", "id": "1"}, "unknown_type"),
        (PURCHASE | {"properties": []}, "bad_properties"),
        (PURCHASE | {"properties": "x"}, "bad_properties"),
        (PURCHASE | {"properties": {"a": "b\x00c"}}, "bad_properties"),
        (PURCHASE | {"properties": {"a\x00": 1}}, "bad_properties"),
        (PURCHASE | {"properties": {"a": "x" * 2049}}, "properties_too_large"),
        (PURCHASE | {"properties": {"a": [[[[[[1]]]]]]}}, "properties_too_large"),
        (b'{"type":"purchase","properties":{"a":1e999}}', "bad_properties"),
        (b'{"type":"purchase","amount":1e999}', "bad_amount"),
        (b'{"type":"page_view","user_id":"\\ud800","id":"1"}', "unreadable"),
        (b'{"type":"page_view","user_id":"\xff","id":"1"}', "unreadable"),
        (b'{"type":"page_view","user_id":"u","id":"1","x":NaN}', "unreadable"),
        (b'{"type":"page_view","a":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "unreadable"),
    ],
)
def test_record__does_not_fit__is_refused_by_name(event, reason) -> None:
    if isinstance(event, bytes) and b"purchase" in event and b"properties" in event:
        named = json.dumps(PURCHASE)[1:-1].encode()
        event = event.replace(b'"type":"purchase"', named)
    assert refused(event) == reason


def test_record__token_of_another_site_expired_or_altered__is_refused_by_name() -> None:
    def why(token: str) -> str:
        return refused({"type": "impression", "token": token})

    assert why(a_token(site=2)) == "token_foreign"
    assert why(a_token(ms=NOW_MS - 8 * 86_400_000)) == "token_expired"
    assert why(a_token()[:-2] + "zz") == "token_invalid"


def test_record__uuid7_out_of_range__is_refused_by_name() -> None:
    old = f"{NOW_MS - 40 * 86_400_000:012x}"
    event = PURCHASE | {"id": f"{old[:8]}-{old[8:]}-7000-8000-000000000000"}
    assert refused(event) == "id_time_out_of_range"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (NOW - HOUR, NOW - HOUR),
        (NOW + HOUR, NOW),
        (NOW - 72 * HOUR, NOW - 72 * HOUR),
        (NOW - 500 * HOUR, NOW - 72 * HOUR),
        ("0001-01-01T00:00:00+14:00", NOW - 72 * HOUR),
        ("9999-12-31T23:59:59-14:00", NOW),
        ("2026-11-22T13:30:00+08:00", NOW - HOUR / 2),
    ],
)
def test_time__of_a_browser__is_clamped_to_three_days(sent, kept) -> None:
    assert taken(at(sent)).occurred_at == kept


def test_time__browser_with_a_wrong_clock__is_corrected_by_when_it_sent() -> None:
    wrong = dt.timedelta(days=-400)
    sender = a_sender(sent_at=NOW + wrong)
    assert taken(at(NOW + wrong - HOUR), sender).occurred_at == NOW - HOUR
    assert taken(at(NOW + wrong + HOUR), sender).occurred_at == NOW


def test_time__of_a_server__may_lie_a_year_back_but_is_never_moved() -> None:
    server = a_sender(secret=True)
    assert taken(at(NOW - dt.timedelta(days=399)), server).occurred_at == NOW - dt.timedelta(399)
    assert refused(at(NOW - dt.timedelta(days=401)), server) == "time_out_of_range"


@pytest.mark.parametrize("text", ["2026-11-22T06:00:00", "yesterday", "2026-13-01T00:00:00Z", ""])
def test_time__without_zone_or_sense__is_refused(text) -> None:
    assert refused(at(text)) == "bad_time"


def test_time__number__is_refused() -> None:
    assert refused({"type": "impression", "token": a_token(), "occurred_at": [1]}) == "bad_time"


def test_properties__kept__in_one_canonical_form() -> None:
    one = taken(PURCHASE | {"properties": {"b": 1, "a": {"n": "\\u0000", "漢": 1.5}}})
    two = taken(PURCHASE | {"properties": {"a": {"漢": 1.5, "n": "\\u0000"}, "b": 1}})
    assert one.properties == two.properties == '{"a":{"n":"\\\\u0000","漢":1.5},"b":1}'
    assert one.digest == two.digest


def test_record__marked_sender__marks_the_record() -> None:
    assert taken(PURCHASE, a_sender(mark="bot")).mark == "bot"


@pytest.mark.parametrize("kind", ["add_to_cart", "page_view", "product_view", "search", "custom:x"])
def test_record__other_kinds__need_only_names(kind) -> None:
    assert taken({"type": kind, "id": "1", "user_id": "u"}).kind == kind


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = ["type", "token", "id", "user_id", "occurred_at", "order_id", "amount", "currency"]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "properties", "zzz"]), values), st.booleans())
def test_record__anything__is_a_record_or_a_named_refusal(event, complete) -> None:
    event = PURCHASE | event if complete else event
    raw = json.dumps(event).encode()
    try:
        found: object = intake.record(raw, a_sender(), TOOLS)
    except Refused as why:
        found = why.reason
    assert isinstance(found, Record) or found in TABLE


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_record__any_bytes__are_refused_by_name(raw) -> None:
    with pytest.raises(Refused):
        intake.record(raw, a_sender(), TOOLS)
