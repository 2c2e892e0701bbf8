"""One rule language: a page's preview, the snapshot and the data plane say the same of a visitor.

Random rules are asked of random visitors by the code behind each door, and by a plain reading of
the rule that was written for this test alone.
"""

import random

import msgspec
import pytest

from audiences import preview
from audiences.preview import Sample, Size
from delivery import decide, snapshot
from delivery.index import index
from delivery.visitor import Known, Visitor, day_at
from engine.assignment import targeting
from engine.assignment.known_features import Kind, is_of_request, kind_of
from engine.assignment.recipe import Reason
from engine.assignment.rule_document import OPERATORS
from engine.profiles.features import Features
from engine.profiles.fold import Act, fold
from tests.delivery.snapshots import NOW, a_snapshot, an_entry

CASES = 100_000
RULES = 500
VISITORS = CASES // RULES
NOW_MS = int(NOW * 1000)
TEXTS = ("phone", "desktop", "CN", "zh-Hans", "home-hero", "web", "shoes", "Größe", "é", "PHONE")
FEATURES = (
    *("device", "country", "locale", "page.url", "page.referrer", "position", "channel"),
    *("time.hour", "time.weekday", "attributes.plan", "visits", "orders", "spent"),
    *("session.pages", "session.products", "session.minutes", "days_since_visit"),
    *("affinity.category.shoes", "affinity.brand.qiwu", "favourite.category"),
)


def a_condition(rng):
    feature = rng.choice(FEATURES)
    kind = kind_of(feature)
    op = rng.choice(OPERATORS[kind])
    numbers = kind is Kind.NUMBER or (kind is Kind.ANY and rng.random() < 0.5)
    if op in {"at_least", "at_most", "less_than", "more_than"}:
        numbers = True
    if op in {"contains", "starts_with"}:
        numbers = False
    one = (lambda: rng.choice([0, 1, 2, 3, 0.5, 9, 12])) if numbers else lambda: rng.choice(TEXTS)
    value = [one() for _ in range(rng.randrange(1, 4))] if op.endswith("one_of") else one()
    return {"feature": feature, "op": op, "value": value}


def a_rule(rng):
    def item():
        if rng.random() < 0.3:
            return {"any": [a_condition(rng) for _ in range(rng.randrange(1, 4))]}
        return a_condition(rng)

    return {"all": [item() for _ in range(rng.randrange(1, 4))]}


def a_profile(rng):
    profile = None
    for _ in range(rng.randrange(0, 8)):
        at_ms = NOW_MS - rng.choice([0, 1, 20, 90, 3000, 30_000]) * 60_000
        kind = rng.choice(["product_view", "page_view", "search", "add_to_cart", "purchase"])
        content = rng.choice([(("category", "shoes"),), (("brand", "qiwu"),), ()])
        act = Act(kind, at_ms, day_at("UTC", at_ms), content, amount=rng.choice([0, 2]))
        profile = fold(profile, act)
    return profile


def a_visitor(rng, number):
    request = {
        name: rng.choice(TEXTS)
        for name in ("device", "country", "locale", "page.url", "page.referrer")
        if rng.random() < 0.7
    }
    if rng.random() < 0.7:
        request["attributes.plan"] = rng.choice([*TEXTS, 0, 1, 2, 3])
    clock = {"time.hour": rng.randrange(24), "time.weekday": rng.randrange(1, 8)}
    known = Known(a_profile(rng))
    return Visitor(f"u-{number}", known=known, now_ms=NOW_MS, request=request | clock)


def read_plainly(rule, look):
    """The rule as ADR 4 says it, without any of the product's own code for it."""
    return all(
        any(holds_plainly(one, look) for one in item.get("any", [item])) for item in rule["all"]
    )


def holds_plainly(condition, look):
    found, op, value = look(condition["feature"]), condition["op"], condition["value"]
    several = value if isinstance(value, list) else [value]
    is_text = isinstance(several[0], str)
    if found is None or isinstance(found, str) != is_text:
        return False
    if is_text:
        found, several = found.casefold(), [one.casefold() for one in several]
    first = several[0]
    return {
        "is": found == first,
        "is_not": found != first,
        "one_of": found in several,
        "not_one_of": found not in several,
        "contains": is_text and first in found,
        "starts_with": is_text and found.startswith(first),
        "at_least": not is_text and found >= first,
        "at_most": not is_text and found <= first,
        "less_than": not is_text and found < first,
        "more_than": not is_text and found > first,
    }[op]


def published(rule):
    """An experiment with this rule, as every data-plane process reads it."""
    made = a_snapshot(an_entry(1, targeting=rule))
    body = snapshot.encode(made)
    return index(snapshot.decode(body, snapshot.digest(body)), version=1, as_of=NOW)


@pytest.mark.parametrize("seed", range(5))
def test_rules__page_snapshot_and_data_plane__say_the_same(seed):
    rng = random.Random(seed)
    visitors = [a_visitor(rng, number) for number in range(VISITORS)]
    matched = 0
    for _ in range(RULES // 5):
        document = a_rule(rng)
        rule = targeting.read(document)
        assert targeting.read(targeting.write(rule)) == rule
        live = published(rule)
        place, experiment = live.placements[1, "home-hero"], live.experiments[1, "exp-1"]
        for visitor in visitors:
            here = {**visitor.request, "position": "home-hero", "channel": "web"}
            look = Features(visitor.known.profile, now_ms=NOW_MS, request=here).get
            wanted = read_plainly(document, look)
            matched += wanted
            assert decide.is_targeted(experiment, visitor.at(experiment.here)) == wanted, document
            shown = decide.place(place, visitor).reason
            assert (shown is Reason.SPLIT) == wanted
            assert shown is decide.assign(experiment, visitor).reason
    assert 0.05 < matched / (CASES / 5) < 0.95


@pytest.mark.parametrize("seed", range(5))
def test_rules_on_profiles__size_on_the_page__is_how_many_the_data_plane_targets(seed):
    rng = random.Random(100 + seed)
    visitors = [a_visitor(rng, number) for number in range(VISITORS)]
    known = [visitor for visitor in visitors if visitor.known.profile is not None]
    profiles = Sample(tuple(visitor.known.profile for visitor in known), complete=True)
    met = 0
    while met < 40:
        rule = targeting.read(a_rule(rng))
        if any(map(is_of_request, targeting.features_of(rule))):
            continue
        met += 1
        experiment = published(rule).experiments[1, "exp-1"]
        size = preview.size(rule, profiles, now_ms=NOW_MS)
        targeted = sum(decide.is_targeted(experiment, visitor) for visitor in known)
        assert size == Size(targeted, len(known), complete=True, at_most=False)


def test_rule__in_the_snapshot__is_the_rule_that_was_stored():
    rng = random.Random(3)
    for _ in range(1_000):
        rule = targeting.read(a_rule(rng))
        live = published(rule)
        assert live.experiments[1, "exp-1"].entry.targeting == rule
        assert msgspec.json.decode(msgspec.json.encode(rule)) == targeting.write(rule)
