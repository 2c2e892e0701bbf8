"""Prices, read from words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatives import price_words, prices

CASES = [
    ("¥251", "CNY", [25100]),
    ("now ¥251 instead of ￥359", "CNY", [25100, 35900]),
    ("251元", "CNY", [25100]),
    ("CNY 1,299.00", "CNY", [129900]),
    ("from ¥329", "CNY", [32900]),
    ("€ 1.299,50 or 12,9 €", "EUR", [129950, 1290]),
    ("$12.99", "USD", [1299]),
    ("¥1,200", "JPY", [1200]),
    ("满 399 元包邮", "CNY", []),
    ("Free delivery from ¥399", "CNY", []),
    ("save ¥20, ¥20 off, 立减20元", "CNY", []),
    ("30 % off, 3 pairs", "CNY", []),
    ("$12", "EUR", []),
    ("251", "CNY", []),
]


@pytest.mark.parametrize(("text", "currency", "minor"), CASES)
def test_amounts__text__prices_of_products_only(text, currency, minor):
    assert [one.minor for one in price_words.amounts(text, currency)] == minor


@pytest.mark.parametrize(("text", "minor"), [("251", [25100]), ("−30 %", []), ("2.5", [250])])
def test_amounts__slot_for_a_price__bare_number_is_one(text, minor):
    assert [one.minor for one in price_words.amounts(text, "CNY", bare=True)] == minor


@given(st.text(), st.sampled_from(["CNY", "EUR", "JPY", "KWD", "XXX", ""]))
def test_amounts__any_text__never_raises(text, currency):
    price_words.amounts(text, currency, bare=True)


@given(st.integers(0, 10**11), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_amounts__what_was_written__is_read_again(minor, currency):
    found = price_words.amounts(prices.say(minor, currency), currency)
    assert [one.minor for one in found] == [minor]
