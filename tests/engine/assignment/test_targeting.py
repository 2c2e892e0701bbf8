"""The rule language: what is read, what is refused and where, and what matches."""

import json
import timeit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.assignment import known_features, targeting
from engine.assignment.rule_document import MOST_CONDITIONS, OPERATORS
from engine.errors import InvalidInput
from engine.profiles.features import Features
from engine.profiles.fold import DIMENSIONS, LONGEST_VALUE
from engine.profiles.state import Profile

PARTS = st.text("abcXYZ äß男鞋.-", min_size=1, max_size=8).filter(lambda part: part.strip() == part)
NUMBERS = st.one_of(
    st.integers(-3, 6), st.floats(-1e15, 1e15, allow_nan=False), st.sampled_from([0.5, 2.0])
)
TEXTS = st.text("abABß男 x", min_size=1, max_size=4).filter(str.strip)
FEATURES = st.one_of(
    st.sampled_from(sorted(known_features.EXACT)),
    st.builds(str.__add__, st.sampled_from(sorted(known_features.OPEN)), PARTS),
)


@st.composite
def conditions(draw):
    feature = draw(FEATURES)
    kind = known_features.kind_of(feature)
    op = draw(st.sampled_from(OPERATORS[kind]))
    numeric = op in OPERATORS["number"][:4] or (
        op not in {"contains", "starts_with"}
        and (kind == "number" or (kind == "any" and draw(st.booleans())))
    )
    values = NUMBERS if numeric else TEXTS
    value = draw(st.lists(values, min_size=1, max_size=4) if op.endswith("one_of") else values)
    return {"feature": feature, "op": op, "value": value}


ITEMS = st.one_of(
    conditions(),
    st.builds(lambda some: {"any": some}, st.lists(conditions(), min_size=1, max_size=3)),
)
DOCUMENTS = st.builds(lambda items: {"all": items}, st.lists(ITEMS, min_size=1, max_size=5))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["all", "any", "feature", "op", "value", "x"]), inner, max_size=3
        ),
    ),
    max_leaves=12,
)


def _holds(condition, look):
    """The meaning of a condition, as naively as it can be said."""
    found, op, value = look(condition.feature), condition.op, condition.value
    values = list(value) if isinstance(value, tuple) else [value]
    if (
        found is None
        or isinstance(found, bool)
        or isinstance(found, str) != isinstance(values[0], str)
    ):
        return False
    if isinstance(found, str):
        found, values = found.casefold(), [one.casefold() for one in values]
    meanings = {
        "is": lambda: found == values[0],
        "is_not": lambda: found != values[0],
        "one_of": lambda: any(found == one for one in values),
        "not_one_of": lambda: all(found != one for one in values),
        "at_least": lambda: found >= values[0],
        "at_most": lambda: found <= values[0],
        "less_than": lambda: found < values[0],
        "more_than": lambda: found > values[0],
        "contains": lambda: values[0] in found,
        "starts_with": lambda: found[: len(values[0])] == values[0],
    }
    return meanings[op]()


@given(DOCUMENTS, st.data())
def test_compile__random_rules_and_visitors__as_the_naive_meaning(document, data):
    rule = targeting.read(document)
    near = st.sampled_from(
        [
            v
            for item in rule.all
            for c in item.choices
            for v in (c.value if isinstance(c.value, tuple) else (c.value,))
        ]
    )
    answers = st.one_of(st.none(), near, TEXTS, NUMBERS, st.booleans())
    visitor = {name: data.draw(answers) for name in sorted(targeting.features_of(rule))}
    expected = all(any(_holds(c, visitor.get) for c in item.choices) for item in rule.all)
    assert targeting.compile(rule)(visitor.get) is expected


@given(DOCUMENTS)
def test_write__of_what_was_read__reads_as_the_same(document):
    rule = targeting.read(document)
    assert targeting.read(targeting.write(rule)) == rule
    assert targeting.read(json.loads(json.dumps(targeting.write(rule)))) == rule
    assert msgspec.json.decode(msgspec.json.encode(rule), type=targeting.Rule) == rule
    assert msgspec.convert(targeting.write(rule), targeting.Rule) == rule


@given(st.one_of(JSON, st.builds(lambda items: {"all": items}, st.lists(JSON, max_size=3))))
def test_read__anything__a_rule_or_a_named_refusal(document):
    try:
        rule, problem = targeting.read(document), None
    except InvalidInput as refused:
        rule, problem = None, refused
    assert rule or (problem.field.startswith("rule") and problem.hint)


@given(DOCUMENTS)
def test_compile__nothing_known__never_matches(document):
    assert targeting.compile(targeting.read(document))(lambda _feature: None) is False


