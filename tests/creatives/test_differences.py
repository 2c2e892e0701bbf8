"""What two versions say, word by word."""

import doctest

import pytest

from creatives import differences
from creatives.differences import parts


def test_examples__of_the_module__hold():
    assert doctest.testmod(differences).failed == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "new"),
        ("old", ""),
        ("a b c", "a x c"),
        ("A light for the last chapter", "Good coffee, good light"),
        ("为最后一章，留一盏灯", "好咖啡，好灯光"),
        ("same", "same"),
        ("<b>x</b>", "<b>y</b>"),
    ],
)
def test_parts__any_texts__both_can_be_read_off(before, after):
    found = parts(before, after)
    assert "".join(p.text for p in found if p.kind != "added") == before
    assert "".join(p.text for p in found if p.kind != "gone") == after


def test_parts__words_in_a_row__one_change():
    assert [p.kind for p in parts("one two three four", "uno dos tres four")] == [
        "gone", "added", "same",
    ]  # fmt: skip


def test_parts__chinese__by_character():
    assert [(p.kind, p.text) for p in parts("三双好鞋", "两双好鞋")] == [
        ("gone", "三"), ("added", "两"), ("same", "双好鞋"),
    ]  # fmt: skip
