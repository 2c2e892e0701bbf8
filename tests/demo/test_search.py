"""Looking for products: by what people type, in either language."""

import pytest
from django.utils import translation

from demo import search
from demo.search import find


def keys(query):
    return [product.key for product in find(query).products]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("boots", {"rain-boot", "hiking-boot"}),
        ("BOOT", {"rain-boot", "hiking-boot"}),
        ("ridge boots", {"hiking-boot"}),
        ("heron", {"kettle", "coffee-mill"}),
        ("onion", {"cast-iron-pot"}),
        ("chef's knife", {"chef-knife"}),
        ("ｋｅｔｔｌｅ", {"kettle"}),
        ("linen", {"linen-throw", "cushion"}),
        ("跑鞋", {"trail-runner"}),
        ("防水的鞋", {"rain-boot", "hiking-boot"}),
        ("咖啡 水壶", {"kettle"}),
        ("咖啡手冲", {"kettle"}),
        ("亚麻", {"linen-throw", "cushion"}),
    ],
)
def test_find__words_of_a_product__finds_it(query, expected):
    assert set(keys(query)) == expected


@pytest.mark.parametrize(
    "query", ["", "  ", "fridge", "电冰箱", "🐘", "<b>", "a", '"', "%", "-1", "kettle fridge", "的"]
)
def test_find__nothing_of_the_kind__finds_nothing(query):
    found = find(query)
    assert (found.products, found.categories) == ((), ())


def test_find__name_of_a_shelf__whole_shelf():
    for query in ("shoes", "鞋子"):
        found = find(query)
        assert found.categories == ("shoes",)
        assert {p.key for p in found.products} >= {"trail-runner", "espadrille"}


def test_find__page_in_chinese__finds_the_same():
    english = keys("boots"), keys("苍鹭")
    search._fields.cache_clear()
    with translation.override("zh-hans"):
        assert (keys("boots"), keys("苍鹭")) == english


def test_find__name_before_description__best_first():
    assert keys("pot")[0] == "cast-iron-pot"
    assert keys("coffee")[0] == "coffee-mill"


def test_find__long_query__looks_for_its_beginning_and_says_so():
    found = find("boots" + " " * 200 + "x" * 5_000)
    assert (len(found.query), found.cut) == (100, True)
    assert not find("boots" + " " * 5_000).cut


def test_find__control_characters__are_not_kept():
    assert find("ket\x00tle\u202e").query == "ket tle"
