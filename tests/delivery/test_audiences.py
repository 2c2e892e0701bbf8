"""Who takes part: targeting, holdout, placements, blocks and testers, without a database."""

import datetime as dt
import json
from collections import Counter

import msgspec
import pytest

from delivery import blocks, decide, snapshot
from delivery.index import index, with_learnt
from delivery.learnt import Entry, Learnt
from delivery.snapshot import (
    Elsewhere,
    ForcedEntry,
    HoldoutEntry,
    PlacementEntry,
    PolicyEntry,
    RuleEntry,
    SiteEntry,
)
from delivery.token import EXPLORED, REST, TEST, Stamp
from delivery.visitor import LATE, Apart, Known, Visitor
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Reason
from engine.assignment.targeting import read
from engine.profiles.caps import Cap
from tests.delivery.snapshots import NOW, a_creative, a_live, a_snapshot, an_entry

UNITS = [f"u-{number}" for number in range(2000)]
HOLDOUT = HoldoutEntry(77, "holdout-2026q4", "quarter", 500, held=770, rest=771)
HELD_SITE = (SiteEntry(1, "shop", (), "CNY", holdout=HOLDOUT),)
TWO_PLACES = (
    PlacementEntry(1, 1, "home-hero", "layer", a_creative(900)),
    PlacementEntry(2, 1, "cart-strip", "layer", a_creative(901), channel="app"),
)


def a_rule(feature, op, value):
    return read({"all": [{"feature": feature, "op": op, "value": value}]})


def as_json(offer):
    return json.loads(offer.head + b"null}")


def place_of(live, key="home-hero"):
    return live.placements[1, key]


def answers(live, visitor, key="home-hero"):
    offer = decide.place(place_of(live, key), visitor, live.learnt)
    return as_json(offer), Stamp.unpack(offer.stamp) if offer.stamp else None


# targeting


def test_place__not_targeted__the_default_which_counts_for_nothing() -> None:
    live = a_live(an_entry(1, targeting=a_rule("device", "is", "phone")))
    phone, stamp = answers(live, Visitor("u", request={"device": "phone"}))
    assert (phone["reason"], stamp.experiment_id) == ("SPLIT", 1)
    for request in ({"device": "desktop"}, {}):
        other, stamp = answers(live, Visitor("u", request=request))
        assert (other["reason"], other["experiment"]) == ("NOT_TARGETED", "exp-1")
        assert (other["variant"], other["creative"]["key"]) == (None, "c-900")
        assert stamp.experiment_id == 0


def test_place__outside_the_slice__is_said_before_targeting_is_asked() -> None:
    rule = a_rule("device", "is", "phone")
    live = a_live(an_entry(1, slice=((0, 5000),), targeting=rule))
    counted = Counter(answers(live, Visitor(unit))[0]["reason"] for unit in UNITS)
    assert set(counted) == {"NOT_IN_TRAFFIC", "NOT_TARGETED"}


def test_place__targeted__same_variant_as_without_targeting() -> None:
    rule = a_rule("device", "is", "phone")
    plain, targeted = a_live(an_entry(1)), a_live(an_entry(1, targeting=rule))
    for unit in UNITS[:300]:
        visitor = Visitor(unit, request={"device": "phone"})
        assert answers(plain, visitor) == answers(targeted, visitor)


def test_experiment__request_only_rule__needs_no_profile_and_is_not_plain() -> None:
    request = a_live(an_entry(1, targeting=a_rule("time.hour", "at_least", 9)))
    profile = a_live(an_entry(1, targeting=a_rule("visits", "at_least", 2)))
    assert not place_of(request).plain
    assert not place_of(request).needs_profile
    assert place_of(profile).needs_profile
    assert place_of(a_live(an_entry(1))).plain


def test_place__profile_late__not_targeted_where_the_rule_needs_it() -> None:
    profile = a_live(an_entry(1, targeting=a_rule("visits", "at_least", 0)))
    request = a_live(an_entry(1, targeting=a_rule("device", "is", "phone")))
    late = Visitor("u", known=LATE, request={"device": "phone"})
    assert answers(profile, late)[0]["reason"] == "NOT_TARGETED"
    assert answers(request, late)[0]["reason"] == "SPLIT"


