"""The fold: what a visitor did becomes what is known, whatever the order it arrives in."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.profiles import caps
from engine.profiles.affinity import EXAMPLE, affinity, score
from engine.profiles.caps import Cap, Seen
from engine.profiles.features import Features
from engine.profiles.fold import (
    GAP,
    HALF_LIFE,
    MOST_SHOWN,
    MOST_STRENGTHS,
    Act,
    content_of,
    fold,
)
from engine.profiles.state import Profile, decode, encode

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
WEEK = int(HALF_LIFE.total_seconds() * 1000)
AFTER_GAP = int(GAP.total_seconds() * 1000) + 1
START = 1_700_000_000_000


def act(kind: str, at: int = 0, **more) -> Act:
    at_ms = START + at
    content = tuple((k, v) for k, v in more.pop("content", {}).items())
    return Act(kind, at_ms, at_ms // DAY, content, **more)


def folded(*acts: Act) -> Profile:
    profile = None
    for one in acts:
        profile = fold(profile, one)
    assert profile is not None
    return profile


def feature(profile: Profile, name: str, at: int = 0):
    return Features(profile, now_ms=START + at).get(name)


def test_scripted_visitor__every_feature__has_the_expected_value():
    shoes, pot = {"category": "shoes", "brand": "ridge"}, {"category": "kitchen"}
    visitor = folded(
        act("page_view", content={"category": "shoes"}),
        act("product_view", MINUTE, content=shoes),
        act("search", 2 * MINUTE, content=pot),
        act("add_to_cart", 3 * MINUTE, content=shoes),
        act("purchase", 4 * MINUTE, content={"brand": "ridge"}, amount=59_900),
        act("impression", 5 * MINUTE, version=7),
        act("page_view", 4 * DAY),
        act("product_view", 4 * DAY + MINUTE, content=pot),
    )
    at, decay = 4 * DAY + 2 * MINUTE, 2 ** (-(4 * DAY) / WEEK)
    expected = {
        "visits": 2.0, "orders": 1.0, "spent": 59_900.0,
        "session.pages": 1.0, "session.products": 1.0, "session.searches": 0.0,
        "session.carts": 0.0, "session.orders": 0.0, "session.minutes": 2.0,
        "favourite.category": "shoes", "favourite.brand": "ridge",
        "favourite.price_band": None, "no_such": None, "affinity.colour.red": None,
    }  # fmt: skip
    assert {name: feature(visitor, name, at) for name in expected} == expected
    # Two looks and a cart (3) for shoes; a search (2) then, a look now, for the kitchen.
    assert feature(visitor, "affinity.category.shoes", at) == pytest.approx(5 * decay, rel=1e-3)
    kitchen = feature(visitor, "affinity.category.kitchen", at)
    assert kitchen == pytest.approx(1 + 2 * decay, rel=1e-3)
    assert feature(visitor, "affinity.brand.ridge", at) == pytest.approx(8 * decay, rel=1e-3)
    assert feature(visitor, "days_since_order", at) == pytest.approx(4, abs=0.01)
    assert feature(visitor, "days_since_visit", at) == pytest.approx(4, abs=0.01)


def test_refund__of_an_order__lowers_what_was_spent_and_is_no_visit():
    bought = act("purchase", amount=59_900)
    refund = act("refund", 3 * DAY, amount=9_900)
    profile = folded(bought, refund)
    assert profile == folded(refund, bought)
    assert (profile.orders, profile.spent, profile.session.number) == (1, 50_000, 1)
    assert feature(profile, "days_since_order", 3 * DAY) == pytest.approx(3)
    assert feature(profile, "visits", 3 * DAY) == 2  # the one of now


def test_affinity__half_life__halves_and_the_order_flips_as_computed():
    visitor = folded(*[act("product_view", content={"category": "shoes"})] * 3)
    assert affinity(visitor, "category", "shoes", now_ms=START + WEEK) == pytest.approx(1.5)
    assert feature(visitor, "favourite.category", WEEK) == "shoes"
    for _ in range(2):
        visitor = fold(visitor, act("product_view", WEEK, content={"category": "kitchen"}))
    assert feature(visitor, "favourite.category", WEEK) == "kitchen"


def test_score__the_classic_example__is_the_weighted_sum():
    visitor = folded(
        *[act("product_view", content={"category": "shoes"})] * 4,
        *[act("purchase", content={"brand": "ridge"})] * 2,
        act("search", content={"price_band": "mid"}),
    )
    content = {"category": {"shoes": 1.0}, "brand": {"ridge": 1.0}, "price_band": {"mid": 1.0}}
    assert score(visitor, content, terms=EXAMPLE, now_ms=START) == pytest.approx(
        0.3 * 4 + 0.2 * 2 + 0.5 * 1
    )


def test_session__gap_of_half_an_hour__begins_a_new_visit():
    visitor = folded(act("page_view"), act("page_view", AFTER_GAP - 1))
    assert visitor.session.number == 1
    visitor = fold(visitor, act("page_view", 2 * AFTER_GAP))
    assert (visitor.session.number, visitor.session.pages) == (2, 1)
    # One that comes late counts in the visit it belongs to, or in none.
    assert fold(visitor, act("page_view", AFTER_GAP)).session.number == 2
    late = fold(visitor, act("page_view", 0))
    assert late.session == visitor.session


def test_shown__sessions_and_days__are_counted_apart():
    visitor = folded(*[act("impression", version=5)] * 2, act("impression", MINUTE, version=6))
    today = START // DAY

    def seen(at: int, *versions: int) -> Seen:
        now_ms = START + at
        return caps.seen(visitor, versions, now_ms=now_ms, day=now_ms // DAY)

    assert seen(MINUTE, 5) == Seen(2, 2)
    assert seen(MINUTE, 5, 6) == Seen(3, 3)
    assert seen(2 * AFTER_GAP, 5) == Seen(0, 2)
    assert seen(2 * DAY, 5) == Seen(0, 0)
    visitor = fold(visitor, act("impression", 2 * AFTER_GAP, version=5))
    assert seen(2 * AFTER_GAP, 5) == Seen(1, 3)
    assert caps.seen(None, [5], now_ms=START, day=today) == Seen()


@pytest.mark.parametrize(
    ("cap", "counted", "allowed"),
    [
        (Cap(2, 0), Seen(1, 50), True),
        (Cap(2, 0), Seen(2, 2), False),
        (Cap(0, 3), Seen(9, 2), True),
        (Cap(0, 3), Seen(0, 3), False),
        (Cap(2, 3), Seen(1, 3), False),
    ],
)
def test_cap__counts__allows_one_more_or_not(cap, counted, allowed):
    assert caps.allows(cap, counted) is allowed


KINDS = (
    *("page_view", "product_view", "search", "add_to_cart", "purchase", "refund"),
    *("impression", "click"),
)
acts = st.builds(
    lambda kind, at, value, version: act(kind, at, content={"category": value}, version=version),
    st.sampled_from(KINDS), st.integers(0, 25 * MINUTE), st.sampled_from("abc"), st.integers(1, 3),
)  # fmt: skip


@given(st.lists(acts, min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_fold__any_order_within_a_visit__gives_the_same_profile(some, chance):
    other = list(some)
    chance.shuffle(other)
    one, two = folded(*some), folded(*other)
    for name in ("first_ms", "last_ms", "orders", "spent", "ordered_ms", "session", "shown"):
        assert getattr(one, name) == getattr(two, name), name
    for value in "abc":
        first, second = (affinity(p, "category", value, now_ms=START + DAY) for p in (one, two))
        assert first == pytest.approx(second, rel=1e-9)


@given(st.lists(acts, min_size=1, max_size=10))
@settings(max_examples=100, deadline=None)
def test_profile__written_and_read__is_the_same(some):
    profile = folded(*some)
    assert decode(encode(profile)) == profile


def test_profile__unreadable__is_nothing_known():
    assert decode(b"\xc1") is None
    assert decode(encode(Profile())[:-1]) is None


def test_profile__many_values_and_banners__stays_small():
    visitor = None
    for number in range(300):
        visitor = fold(visitor, act("product_view", number, content={"category": f"c{number}"}))
        visitor = fold(visitor, act("impression", number, version=number + 1))
    visitor = fold(visitor, act("product_view", 400, content={"category": "c299"}))
    assert len(visitor.strengths) == MOST_STRENGTHS
    assert len(visitor.shown) == MOST_SHOWN
    assert "browse category c299" in visitor.strengths
    assert len(encode(visitor)) < 6_000


@pytest.mark.parametrize(
    ("properties", "content"),
    [
        ({}, ()),
        ({"category": "  Running  Shoes "}, (("category", "running shoes"),)),
        ({"category": ["a", "A", 3, None, ""], "brand": 7}, (("category", "a"),)),
        ({"brand": "x" * 500}, (("brand", "x" * 64),)),
        ({"category": {"a": 1}, "price_band": "mid"}, (("price_band", "mid"),)),
    ],
)
def test_content__whatever_a_shop_sends__only_texts_count(properties, content):
    assert content_of(properties) == content


def test_features__nobody_known__only_the_request_speaks():
    features = Features(None, now_ms=0, request={"device": "phone", "locale": None})
    assert features.get("device") == "phone"
    names = ("locale", "visits", "affinity.category.shoes", "favourite.category", "session.pages")
    assert [features.get(name) for name in names] == [None] * len(names)


def test_fold__old_profile__is_not_changed():
    before = folded(act("product_view", content={"category": "a"}), act("impression", version=1))
    document = encode(before)
    for kind, version in itertools.product(KINDS, (1, 2)):
        fold(before, act(kind, MINUTE, content={"category": "a"}, version=version))
    assert encode(before) == document
