"""Values as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences import typed
from engine.assignment.known_features import Kind
from engine.assignment.targeting import Condition
from engine.errors import InvalidInput

NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, allow_nan=False))
TEXTS = st.text('abä男,;“”"13. -', min_size=1, max_size=6).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("text", "op", "kind", "value"),
    [
        ("3", "at_least", "number", 3),
        (" 1,5 ", "at_least", "number", 1.5),
        ("1 000", "at_most", "number", 1000),
        ("1.50", "is", "number", 1.5),
        ("phone", "is", "text", "phone"),
        ("3", "is", "text", "3"),
        ("3", "is", "any", 3),
        ('"3"', "is", "any", "3"),
        ("“3”", "is_not", "any", "3"),
        ("gold", "is", "any", "gold"),
        ("3", "contains", "any", "3"),
        ("phone, tablet,phone,", "one_of", "text", ("phone", "tablet")),
        ("男鞋、女鞋", "one_of", "text", ("男鞋", "女鞋")),
        ('"a, b", c', "not_one_of", "text", ("a, b", "c")),
        ("1, 2.5", "one_of", "number", (1, 2.5)),
    ],
)
def test_read__ways_to_write__one_value(text, op, kind, value):
    assert typed.read(text, op=op, kind=Kind(kind)) == value


@pytest.mark.parametrize(
    ("text", "op", "kind"),
    [
        ("many", "at_least", "number"),
        ("", "at_least", "number"),
        ("nan", "at_least", "number"),
        ("inf", "is", "number"),
        ("1e999999999", "is", "number"),
        ("1e15000", "is", "number"),
        ("9999999999999999", "is", "number"),
        ("1, two", "one_of", "number"),
        ("gold, 3", "one_of", "any"),
        (", ;", "one_of", "text"),
        (",".join(map(str, range(51))), "one_of", "text"),
        ("x" * 201, "is", "text"),
        ("a\x07", "is", "text"),
        ('""', "is", "any"),
    ],
)
def test_read__does_not_fit__a_sentence(text, op, kind):
    with pytest.raises(InvalidInput):
        typed.read(text, op=op, kind=Kind(kind))


@pytest.mark.parametrize(("text", "places", "value"), [("12.5", 2, 1250), ("500", 0, 500)])
def test_read__money__minor_units(text, places, value):
    assert typed.read(text, op="at_least", kind=Kind.NUMBER, places=places) == value


@pytest.mark.parametrize("text", ["1.234", "0.5e-9"])
def test_read__more_decimals_than_the_currency_has__refused(text):
    with pytest.raises(InvalidInput):
        typed.read(text, op="at_least", kind=Kind.NUMBER, places=2)


@given(st.one_of(NUMBERS, TEXTS), st.sampled_from(["is", "is_not"]))
def test_show__one_value_of_an_attribute__reads_as_the_same(value, op):
    text = typed.show(Condition("attributes.x", op, value), kind=Kind.ANY)
    assert typed.read(text, op=op, kind=Kind.ANY) == value


@given(
    st.lists(
        TEXTS.filter(lambda t: not ('"' in t and "”" in t)), min_size=1, max_size=4, unique=True
    )
)
def test_show__list_of_texts__reads_as_the_same(values):
    values = [value for value in values if not ("“" in value and '"' in value)] or ["a"]
    condition = Condition("attributes.x", "one_of", tuple(values))
    text = typed.show(condition, kind=Kind.ANY)
    assert typed.read(text, op="one_of", kind=Kind.ANY) == tuple(values)


@given(
    st.text(max_size=30),
    st.sampled_from(["is", "one_of", "at_least", "contains"]),
    st.sampled_from(Kind),
)
def test_read__anything__a_value_or_a_sentence(text, op, kind):
    try:
        typed.read(text, op=op, kind=kind, places=2 if kind is Kind.NUMBER else 0)
    except InvalidInput as problem:
        refused = problem
    else:
        refused = None
    assert refused is None or str(refused)