@pytest.mark.parametrize(
    ("feature", "value", "matching"),
    [("position", "home-hero", "home-hero"), ("channel", "app", "cart-strip")],
)
def test_place__rule_on_the_placement__asks_the_one_that_is_filled(feature, value, matching):
    rule = a_rule(feature, "is", value)
    live = a_live(an_entry(1, also_on=(2,), targeting=rule), placements=TWO_PLACES)
    for key in ("home-hero", "cart-strip"):
        reason = answers(live, Visitor("u"), key)[0]["reason"]
        assert reason == ("SPLIT" if key == matching else "NOT_TARGETED")


def test_place__policy_by_position__asks_the_one_that_is_filled() -> None:
    policy = PolicyEntry(
        "rules", 0, (RuleEntry("app", a_rule("channel", "is", "app"), (0, 10000)),)
    )
    live = a_live(an_entry(1, also_on=(2,), policy=policy), placements=TWO_PLACES)
    assert {answers(live, Visitor(u), "cart-strip")[0]["variant"] for u in UNITS[:50]} == {"b"}
    assert {answers(live, Visitor(u))[0]["variant"] for u in UNITS[:50]} == {"a", "b"}


# holdout


def test_place__held__every_placement_shows_its_default_and_the_token_names_the_holdout() -> None:
    live = a_live(an_entry(1), sites=HELD_SITE)
    held, stamp = answers(live, Visitor("u", apart=Apart(held=True)))
    assert (held["reason"], held["experiment"], held["variant"]) == ("HOLDOUT", None, None)
    assert held["creative"]["key"] == "c-900"
    assert stamp == Stamp(1, 1, 77, 1, 770, 900, 0, pytest.approx(0.05), 0)
    offer = decide.assign(live.experiments[1, "exp-1"], Visitor("u", apart=Apart(held=True)))
    assert (as_json(offer)["experiment"], as_json(offer)["reason"]) == ("exp-1", "HOLDOUT")
    assert Stamp.unpack(offer.stamp).variant_id == 770
    assert not offer.assigns


def test_place__site_with_a_holdout__all_other_tokens_say_rest() -> None:
    explored = PolicyEntry("thompson", 2_000)
    capped = an_entry(3, placement_id=2, slice=((0, 5000),))
    entries = [an_entry(1, slice=((0, 4000),)), an_entry(2, slice=((4000, 8000),), policy=explored)]
    live = with_learnt(a_live(*entries, capped, sites=HELD_SITE), Learnt(1, ()))
    seen = set()
    for unit in UNITS[:400]:
        for key in ("home-hero",):
            answer, stamp = answers(live, Visitor(unit), key)
            seen.add((answer["reason"], stamp.flags))
    assert seen == {
        ("SPLIT", REST),
        ("EXPLORATION", REST | EXPLORED),
        ("NOT_IN_TRAFFIC", REST),
    }


def test_place__no_holdout__tokens_are_as_ever() -> None:
    assert answers(a_live(an_entry(1)), Visitor("u"))[1].flags == 0


def test_with_learnt__site_with_a_holdout__keeps_the_flag() -> None:
    entry = an_entry(1, also_on=(2,), policy=PolicyEntry("thompson", 500))
    live = a_live(entry, sites=HELD_SITE, placements=TWO_PLACES)
    learned = with_learnt(live, Learnt(1, (Entry(1, 1, 9, ((10, 0), (11, 10_000))),)))
    for key, number in (("home-hero", 1), ("cart-strip", 2)):
        tables = [answers(learned, Visitor(unit), key) for unit in UNITS[:100]]
        usual = [(a, s) for a, s in tables if a["reason"] == "SPLIT"]
        assert {a["variant"] for a, _ in usual} == {"b"}
        assert {(s.policy_version, s.flags, s.placement_id) for _, s in usual} == {
            (9, REST, number)
        }


