"""Search over finished tests: words, stems, questions, Chinese, and what stands where."""

import pytest

from creatives import library
from creatives.models import Creative
from experiments.library import finished
from experiments.library.search import search
from tests import factories
from tests.experiments.library.finished import a_finished_test
from tests.factories import NOW, approve

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def ask(site):
    """Keys of what is found, best first, and whether the search had to be loosened."""

    def of(text):
        rows = finished.all_of(site)
        found = search(rows, text, site=site)
        keys = dict(rows.values_list("pk", "key"))
        return [keys[pk] for pk in found.ids], found.loose

    return of


WRITTEN = [
    ("name", "A red hero"),
    ("hypothesis", "Reds are warmer."),
    ("takeaways", "Red works."),
    ("decision_reason", "The red one won."),
    ("tags", ["red"]),
]


@pytest.mark.parametrize(("field", "value"), WRITTEN)
def test_search__word_in_any_text__found(site, ask, field, value):
    a_finished_test(site, "x", **{field: value})
    a_finished_test(site, "calm")
    assert ask("have we tried red before?") == (["x"], False)


def _say(test, words):
    """Give the banners of a test other words."""
    for creative in Creative.objects.filter(variants__experiment=test):
        library.add_version(
            creative,
            alt=words,
            landing_url="https://shop.example/x",
            upload=None,
            actor=None,
            now=NOW,
        )
        approve(creative)


def test_search__word_in_a_variant__found(site, ask):
    test = a_finished_test(site, "x")
    a_finished_test(site, "calm")
    test.variants.filter(key="b").update(name="Red button")
    assert ask("red") == (["x"], False)


def test_search__word_on_the_banner__found(site, ask):
    test = a_finished_test(site, "x")
    a_finished_test(site, "calm")
    _say(test, "Up to half off, in red")
    assert ask("red") == (["x"], False)


def test_search__name_of_the_banner__found(site, ask):
    test = a_finished_test(site, "x")
    a_finished_test(site, "calm")
    creative = test.variants.get(key="b").creative
    creative.name = "Red sale"
    creative.save()
    assert ask("red") == (["x"], False)


CHINESE = [
    ("name", "首页红色大图"),
    ("hypothesis", "如果用红色按钮，那么点击更多。"),
    ("takeaways", "红色更好。"),
    ("decision_reason", "红色的赢了"),
    ("tags", ["红色"]),
]


@pytest.mark.parametrize("question", ["红色", "我们以前试过红色吗？", "red"])
@pytest.mark.parametrize(("field", "value"), CHINESE)
def test_search__chinese_in_any_text__found_in_both_languages(site, ask, question, field, value):
    a_finished_test(site, "x", **{field: value})
    a_finished_test(site, "calm", name="蓝色")
    assert ask(question) == (["x"], False)


def test_search__chinese_in_a_variant_and_on_a_banner__found(site, ask):
    one, other = a_finished_test(site, "one"), a_finished_test(site, "other")
    one.variants.filter(key="b").update(name="倒计时横幅")
    _say(other, "倒计时与优惠")
    assert set(ask("倒计时")[0]) == {"one", "other"}


def test_search__word_glued_to_chinese__found(site, ask):
    a_finished_test(site, "x", name="用red按钮")
    assert ask("red") == (["x"], False)


def test_search__beginning_of_a_long_word__found_but_not_of_a_short_one(site, ask):
    a_finished_test(site, "x", name="Countdown and redesign")
    assert ask("count") == (["x"], False)
    assert ask("red") == ([], True)


def test_search__every_word__before_some_of_them(site, ask):
    a_finished_test(site, "both", name="Red hero")
    a_finished_test(site, "hero", name="Blue hero")
    assert ask("red hero") == (["both"], False)


def test_search__no_test_has_all__those_with_most_first(site, ask):
    a_finished_test(site, "two", name="Red hero")
    a_finished_test(site, "one", name="Blue hero")
    assert ask("red hero zebra") == (["two", "one"], True)


def test_search__long_chinese__found_by_its_pairs(site, ask):
    a_finished_test(site, "x", name="红色的按钮")
    a_finished_test(site, "one", name="按钮更大")
    assert ask("红色按钮") == (["x", "one"], True)


def test_search__where_it_stands__the_name_before_the_reason(site, ask):
    a_finished_test(site, "reason", decision_reason="It was the red one.")
    a_finished_test(site, "name", name="Red hero")
    assert ask("red")[0] == ["name", "reason"]


def test_search__chinese_where_it_stands__the_name_before_the_reason(site, ask):
    a_finished_test(site, "reason", decision_reason="因为促销更好")
    a_finished_test(site, "name", name="促销大图")
    assert ask("促销")[0] == ["name", "reason"]


@pytest.mark.parametrize(
    "text", ["'", "red'", "\\", "a & b | !c", "%", "50%_", "((", ":*", "红'色", "%_\\"]
)
def test_search__characters_of_query_languages__no_error(site, ask, text):
    a_finished_test(site, "x", name="Red")
    ask(text)


def test_search__wildcards__are_only_characters(site, ask):
    a_finished_test(site, "x", name="Red")
    assert ask("%")[0] == []


def test_search__another_site__not_searched(site, ask):
    a_finished_test(factories.a_site("other"), "x", name="Red")
    assert ask("red")[0] == []
