"""The stories by themselves: they fit the slots, and say what they say on every weekday."""

import datetime as dt
from dataclasses import replace

import pytest

from demo import art, tastes
from demo.places import PLACES
from demo.stories import ANY, DAYS
from demo.storybook import STORIES
from engine.stats.aggregates import Aggregates
from experiments import hypothesis
from experiments.reports import analysis, verdict
from experiments.reports.inputs import Inputs
from tests.experiments.reports.states import HEALTHY, a_design

ANCHOR = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
VERDICTS = {
    "autumn-hero": "use",
    "cart-returns": "keep_control",
    "weekend-or-bundle": "use",
    "search-gift": "no_difference",
    "product-care": "keep_control",
    "category-strip-coffee": "use",
    "clearance-last-pairs": "your_call",
    "product-returns": "check_data",
    "side-linen": "collecting",
}
LIVED = [story for story in STORIES if story.lasts]


def an_arm(story, letter, creative, anchor):
    """The totals that the shoppers of a variant make, as the shop would report them."""
    units = []
    for day in range(story.lasts):
        chance = story.chance(day, letter)
        units += [
            _unit(tastes.life(tastes.of(creative), chance))
            for _shopper in range(story.quotas(day, anchor)[letter])
        ]
    return Aggregates.of_units(units)


def _unit(life):
    clicks = sum(look.click for look in life.looks)
    bought = int(life.order > 0)
    return {
        "impressions": len(life.looks),
        "viewables": sum(look.viewable for look in life.looks),
        "clicks": clicks,
        "orders": bought,
        "converted": bought,
        "revenue": life.order,
    }


def read(story, anchor):
    arms = [
        an_arm(story, letter, key, anchor) for letter, key in zip("ab", story.banners, strict=True)
    ]
    design = a_design(
        mde=float(story.mde),
        planned_days=story.planned_days,
        planned_visitors=story.planned_visitors,
        started_at=story.begins_at(anchor),
    )
    first = story.begins_at(anchor).date()
    by_day = {1: {first: arms[0]}, 2: {first: arms[1]}}
    return analysis.analyse(Inputs(design, by_day, anchor, 1, observed=HEALTHY))


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("story", LIVED, ids=lambda story: story.key)
def test_story__seeded_on_any_weekday__verdict_as_told(story, weekday):
    data = read(story, ANCHOR + dt.timedelta(days=weekday))
    expected = VERDICTS[story.key]
    if expected == "check_data":
        expected = "collecting"  # nobody is lost here: it is the loss that spoils the split
    assert verdict.decide(data).kind == expected
    lift = data.primary()[0].lift
    control, treatment = (tastes.of(key).click for key in story.banners)
    assert lift == pytest.approx(treatment / control - 1, abs=0.08)
    assert abs(lift) < 0.5  # beyond it the report wonders


def test_stories__placements__one_after_the_other():
    for place in {story.place for story in STORIES}:
        own = sorted((s for s in LIVED if s.place == place), key=lambda s: s.first_day)
        ends = [s.first_day + s.lasts for s in own]
        assert all(e <= s.first_day for e, s in zip(ends, own[1:], strict=False)), place


@pytest.mark.parametrize("place", ["home-hero", "promotion-hero", "cart-strip"])
def test_stories__slots_of_others__free_at_the_end(place):
    assert all(s.end for s in LIVED if s.place == place)


def test_stories__plans__complete_and_on_banners_of_the_slot():
    sizes = {place.key: (place.width, place.height) for place in PLACES}
    drawn = {banner.key: banner.size for banner in art.BANNERS}
    for story in STORIES:
        assert hypothesis.is_complete(hypothesis.compose(story.parts)), story.key
        assert {drawn[key] for key in story.banners} == {sizes[story.place]}
        assert story.first_day + max(story.lasts - 1, 0) <= DAYS
    assert all(drawn[place.default] == sizes[place.key] for place in PLACES)


def test_banners__every_one__has_a_declared_truth():
    assert {banner.key for banner in art.BANNERS} == set(tastes.TASTES)


def test_tastes__unknown_banner__near_the_usual_and_always_the_same():
    for key in ("mine", "yours", "summer-9"):
        assert tastes.of(key) == tastes.of(key)
        assert tastes.of(key).click == pytest.approx(tastes.USUAL.click, rel=tastes.WIDEST)


def test_tastes__many_lives__as_declared():
    import random

    taste = tastes.of("strip-coffee")
    lives = [tastes.life(taste, random.Random(n)) for n in range(20_000)]
    looks = [look for life in lives for look in life.looks]
    assert sum(look.click for look in looks) / len(looks) == pytest.approx(taste.click, abs=0.01)
    assert sum(life.order > 0 for life in lives) / 20_000 == pytest.approx(taste.order, abs=0.008)


def test_story__crowd_instead_of_arms__takes_everybody():
    story = replace(LIVED[0], per_arm=0, crowd=500)
    quotas = [story.quotas(day, ANCHOR) for day in range(story.lasts)]
    assert {key for quota in quotas for key in quota} == {ANY}
    assert sum(quota[ANY] for quota in quotas) == 500