# several placements


def in_two_places(**fields):
    entry = an_entry(1, also_on=(2,))
    there = [Elsewhere(2, a_creative(v.id + 500)) for v in entry.variants]
    variants = tuple(
        msgspec.structs.replace(v, elsewhere=(e,))
        for v, e in zip(entry.variants, there, strict=True)
    )
    return msgspec.structs.replace(entry, **({"variants": variants} | fields))


def test_place__two_placements__one_variant_each_with_its_own_picture() -> None:
    live = a_live(in_two_places(), placements=TWO_PLACES)
    for unit in UNITS[:100]:
        here, one = answers(live, Visitor(unit))
        there, two = answers(live, Visitor(unit), "cart-strip")
        assert here["variant"] == there["variant"]
        assert there["creative"]["key"] == f"c-{two.variant_id + 500}"
        assert (one.placement_id, two.placement_id) == (1, 2)
        assert one.experiment_id == two.experiment_id == 1


def test_place__position_as_a_factor__elsewhere_the_default_which_counts() -> None:
    entry = in_two_places()
    a, b = entry.variants
    only = tuple(
        msgspec.structs.replace(
            v, only_on=n, creative=msgspec.structs.replace(v.creative, cap=Cap(1))
        )
        for v, n in ((a, 1), (b, 2))
    )
    live = a_live(msgspec.structs.replace(entry, variants=only), placements=TWO_PLACES)
    shown = set()
    for unit in UNITS[:100]:
        for key in ("home-hero", "cart-strip"):
            answer, stamp = answers(live, Visitor(unit), key)
            assert (answer["reason"], stamp.experiment_id) == ("SPLIT", 1)
            shown.add(
                (key, answer["variant"], answer["creative"]["key"], stamp.creative_version_id)
            )
    assert shown == {
        ("home-hero", "a", "c-10", 10),
        ("home-hero", "b", "c-900", 900),
        ("cart-strip", "a", "c-901", 901),
        ("cart-strip", "b", "c-511", 511),
    }


def test_place__default_of_a_position_is_missing__the_experiment_stands_still() -> None:
    entry = in_two_places()
    only = tuple(msgspec.structs.replace(v, only_on=1) for v in entry.variants)
    bare = (TWO_PLACES[0], msgspec.structs.replace(TWO_PLACES[1], fallback=None))
    live = a_live(msgspec.structs.replace(entry, variants=only), placements=bare)
    assert answers(live, Visitor("u"))[0]["reason"] == "PAUSED"
    assert answers(live, Visitor("u"), "cart-strip")[0]["creative"] is None


def test_place__neighbour_of_the_layer_on_another_placement__takes_nobody_from_here() -> None:
    one = in_two_places(slice=((0, 3000),))
    two = an_entry(2, placement_id=2, slice=((3000, 6000),))
    live = a_live(one, two, placements=TWO_PLACES)
    for unit in UNITS[:500]:
        found = bucket("layer", unit)
        here, there = (answers(live, Visitor(unit), key)[0] for key in ("home-hero", "cart-strip"))
        wanted = {True: "exp-1", False: None}[found < 3000]
        assert here["experiment"] == wanted
        assert there["experiment"] == (wanted or ("exp-2" if found < 6000 else None))


# blocks of hours


def test_place__switchback__everybody_gets_one_variant_until_the_next_block() -> None:
    live = a_live(an_entry(1, block_seconds=7200))
    per_block = []
    for block in range(40):
        now_ms = block * 7_200_000 + 3_600_000
        found = {answers(live, Visitor(u, now_ms=now_ms))[0]["variant"] for u in UNITS[:20]}
        assert len(found) == 1
        expected = "a" if bucket("seed-1:1", str(block)) < 5000 else "b"
        assert found == {expected}
        per_block.append(expected)
    assert set(per_block) == {"a", "b"}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "America/New_York"])
