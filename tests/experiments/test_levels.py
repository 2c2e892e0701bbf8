"""Levels as people write them."""

import pytest

from engine.errors import InvalidInput
from experiments import levels


@pytest.mark.parametrize(
    "text",
    [
        "picture = worn, headline = short",
        "picture:worn；headline＝short",
        "picture=worn\nheadline=short,",
    ],
)
def test_read__each_way_of_writing__the_same(text):
    found = levels.read(text)
    assert found == {"picture": "worn", "headline": "short"}
    assert levels.read(levels.written(found)) == found


def test_read__nothing__no_levels():
    assert levels.read(" , ") == {}


@pytest.mark.parametrize("text", ["picture", "picture=", "=worn", "a=1, a=2"])
def test_read__no_pair_or_twice__refused(text):
    with pytest.raises(InvalidInput):
        levels.read(text)
