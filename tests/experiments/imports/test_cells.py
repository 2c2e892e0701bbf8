"""Cells: what is read, what is refused, and never a guess."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.imports import cells
from experiments.imports.cells import Clock, Money
from experiments.imports.designs import key_of
from experiments.models import Variant
from workspace.models import validate_key

LATEST = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
CLOCK = Clock(ZoneInfo("Asia/Shanghai"), LATEST)
MOMENT = dt.datetime(2015, 6, 1, 21, 12, 12, 535_000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "1433193132535",
        "1433193132.535",
        "1433193132535000",
        "2015-06-01T21:12:12.535Z",
        "2015-06-01 21:12:12.535+00:00",
        "2015-06-02 05:12:12.535",
        "20150602T051212.535",
    ],
)
def test_clock__one_moment_in_many_writings__is_one_moment(text):
    assert CLOCK.read(text) == MOMENT


def test_clock__own_format__is_used():
    clock = Clock(ZoneInfo("UTC"), LATEST, "%d.%m.%Y %H:%M")
    assert clock.read("31.12.2014 23:59") == dt.datetime(2014, 12, 31, 23, 59, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="is not a time"):
        clock.read("2014-12-31")


@pytest.mark.parametrize("text", ["", "1/2/13", "yesterday", "12", "2015-13-01", "1970-01-01", "٣"])
def test_clock__anything_else__refused(text):
    with pytest.raises(ValueError, match="time"):
        CLOCK.read(text)


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("201401", dt.date(2014, 1, 6)),
        ("201400", dt.date(2013, 12, 30)),
        ("2014-W01", dt.date(2013, 12, 30)),
    ],
)
def test_week__both_ways_of_counting__give_their_monday(text, monday):
    assert cells.week(text) == monday


@pytest.mark.parametrize("text", ["TRUE", "t", "Yes", "1", "1.0"])
def test_count__words_for_yes__are_one(text):
    assert cells.count(text) == 1


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1,000", "maybe", "10001", "nan", "²"])
def test_count__no_count__refused(text):
    with pytest.raises(ValueError, match=r"count|empty|totals"):
        cells.count(text)


@given(st.integers(0, 10**12))
def test_money__marks_of_thousands__read_back_exactly(minor):
    money = Money("EUR", thousands=",")
    assert money.read(f"{minor // 100:,}.{minor % 100:02d}") == minor


@pytest.mark.parametrize(
    ("money", "text", "minor"),
    [
        (Money("EUR"), "9.5", 950),
        (Money("EUR", decimal=","), "9,5", 950),
        (Money("EUR", thousands=".", decimal=","), "1.234,50", 123_450),
        (Money("JPY"), "120", 120),
        (Money("KWD"), "1.234", 1_234),
        (Money("EUR", minor=True), "950", 950),
        (Money("EUR"), "", 0),
    ],
)
def test_money__ways_to_write_it__minor_units(money, text, minor):
    assert money.read(text) == minor


@pytest.mark.parametrize("text", ["1,234.50", "1.234,50", "9.505", "-1", "EUR 5", "1e3", "NaN"])
def test_money__anything_else__refused(text):
    with pytest.raises(ValueError, match=r"amount|decimal|negative"):
        Money("EUR").read(text)


@given(st.text(min_size=1, max_size=256))
def test_key_of__any_text__is_a_key_and_keeps_what_is_one(text):
    key = key_of(text)
    validate_key(key)
    assert len(key) <= Variant._meta.get_field("key").max_length
    assert key_of(key) == key or len(key) > 57


@given(st.text(max_size=40), st.text(max_size=40))
def test_key_of__two_texts__two_keys(one, other):
    assert (key_of(one) == key_of(other)) == (one == other)
