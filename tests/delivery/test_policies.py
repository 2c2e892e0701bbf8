"""Policies: a table of buckets per variant, and nothing but a hash picks from it."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from delivery import decide
from delivery.index import with_learnt
from delivery.learnt import Entry, Learnt
from delivery.offers import unpersonalised
from delivery.snapshot import PolicyEntry, RuleEntry, VariantEntry
from delivery.token import _STAMP, EXPLORED, UNPERSONALISED, Stamp
from delivery.visitor import LATE, Known, Visitor, day_at
from engine.assignment import targeting
from engine.assignment.recipe import Reason
from engine.profiles.caps import Cap, Seen
from engine.profiles.fold import Act, fold
from tests.delivery.snapshots import a_creative, a_live, an_entry

UNITS = [f"u-{number}" for number in range(8_000)]
PHONES = targeting.read({"all": [{"feature": "device", "op": "is", "value": "phone"}]})
SHOES = targeting.read(
    {"all": [{"feature": "affinity.category.shoes", "op": "at_least", "value": 2}]}
)
NOW_MS = 1_795_338_000_000


def an_experiment(policy: PolicyEntry | None, *, caps=(None, None, None), learnt=None):
    ranges = ((0, 3334), (3334, 6667), (6667, 10000))
    variants = tuple(
        VariantEntry(n, "abc"[n], ranges[n],
                     replace(a_creative(n + 1), cap=cap, versions=(n + 1,) if cap else ()))
        for n, cap in enumerate(caps)
    )  # fmt: skip
    live = a_live(an_entry(1, variants=variants, policy=policy))
    if learnt:
        live = with_learnt(live, Learnt(1, (learnt,)))
    return live.experiments[1, "exp-1"], live.learnt


def stamp_of(offer) -> Stamp:
    return Stamp(*_STAMP.unpack(offer.stamp))


def variants_of(experiment, learnt, visitors) -> Counter:
    offers = (decide.assign(experiment, visitor, learnt) for visitor in visitors)
    return Counter("abc"[stamp_of(o).variant_id] for o in offers if o.reason == "SPLIT")


THOMPSON = PolicyEntry("thompson", 1000)


def an_entry_of(*widths: int) -> Entry:
    return Entry(1, 1, 7, tuple(enumerate(widths)))


def test_slice__a_tenth_explores__uniformly_flagged_and_stays():
    experiment, learnt = an_experiment(
        THOMPSON, learnt=Entry(1, 1, 7, ((0, 9800), (1, 100), (2, 100)))
    )
    offers = [decide.assign(experiment, Visitor(unit, "s"), learnt) for unit in UNITS]
    exploring = [o for o in offers if o.reason is Reason.EXPLORATION]
    assert 0.09 < len(exploring) / len(UNITS) < 0.11
    shares = Counter(stamp_of(o).variant_id for o in exploring)
    assert all(0.29 < n / len(exploring) < 0.38 for n in shares.values())
    assert {stamp_of(o).flags for o in exploring} == {EXPLORED}
    assert {stamp_of(o).flags for o in offers if o.reason is Reason.SPLIT} == {0}
    again = [decide.assign(experiment, Visitor(unit, "other"), learnt).reason for unit in UNITS]
    assert again == [o.reason for o in offers]


def test_learnt__widths__are_the_propensities_and_the_version_is_in_the_token():
    experiment, learnt = an_experiment(
        THOMPSON, learnt=Entry(1, 1, 7, ((0, 8000), (1, 1500), (2, 500)))
    )
    visitors = [Visitor(unit, "s") for unit in UNITS]
    found = variants_of(experiment, learnt, visitors)
    total = found.total()
    for key, share in (("a", 0.8), ("b", 0.15), ("c", 0.05)):
        assert abs(found[key] / total - share) < 4 * (share * (1 - share) / total) ** 0.5
    stamp = stamp_of(decide.assign(experiment, visitors[0], learnt))
    assert stamp.policy_version == 7
    assert stamp.propensity == pytest.approx({0: 0.8, 1: 0.15, 2: 0.05}[stamp.variant_id])


@pytest.mark.parametrize(
    "entry",
    [
        None,
        Entry(1, 2, 7, ((0, 10_000),)),  # of another phase
        Entry(1, 1, 7, ((8, 10_000),)),  # of variants that there are not
        Entry(1, 1, 7, ((0, 5_000),)),  # not everything
    ],
)
def test_learnt__nothing_that_fits__the_weights_set_by_hand(entry):
    experiment, learnt = an_experiment(THOMPSON, learnt=entry)
    found = variants_of(experiment, learnt, [Visitor(unit, "s") for unit in UNITS])
    assert all(0.3 < found[key] / found.total() < 0.37 for key in "abc")
    assert stamp_of(decide.assign(experiment, Visitor("u-1", "s"), learnt)).policy_version == 0


def test_thompson__another_visit__is_another_draw():
    experiment, learnt = an_experiment(THOMPSON)
    one, two = (
        [decide.assign(experiment, Visitor(unit, session), learnt) for unit in UNITS[:2000]]
        for session in ("s-1", "s-2")
    )
    same = sum(a is b for a, b in zip(one, two, strict=True)) / 2000
    assert 0.28 < same < 0.40
    assert one == [decide.assign(experiment, Visitor(u, "s-1"), learnt) for u in UNITS[:2000]]


def rules(*some: RuleEntry) -> PolicyEntry:
    return PolicyEntry("rules", 1000, some)


def test_rules__first_that_matches__sets_the_table():
    policy = rules(
        RuleEntry("phones", PHONES, (0, 10_000, 0)), RuleEntry("shoes", SHOES, (0, 0, 10_000))
    )
    experiment, learnt = an_experiment(policy)
    profile = None
    for _ in range(3):
        profile = fold(profile, Act("product_view", NOW_MS, 1, (("category", "shoes"),)))
    known = Known(profile)

    def keys(**more) -> set[tuple[str, str]]:
        visitors = (Visitor(unit, now_ms=NOW_MS, **more) for unit in UNITS[:300])
        offers = (decide.assign(experiment, visitor, learnt) for visitor in visitors)
        return {
            (str(o.reason), "abc"[stamp_of(o).variant_id])
            for o in offers
            if o.reason is not Reason.EXPLORATION
        }

    phone = {"device": "Phone"}
    assert keys(request=phone, known=known) == {("TARGETING_MATCH", "b")}
    assert keys(known=known) == {("TARGETING_MATCH", "c")}
    assert keys() == {("SPLIT", key) for key in "abc"}
    assert keys(known=LATE) == {("DEFAULT", key) for key in "abc"}


def test_rules__of_the_request_alone__need_no_profile():
    experiment, learnt = an_experiment(rules(RuleEntry("phones", PHONES, (0, 1, 0))))
    assert not experiment.needs_profile
    offer = decide.assign(experiment, Visitor("u-1", known=LATE), learnt)
    assert offer.reason in {Reason.SPLIT, Reason.EXPLORATION}


@given(st.sets(st.integers(0, 2)), st.sampled_from([None, THOMPSON, rules()]))
@settings(max_examples=60, deadline=None)
def test_cap__any_variants_beyond_it__are_never_shown_and_the_rest_sums_to_one(beyond, policy):
    experiment, learnt = an_experiment(policy, caps=(Cap(1), Cap(1), Cap(1)))
    told = {f"c-{place + 1}": Seen(1, 1) for place in beyond}
    for unit in UNITS[:200]:
        offer = decide.assign(experiment, Visitor(unit, "s", told=told), learnt)
        if offer.reason is Reason.CAPPED:
            assert policy is None or len(beyond) == 3
        else:
            assert stamp_of(offer).variant_id not in beyond
    if policy is not None and len(beyond) < 3:
        ready = decide.policy_of(experiment, learnt)
        table = ready.usual.without(sum(1 << place for place in beyond)) if beyond else ready.usual
        assert sum(table.widths) == 10_000
        propensities = [stamp_of(o).propensity for o in table.offers]
        assert sum(propensities) == pytest.approx(1)


def test_cap__fixed_test__redraws_nobody():
    experiment, _ = an_experiment(None, caps=(Cap(1), None, None))
    for unit in UNITS[:300]:
        before = decide.assign(experiment, Visitor(unit))
        after = decide.assign(experiment, Visitor(unit, told={"c-1": Seen(1, 1)}))
        assert after is before or after.reason is Reason.CAPPED


def test_cap__counters_late__the_same_variant_with_the_reason_said():
    experiment, _ = an_experiment(None, caps=(Cap(1), None, None))
    known, late = (
        [decide.assign(experiment, Visitor(u, known=k)) for u in UNITS[:200]]
        for k in (Known(), LATE)
    )
    assert [stamp_of(o).variant_id for o in known] == [stamp_of(o).variant_id for o in late]
    assert {o.reason for o in late} == {Reason.DEFAULT}


def test_stamp__without_consent__differs_in_one_flag_only():
    experiment, learnt = an_experiment(THOMPSON)
    for unit in UNITS[:50]:
        stamp = decide.assign(experiment, Visitor(unit, "s"), learnt).stamp
        before, after = Stamp(*_STAMP.unpack(stamp)), Stamp(*_STAMP.unpack(unpersonalised(stamp)))
        assert after == replace(before, flags=before.flags | UNPERSONALISED)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "No/Where"])
def test_day__at_the_shop__turns_at_its_midnight(zone):
    shift = 8 * 3_600_000 if zone == "Asia/Shanghai" else 0
    midnight = 20_000 * 86_400_000 - shift
    assert day_at(zone, midnight) == day_at(zone, midnight - 1) + 1
