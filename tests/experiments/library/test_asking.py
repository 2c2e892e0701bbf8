"""What a search is about."""

import pytest

from experiments.library.asking import Term, looser, terms

RED = Term(words=("red",), parts=("红色",))


@pytest.mark.parametrize(
    "text",
    [
        "red",
        "have we tried red before?",
        "Red!",
        "red RED",
        "红色",
        "我们以前试过红色吗？",
        "有没有用过红色的",
    ],
)
def test_terms__a_question_or_a_word__only_what_it_is_about(text):
    assert terms(text) == (RED,)


def test_terms__only_words_of_a_question__looked_for_as_they_are():
    assert terms("what works") == (Term(words=("what",)), Term(words=("works",)))


@pytest.mark.parametrize("text", ["", "  ", "?!", "…"])
def test_terms__no_letter__nothing(text):
    assert terms(text) == ()


def test_terms__mixed__words_and_characters_apart():
    assert terms("red按钮 50%") == (
        RED,
        Term(words=("button",), parts=("按钮",)),
        Term(words=("50",)),
    )


def test_terms__a_paragraph__cut():
    assert len(terms(" ".join(f"w{n}" for n in range(50)))) == 8


def test_looser__long_run__pairs():
    assert [t.parts for t in looser(terms("首页大图"))] == [("首页",), ("页大",), ("大图",)]


def test_looser__short_or_words__as_they_are():
    assert looser(terms("red 红色 首页")) == terms("red 红色 首页")
