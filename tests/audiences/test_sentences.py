"""Rules and sizes in words."""

import pytest
from django.utils import translation

from audiences import sentences, vocabulary
from audiences.preview import Size, Unknown
from engine.assignment import known_features, targeting
from engine.assignment.rule_document import OPERATORS


def _of(*items, currency="CNY"):
    with translation.override("en"):
        return sentences.of(targeting.read({"all": list(items)}), currency=currency)


def _one(feature, op, value):
    return {"feature": feature, "op": op, "value": value}


def test_of__two_conditions__one_sentence():
    assert (
        _of(_one("affinity.category.shoes", "at_least", 2), _one("visits", "at_least", 3))
        == "has shown an interest in category shoes of at least 2"
        " and has been here at least 3 times"
    )


def test_of__alternatives__in_brackets_beside_others():
    phone, few = _one("device", "is", "phone"), _one("visits", "less_than", 3)
    either = "uses a device that is “phone” or has been here less than 3 times"
    assert _of({"any": [phone, few]}) == either
    assert _of({"any": [phone, few]}, _one("orders", "is", 0)) == (
        f"({either}) and has ordered exactly 0 times"
    )


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (_one("spent", "more_than", 12_550), "has spent more than 125.5 CNY"),
        (
            _one("country", "one_of", ["CN", "CH", "AT"]),
            "is in a country that is one of “CN”, “CH” or “AT”",
        ),
        (_one("locale", "starts_with", "zh"), "reads a language that begins with “zh”"),
        (_one("attributes.plan", "is_not", "gold"), "has a value of plan that is not “gold”"),
        (_one("attributes.age", "at_least", 18), "has a value of age that is at least 18"),
        (_one("visits", "at_most", 1.5), "has been here at most 1.5 times"),
        (_one("visits", "at_most", 1e-7), "has been here at most 0.0000001 times"),
    ],
)
def test_of__one_condition__as_people_say_it(condition, sentence):
    assert _of(condition) == sentence


def test_of__spent_in_yen__no_decimals_shifted():
    assert _of(_one("spent", "at_least", 5000), currency="JPY") == "has spent at least 5000 JPY"


def test_vocabulary__every_feature_and_operator__has_words():
    names = set(known_features.EXACT) | set(known_features.OPEN)
    assert set(vocabulary.WORDS) == names
    assert {op for ops in OPERATORS.values() for op in ops} == set(vocabulary.OPERATORS)
    assert set(OPERATORS["number"]) == set(vocabulary.OF_NUMBERS)
    for name in names:
        feature = name + ("x" if name in known_features.OPEN else "")
        for op in OPERATORS[known_features.kind_of(feature)]:
            number = vocabulary.kind(name) == "number" or op in OPERATORS["number"][:4]
            value = 2 if number else "y"
            text = _of(_one(feature, op, [value] if op.endswith("one_of") else value))
            assert "%" not in text


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (Size(312, 3214, True, False), "312 of 3,214 visitors known now (10 %)"),
        (
            Size(2010, 20_000, False, False),
            "2,010 in a sample of 20,000 visitors known now (10 %)",
        ),
        (
            Size(1, 2, True, True),
            "At most 1 of 2 visitors known now (50 %): what only a page view tells is left out.",
        ),
        (Size(0, 10, True, False), "0 of 10 visitors known now (0 %)"),
        (Size(1, 1000, True, False), "1 of 1,000 visitors known now (under 1 %)"),
        (Size(999, 1000, True, False), "999 of 1,000 visitors known now (over 99 %)"),
        (Unknown.NOBODY, "Nothing is known of any visitor yet."),
    ],
)
def test_of_size__counted_or_not__says_so(size, words):
    with translation.override("en"):
        assert sentences.of_size(size) == words


def test_of_size__every_reason__has_a_sentence_without_a_number():
    for reason in Unknown:
        assert not any(sign.isdigit() for sign in sentences.of_size(reason))
