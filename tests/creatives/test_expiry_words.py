"""Promises of an end, read from words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatives import expiry_words

WEDNESDAY = dt.date(2026, 11, 25)
CASES = [
    ("Half price until 30 November", "2026-11-30", True),
    ("Ends on the 1st of December", "2026-12-01", True),
    ("Ends December 1st, 2027", "2027-12-01", True),
    ("till midnight Jan 5", "2027-01-05", True),
    ("valid to 2026-12-31", "2026-12-31", True),
    ("30 November: boots", "2026-11-30", False),
    ("ends Sunday", "2026-11-29", False),
    ("Until Sunday night", "2026-11-29", False),
    ("by Wed", "2026-11-25", False),
    ("Monday only", "2026-11-30", False),
    ("This weekend only", "2026-11-29", False),
    ("End of the month", "2026-11-30", False),
    ("Today only!", "2026-11-25", False),
    ("Only today", "2026-11-25", False),
    ("ends tonight", "2026-11-25", False),
    ("Last day", "2026-11-25", False),
    ("until tomorrow", "2026-11-26", False),
    ("24 hours only", "2026-11-26", False),
    ("A 48-hour sale", "2026-11-27", False),
    ("last three days", "2026-11-28", False),
    ("ends in 2 days", "2026-11-27", False),
    ("11月30日", "2026-11-30", False),
    ("截止11月30日", "2026-11-30", True),
    ("11月30日止", "2026-11-30", True),
    ("至2026年12月31日", "2026-12-31", True),
    ("今日特价", "2026-11-25", False),
    ("仅限今天", "2026-11-25", False),
    ("最后一天", "2026-11-25", False),
    ("倒数三天", "2026-11-28", False),
    ("限时24小时", "2026-11-26", False),
    ("周日止", "2026-11-29", False),
    ("本周五截止", "2026-11-27", False),
    ("截止周日", "2026-11-29", False),
    ("周末特惠", "2026-11-29", False),
    ("明天截止", "2026-11-26", False),
    ("本月清仓", "2026-11-30", False),
]
NO_PROMISE = [
    "Thirty days to try it at home, returns in two days",
    "Free delivery in 24 hours",
    "Open every Sunday",
    "Starts 3 December",
    "From 3 December",
    "12月3日起",
    "满 399 元包邮，两日送达",
    "会员先选一天",
    "May we help you? March on!",
    "until 31 February",
    "Last chance, last pairs",
    "99月99日",
    "",
]


@pytest.mark.parametrize(("text", "last", "is_certain"), CASES)
def test_endings__words_of_an_end__last_day_and_whether_it_is_sure(text, last, is_certain):
    (found,) = expiry_words.endings(text, today=WEDNESDAY)
    assert (found.last_day.isoformat(), found.is_certain) == (last, is_certain)
    assert found.words in text


@pytest.mark.parametrize("text", NO_PROMISE)
def test_endings__other_words__promise_nothing(text):
    assert expiry_words.endings(text, today=WEDNESDAY) == ()


def test_endings__two_languages__one_promise_each():
    text = "Harvest week until Sunday night · 丰收周：七折，周日止"
    found = expiry_words.endings(text, today=WEDNESDAY)
    assert [one.words for one in found] == ["until Sunday night", "周日止"]


@given(st.text(), st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)))
def test_endings__any_text__never_raises(text, today):
    expiry_words.endings(text, today=today)


@given(st.dates(dt.date(2001, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 60))
def test_endings__date_without_a_year__is_the_coming_one(today, days):
    day = today + dt.timedelta(days=days)
    (found,) = expiry_words.endings(f"until {day.day} {day:%B}", today=today)
    assert found.last_day == day
