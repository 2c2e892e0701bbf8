"""Rules as GrowthBook's conditions: the official SDK answers as we do, or the rule is refused."""

import json
import random

import pytest
from growthbook.core import evalCondition
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from delivery.answering import Asked, Page, features_of
from delivery.protocols import conditions
from engine.assignment import targeting
from engine.assignment.known_features import Kind
from engine.assignment.rule_document import OPERATORS
from tests.clients import serving, shop_page

TEXTS = [
    "gold",
    "Gold",
    "G",
    "go.d",
    "a/b",
    "(x)",
    "-",
    "50 %",
    "上海",
    "Größe",
    "Éclair",
    "true",
    "FALSE",
]
NUMBERS = [0, 1, -3, 2.5, 18, 10**15]
NAMES = {"device": Kind.TEXT, "country": Kind.TEXT, "page.url": Kind.TEXT, "locale": Kind.TEXT}
ORDER = ("at_least", "at_most", "less_than", "more_than")


def holds(rule, told) -> bool:
    """Our own answer about what a client was told."""
    page = Page(**told["page"]) if "page" in told else None
    asked = Asked([], attributes=told, locale=told.get("locale"), page=page)
    return targeting.compile(rule)(features_of(asked).get)


@st.composite
def a_condition(draw):
    name, kind = draw(st.sampled_from([*NAMES.items(), ("attributes.plan", Kind.ANY)]))
    op = draw(st.sampled_from(OPERATORS[kind]))
    texts, numbers = st.sampled_from(TEXTS), st.sampled_from(NUMBERS)
    if op in ORDER:
        return {"feature": name, "op": op, "value": draw(numbers)}
    one_kind = (
        texts
        if kind is Kind.TEXT or op in {"contains", "starts_with"}
        else (draw(st.sampled_from([texts, numbers])))
    )
    many = op in {"one_of", "not_one_of"}
    value = draw(st.lists(one_kind, min_size=1, max_size=3) if many else one_kind)
    return {"feature": name, "op": op, "value": value}


ITEMS = st.one_of(
    a_condition(), st.lists(a_condition(), min_size=1, max_size=3).map(lambda some: {"any": some})
)
RULES = st.lists(ITEMS, min_size=1, max_size=3).map(lambda items: {"all": items})
PIECES = st.lists(st.sampled_from([*TEXTS, " ", "x", "\n"]), max_size=3).map("".join)
VALUES = st.one_of(
    PIECES, PIECES.map(str.upper), st.sampled_from(NUMBERS), st.booleans(), st.none(),
    st.lists(PIECES, max_size=2),
)  # fmt: skip
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "device": VALUES,
        "country": VALUES,
        "plan": VALUES,
        "locale": PIECES,
        "page": st.fixed_dictionaries({}, optional={"url": PIECES}),
    },
)


@settings(max_examples=300, deadline=None)
@given(RULES, TOLD)
def test_condition__any_rule_that_can_be_said__sdk_answers_as_we_do(document, told):
    rule = targeting.read(document)
    assume(not conditions.unlike(rule))
    # Letters that fold onto others only here: see the module.
    assume("SS" not in json.dumps(told) and "ß" not in json.dumps(told, ensure_ascii=False))
    assert evalCondition(told, conditions.of(rule)) is holds(rule, told)


def pairs(chance, count):
    """Rules with what a client is told, for the SDK in the browser."""
    words = [*TEXTS, *NUMBERS, True, False, None, "x gold x", "GOLD", ["gold"], {"a": 1}, ""]
    names = [*NAMES, "attributes.plan", "attributes.Age-2"]
    while count:
        name = chance.choice(names)
        op = chance.choice(OPERATORS[NAMES.get(name, Kind.ANY)])
        texts = op not in ORDER and (name in NAMES or op in PARTS or chance.random() < 0.5)
        some = [chance.choice(TEXTS if texts else NUMBERS) for _ in range(chance.randint(1, 3))]
        value = some if op in {"one_of", "not_one_of"} else some[0]
        rule = targeting.read({"all": [{"feature": name, "op": op, "value": value}]})
        plain = name.removeprefix("attributes.")
        found = chance.choice(words if name.startswith("attributes.") else TEXTS)
        told = {"page": {"url": found}} if plain == "page.url" else {plain: found}
        if not conditions.unlike(rule):
            count -= 1
            yield rule, told


PARTS = ("contains", "starts_with")
IN_PAGE = """async (text) => {
  const {evalCondition} = await import("@growthbook/growthbook");
  return JSON.parse(text).map(([told, condition]) => evalCondition(told, condition, {}));
}"""


@pytest.mark.browser
def test_condition__many_rules__sdk_in_the_browser_answers_as_we_do(chromium):
    tried = list(pairs(random.Random(7), 3_000))
    page = chromium.new_page()
    with serving(shop_page()) as origin:
        page.goto(origin)
        asked = [(told, conditions.of(rule)) for rule, told in tried]
        found = page.evaluate(IN_PAGE, json.dumps(asked))
    page.close()
    wrong = [
        (rule, told)
        for (rule, told), theirs in zip(tried, found, strict=True)
        if theirs is not holds(rule, told)
    ]
    assert wrong == []
    assert 300 < sum(found) < 2_700


