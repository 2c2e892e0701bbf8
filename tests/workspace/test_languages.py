"""Language tags as people type them."""

import doctest

import pytest

from engine.errors import InvalidInput
from workspace import languages


def test_examples__of_the_module__hold():
    assert doctest.testmod(languages).failed == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("zh_hans", "zh-Hans"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("de-1996", "de-1996"),
        ("en-u-ca-buddhist", "en-u-ca-buddhist"),
        ("en-x-shop", "en-x-shop"),
        ("cmn", "cmn"),
    ],
)
def test_tag__good__written_as_usual(typed, kept):
    assert languages.check([typed]) == [kept]


@pytest.mark.parametrize(
    "typed",
    [
        "e",
        "english!",
        "中文",
        "en--us",
        "-en",
        "en-",
        "12",
        "en-u",
        "en<script>",
        "a" * 36,
        "en us",
    ],
)
def test_tag__bad__refused(typed):
    with pytest.raises(InvalidInput):
        languages.check([typed])


def test_check__none_too_many_or_twice__refused_or_once():
    with pytest.raises(InvalidInput, match="at least one"):
        languages.check([])
    with pytest.raises(InvalidInput, match="At most"):
        languages.check([f"{a}{b}" for a in "abc" for b in "abcde"])
    assert languages.check(["de", "en", "DE"]) == ["de", "en"]