def _one(feature="visits", op="at_least", value=3):
    return {"all": [{"feature": feature, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "rule"),
        ([], "rule"),
        ({}, "rule"),
        ({"all": [], "any": []}, "rule"),
        ({"all": {}}, "rule.all"),
        ({"all": []}, "rule.all"),
        ({"all": [_one()["all"][0]] * (MOST_CONDITIONS + 1)}, "rule.all"),
        ({"all": [{"any": [_one()["all"][0]] * (MOST_CONDITIONS + 1)}]}, "rule.all"),
        ({"all": ["visits"]}, "rule.all[0]"),
        ({"all": [{"feature": "visits", "op": "is"}]}, "rule.all[0]"),
        ({"all": [{"feature": "visits", "op": "is", "value": 1, "or": 2}]}, "rule.all[0]"),
        ({"all": [{"any": [], "feature": "visits"}]}, "rule.all[0]"),
        ({"all": [_one()["all"][0], {"any": []}]}, "rule.all[1].any"),
        ({"all": [{"any": [_one()["all"][0], {"any": []}]}]}, "rule.all[0].any[1]"),
        (_one(feature="mood"), "rule.all[0].feature"),
        (_one(feature=7), "rule.all[0].feature"),
        (_one(feature="affinity.category."), "rule.all[0].feature"),
        (_one(feature="affinity.colour.red"), "rule.all[0].feature"),
        (_one(feature="affinity.category." + "x" * 65), "rule.all[0].feature"),
        (_one(feature="attributes.a\x00b"), "rule.all[0].feature"),
        (_one(feature="attributes.\ud800"), "rule.all[0].feature"),
        (_one(op="above"), "rule.all[0].op"),
        (_one(op=None), "rule.all[0].op"),
        (_one(op=[]), "rule.all[0].op"),
        (_one(op="contains"), "rule.all[0].op"),
        (_one("device", "at_least", 1), "rule.all[0].op"),
        (_one(value="3"), "rule.all[0].value"),
        (_one(value=True), "rule.all[0].value"),
        (_one(value=None), "rule.all[0].value"),
        (_one(value=float("nan")), "rule.all[0].value"),
        (_one(value=float("inf")), "rule.all[0].value"),
        (_one(value=10**400), "rule.all[0].value"),
        (_one(value=[3]), "rule.all[0].value"),
        (_one("device", "is", 1), "rule.all[0].value"),
        (_one("device", "is", "  "), "rule.all[0].value"),
        (_one("device", "is", "x" * 201), "rule.all[0].value"),
        (_one("device", "is", "a\x00"), "rule.all[0].value"),
        (_one("device", "is", ["phone"]), "rule.all[0].value"),
        (_one("device", "one_of", "phone"), "rule.all[0].value"),
        (_one("device", "one_of", []), "rule.all[0].value"),
        (_one("device", "one_of", ["x"] * 51), "rule.all[0].value"),
        (_one("device", "one_of", ["x", 1]), "rule.all[0].value[1]"),
        (_one("attributes.plan", "one_of", ["x", 1]), "rule.all[0].value"),
        (_one("attributes.plan", "more_than", "x"), "rule.all[0].value"),
        (_one("attributes.plan", "contains", 1), "rule.all[0].value"),
    ],
)
def test_read__does_not_fit__says_where_and_what_to_do(document, field):
    with pytest.raises(InvalidInput) as caught:
        targeting.read(document)
    assert caught.value.field == field
    assert caught.value.hint


def test_read__value_of_a_dimension__as_profiles_know_it():
    rule = targeting.read(_one("affinity.category.Running  Shoes"))
    assert targeting.features_of(rule) == {"affinity.category.running shoes"}


@pytest.mark.parametrize(
    ("op", "value", "found", "expected"),
    [
        ("is", "phone", "Phone", True),
        ("is_not", "phone", "PHONE", False),
        ("one_of", ["CN", "CH"], "ch", True),
        ("contains", "Sale", "/spring-sale", True),
        ("starts_with", "zh", "zh-Hans", True),
        ("is_not", "phone", None, False),
        ("not_one_of", ["phone"], None, False),
        ("is_not", "phone", 3, False),
    ],
)
def test_compile__texts__without_regard_to_case(op, value, found, expected):
    matches = targeting.compile(targeting.read(_one("attributes.x", op, value)))
    assert matches(lambda _feature: found) is expected


@pytest.mark.parametrize(("op", "found"), [("is_not", True), ("at_least", True), ("is_not", "3")])
def test_compile__no_number__no_match(op, found):
    matches = targeting.compile(targeting.read(_one("attributes.x", op, 0)))
    assert matches(lambda _feature: found) is False


def test_needs_profile__only_what_the_request_tells__no():
    for feature in ("device", "country", "locale", "page.url", "page.referrer", "attributes.plan"):
        assert not targeting.needs_profile(targeting.read(_one(feature, "is", "x")))
    for feature in ("visits", "affinity.brand.halo"):
        assert targeting.needs_profile(targeting.read(_one(feature)))


def test_known_features__all_that_a_profile_answers__are_the_same_names():
    features = Features(Profile(), now_ms=0)
    unknown = {"days_since_order", "days_since_visit"}  # of an empty profile
    for name in known_features.EXACT:
        nothing = (
            known_features.is_of_request(name) or name.startswith("favourite") or name in unknown
        )
        assert (features.get(name) is None) == nothing, name
    assert {f"affinity.{dimension}." for dimension in DIMENSIONS} == {
        name for name in known_features.OPEN if name.startswith("affinity")
    }
    assert known_features.LONGEST_PART == LONGEST_VALUE


def test_compile__three_conditions__about_a_microsecond():
    rule = targeting.read(
        {
            "all": [
                {"feature": "visits", "op": "at_least", "value": 3},
                {"feature": "device", "op": "one_of", "value": ["phone", "tablet"]},
                {"feature": "affinity.category.shoes", "op": "more_than", "value": 1.5},
            ]
        }
    )
    look = {"visits": 3.0, "device": "phone", "affinity.category.shoes": 2.0}.get
    matches = targeting.compile(rule)
    assert matches(look)
    best = min(timeit.repeat(lambda: matches(look), number=2000, repeat=9)) / 2000
    assert best < 5e-6  # a busy machine; about 1e-6 on a quiet one
