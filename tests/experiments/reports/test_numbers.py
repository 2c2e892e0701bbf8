"""Numbers as text."""

import pytest

from experiments.reports import numbers
from experiments.reports.payload import Span


@pytest.mark.parametrize(
    ("amount", "text"), [(0.041, "+4.1%"), (-0.012, "−1.2%"), (0.0001, "0.0%"), (12.5, "+1,250.0%")]
)
def test_lift__is_signed(amount, text):
    assert numbers.lift(amount) == text


@pytest.mark.parametrize(
    ("span", "texts"),
    [
        (Span(0.012, 0.07, 0.95), ("+1.2%", "+7.0%")),
        (Span(-0.32, 0.41, 0.95), ("−32%", "+41%")),
        (Span(0.00012, 0.00034, 0.95), ("+0.012%", "+0.034%")),
    ],
)
def test_lift_range__digits_follow_the_width(span, texts):
    assert numbers.lift_range(span) == texts


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123_456, "CNY", "¥1,234.56"),
        (-500, "USD", "−$5.00"),
        (500, "JPY", "JPY 500"),
        (12_345, "KWD", "KWD 12.345"),
    ],
)
def test_money__has_its_currency_and_minor_unit(minor, currency, text):
    assert numbers.money(minor, currency) == text


def test_change__of_shares__is_in_points_not_percent():
    assert numbers.change("ctr", 0.0034, currency="CNY") == "+0.34 points"


def test_change__of_money__is_money():
    text = numbers.change("revenue_per_visitor", -41.0, currency="CNY", width=60.0)
    assert text == "−¥0.41"


def test_change_range__of_money__both_ends_have_the_currency():
    span = Span(-30.0, 55.0, 0.95)
    assert numbers.change_range("revenue_per_visitor", span, currency="EUR") == ("−€0.30", "+€0.55")


@pytest.mark.parametrize(("p", "text"), [(1e-30, "< 0.0001"), (0.0123, "0.0123"), (0.5, "0.500")])
def test_p_value__tiny_ones_are_bounds(p, text):
    assert numbers.p_value(p) == text
