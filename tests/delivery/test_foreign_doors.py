"""GA4's and Segment's bodies at both doors: every row of the table is stored as what it names."""

import time
import uuid

import pytest

from banner_lab.stack.processes import wait_until
from delivery.foreign_words import GA4, NAMES
from tests.delivery.test_foreign import ga4, segment
from tests.doors import log_rows

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")
EVENTS = "/api/v1/events"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def a_body(vocabulary: str, name: str, token: str) -> dict:
    unique, at = uuid.uuid4().hex, int(time.time())
    if vocabulary == GA4:
        money = {"transaction_id": unique, "value": 129.90, "currency": "CNY"}
        params = money | {"promotion_id": token, "search_term": "shoes"}
        return ga4(name, params, timestamp_micros=at * 10**6)
    money = {"order_id": unique, "total": 129.90, "value": 129.90, "currency": "CNY"}
    values = money | {"promotion_id": token, "query": "shoes"}
    return segment(name, values, messageId=unique, anonymousId=f"a-{unique}")


def test_table__every_row_at_each_door__stores_the_type_it_names(door, world):
    ask = f"/api/v1/assign?experiment=spring-hero&user_id={uuid.uuid4().hex}"
    for (vocabulary, name), kind in NAMES.items():
        token = door.get(ask, key=world.sk).json["token"]
        key = world.sk if kind in {"click", "impression"} else world.pk
        answer = door.post(EVENTS, a_body(vocabulary, name, token), key=key)
        assert (answer.status, answer.json["stored"]) == (202, 1), (name, answer.body)
        assert wait_until(lambda: log_rows("kind")[-1:] == [(kind,)], seconds=10), name  # noqa: B023
    amounts = log_rows("kind, amount, currency")
    priced = {row for row in amounts if row[1] is not None}
    assert priced == {(kind, 12_990, "CNY") for kind in ("add_to_cart", "purchase", "refund")}


def test_batch__sent_again__counts_once_and_its_bad_ones_alone_are_refused(door, world):
    unique = uuid.uuid4().hex
    order = {"order_id": unique, "revenue": "12.345", "currency": "CNY"}
    batch = {
        "writeKey": world.pk,
        "sentAt": "2026-11-22T06:00:00.000Z",
        "batch": [
            segment("Product Viewed", messageId=unique),
            segment("Order Completed", order, messageId=f"{unique}-2"),
            segment("Coupon Entered", messageId=f"{unique}-3"),
            segment("订单", messageId=f"{unique}-4"),
        ],
    }
    first, again = (door.post(EVENTS, batch).json for _ in range(2))
    assert (first["received"], first["stored"]) == (4, 2)
    assert [one["reason"] for one in first["rejected"]] == ["too_many_decimals", "unknown_type"]
    assert first["rejected"][0]["field"] == "events[1].properties.revenue"
    assert "CNY has 2 decimals" in first["rejected"][0]["detail"]
    assert (again["stored"], again["duplicate"]) == (0, 2)
    assert sorted(log_rows("kind")) == [("custom:coupon-entered",), ("product_view",)]


def test_bodies__too_long_or_with_a_wrong_time__refused_as_ours_are(door, world):
    many = {"batch": [segment("page")] * 501}
    assert door.post(EVENTS, many, key=world.sk).status == 413
    wrong = {"batch": [segment("page")], "sentAt": "yesterday"}
    answer = door.post(EVENTS, wrong, key=world.sk)
    assert (answer.status, answer.json["field"]) == (422, "sentAt")


def test_consent__refused_in_their_body__nothing_is_looked_at(door, world):
    order = {"order_id": "o", "revenue": "1.234", "currency": "CNY"}
    body = segment("Order Completed", order, consent={"measurement": False})
    receipt = door.post(EVENTS, body, key=world.sk).json
    assert [one["reason"] for one in receipt["rejected"]] == ["no_consent"]