@pytest.mark.parametrize(
    ("feature", "op", "value"),
    [
        ("visits", "at_least", 3),
        ("affinity.category.shoes", "at_least", 1),
        ("favourite.brand", "is", "acme"),
        ("time.hour", "less_than", 9),
        ("time.weekday", "is", 1),
        ("position", "is", "home-hero"),
        ("channel", "is", "email"),
        ("attributes.a.b", "is", "x"),
        ("attributes.$or", "is", "x"),
        ("attributes.id", "is", "x"),
        ("attributes.locale", "is", "x"),
        ("country", "is", "straße"),
        ("country", "starts_with", "İzmir"),
        ("country", "is", "λόγος"),
        ("country", "contains", "ſ"),
    ],
)
def test_unlike__what_sdks_do_not_know_or_fold_otherwise__named(feature, op, value):
    rule = targeting.read({"all": [{"feature": feature, "op": op, "value": value}]})
    assert conditions.unlike(rule) == (feature,)


@pytest.mark.parametrize("text", ["gold", "上海", "Größe".replace("ß", "s"), "Éclair", "🎁 gift"])
def test_unlike__words_with_two_plain_cases__said(text):
    rule = targeting.read({"all": [{"feature": "country", "op": "contains", "value": text}]})
    assert conditions.unlike(rule) == ()
    told = {"country": f"x {text.upper()} y"}
    assert evalCondition(told, conditions.of(rule)) is holds(rule, told) is True


OPS = {
    "$eq": "is", "$in": "one_of", "$gt": "more_than", "$gte": "at_least", "$lt": "less_than",
    "$lte": "at_most", "$ne": "is_not", "$nin": "not_one_of",
}  # fmt: skip


def as_items(condition):
    """A condition of theirs as items of ours; None where we have no such thing."""
    items = []
    for name, wanted in condition.items():
        if name == "$and":
            made = [as_items(one) for one in wanted]
        elif name == "$or":
            choices = [as_items(one) for one in wanted]
            fits = all(one and len(one) == 1 and "any" not in one[0] for one in choices)
            made = [[{"any": [one[0] for one in choices]}]] if fits and choices else [None]
        elif name.startswith("$") or "." in name:
            return None
        else:
            made = [as_leaves(name, wanted)]
        if None in made:
            return None
        items += [item for part in made for item in part]
    return items or None


def as_leaves(name, wanted):
    tests = wanted if isinstance(wanted, dict) else {"$eq": wanted}
    known = all(
        op in OPS and is_plain(value) and isinstance(value, list) is (op in {"$in", "$nin"})
        for op, value in tests.items()
    )
    if not tests or not known:
        return None
    return [{"feature": f"attributes.{name}", "op": OPS[o], "value": v} for o, v in tests.items()]


def is_plain(value):
    values = value if isinstance(value, list) else [value]
    plain = all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in values)
    return plain and bool(values) and len({isinstance(one, str) for one in values}) == 1


OTHERWISE = {
    # Of GrowthBook alone: order of texts, and that what is unknown is different.
    "texts have no order": lambda items, told: any(
        one["op"] in ORDER and isinstance(one["value"], str) for one in leaves(items)
    ),
    "unknown matches nothing": lambda items, told: any(
        one["op"] in {"is_not", "not_one_of"}
        and type(told.get(one["feature"][11:])) is not type(first(one["value"]))
        for one in leaves(items)
    ),
    "upper and lower case are one": lambda items, told: any(
        isinstance(value, str)
        and isinstance(found := told.get(one["feature"][11:]), str)
        and value != found
        and value.casefold() == found.casefold()
        for one in leaves(items)
        for value in (one["value"] if isinstance(one["value"], list) else [one["value"]])
    ),
    "texts are no numbers": lambda items, told: any(
        one["op"] in ORDER and isinstance(told.get(one["feature"][11:]), str)
        for one in leaves(items)
    ),
    "lists are nothing": lambda items, told: any(
        isinstance(told.get(one["feature"][11:]), list) for one in leaves(items)
    ),
}


def leaves(items):
    return [leaf for item in items for leaf in item.get("any", [item])]


def first(value):
    return value[0] if isinstance(value, list) else value


def test_condition__visible_growthbook_cases_that_we_can_say__equal(shared_data):
    path = shared_data / "vectors" / "growthbook_cases_visible.json"
    tried, apart = [], dict.fromkeys(OTHERWISE, 0)
    for name, condition, told, expected, *_groups in json.loads(path.read_text())["evalCondition"]:
        items = as_items(condition) if isinstance(told, dict) else None
        if items is None:
            continue
        why = next((word for word, is_so in OTHERWISE.items() if is_so(items, told)), None)
        if why:
            apart[why] += 1
            continue
        rule = targeting.read({"all": items})
        assert conditions.unlike(rule) == (), name
        assert holds(rule, told) is expected, name
        assert evalCondition(told, conditions.of(rule)) is expected, name
        tried.append(name)
    assert len(tried) >= 10, (len(tried), apart, tried)