def test_number__whole_days__change_at_the_shops_midnight(zone) -> None:
    from zoneinfo import ZoneInfo

    midnight = dt.datetime(2026, 11, 22, tzinfo=ZoneInfo(zone)).timestamp() * 1000
    day = blocks.number(zone, int(midnight), seconds=86_400)
    assert blocks.number(zone, int(midnight) - 1, seconds=86_400) == day - 1
    assert day == (dt.date(2026, 11, 22) - dt.date(1970, 1, 1)).days


# testers


def test_place__forced__beats_slice_targeting_holdout_and_pause_and_is_marked() -> None:
    rule = a_rule("device", "is", "phone")
    entry = an_entry(1, slice=((0, 1),), targeting=rule, status="paused")
    live = a_live(entry, sites=HELD_SITE)
    visitor = Visitor("u", apart=Apart(held=True, forced={1: 11}))
    answer, stamp = answers(live, visitor)
    assert (answer["variant"], answer["reason"], answer["propensity"]) == ("b", "FORCED", 1.0)
    assert (stamp.flags, stamp.variant_id) == (TEST, 11)
    assert not decide.place(place_of(live), visitor).assigns


def test_place__forced_in_a_draft__only_the_tester_sees_it() -> None:
    live = a_live(an_entry(1, status="draft", seed="", slice=()))
    forced, stamp = answers(live, Visitor("u", apart=Apart(forced={1: 10})))
    assert (forced["variant"], forced["reason"], stamp.flags) == ("a", "FORCED", TEST)
    assert answers(live, Visitor("u"))[0]["reason"] == "NO_EXPERIMENT"


@pytest.mark.parametrize("status", ["stopped", "decided"])
def test_place__forced_in_what_has_ended__ordinary(status) -> None:
    live = a_live(an_entry(1, status=status))
    assert answers(live, Visitor("u", apart=Apart(forced={1: 10})))[0]["reason"] == "NO_EXPERIMENT"


def test_place__forced_while_it_stands_still__the_default_and_no_hole() -> None:
    gone = a_creative(11)
    entry = an_entry(1)
    over = msgspec.structs.replace(gone, until=NOW - 1)
    variants = (entry.variants[0], msgspec.structs.replace(entry.variants[1], creative=over))
    live = a_live(msgspec.structs.replace(entry, variants=variants))
    answer, _ = answers(live, Visitor("u", apart=Apart(forced={1: 11})))
    assert (answer["reason"], answer["creative"]["key"]) == ("PAUSED", "c-900")


def test_place__forced_without_consent__shown_and_not_counted() -> None:
    offer = decide.forced_on(
        place_of(a_live(an_entry(1))), Visitor("", apart=Apart(forced={1: 10}))
    )
    assert (as_json(offer)["variant"], offer.stamp) == ("a", None)


def test_index__testers__by_site_and_pseudonym() -> None:
    live = a_live(an_entry(1, test_units=(ForcedEntry("ab" * 16, 11),)))
    assert live.testers == {(1, bytes.fromhex("ab" * 16)): {1: 11}}


# old and new snapshots


def test_decode__snapshot_of_an_older_version__means_what_it_meant() -> None:
    new = msgspec.json.decode(snapshot.encode(a_snapshot(an_entry(1))))
    for entry in new["experiments"]:
        for name in ("targeting", "also_on", "block_seconds", "test_units"):
            del entry[name]
        for variant in entry["variants"]:
            del variant["elsewhere"], variant["only_on"]
    for place in new["placements"]:
        del place["channel"]
    for site in new["sites"]:
        del site["holdout"]
    body = msgspec.json.encode(new)
    read_back = snapshot.decode(body, snapshot.digest(body))
    assert read_back == a_snapshot(an_entry(1))
    assert place_of(index(read_back, version=1, as_of=NOW)).plain


def test_place__known_visitor__rule_on_the_profile_is_asked() -> None:
    live = a_live(an_entry(1, targeting=a_rule("visits", "at_least", 1)))
    assert answers(live, Visitor("u", known=Known()))[0]["reason"] == Reason.NOT_TARGETED
