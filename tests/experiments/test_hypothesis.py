"""The sentence with three gaps."""

import pytest
from django.utils import translation

from experiments import hypothesis
from experiments.hypothesis import Parts

FULL = Parts("show the shoes being worn", "more people click", "they see themselves in them")


def test_compose__all_parts__one_sentence_without_doubled_points():
    parts = Parts("show red.", "more click ", "it is seen.")
    assert hypothesis.compose(parts) == "If we show red, then more click, because it is seen."


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("parts", [FULL, Parts(), Parts("x"), Parts("", "y, then z", "because")])
def test_parse__composed_in_any_language__the_same_parts(language, parts):
    with translation.override(language):
        text = hypothesis.compose(parts)
    assert hypothesis.parse(text) == parts


def test_parse__written_freely__left_alone():
    assert hypothesis.parse("A warmer picture brings more clicks.") is None


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("", False),
        ("  ", False),
        ("Red works.", True),
        (hypothesis.compose(FULL), True),
        (hypothesis.compose(Parts("x", "y")), False),
    ],
)
def test_is_complete__text__needs_every_part(text, complete):
    assert hypothesis.is_complete(text) is complete
