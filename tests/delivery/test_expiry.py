"""What has expired is not shown, by the data plane's own clock."""

import math

import msgspec
import pytest

from delivery import decide, expiry
from delivery.index import renewed, with_learnt
from delivery.learnt import NOTHING
from delivery.visitor import Visitor
from engine.assignment.recipe import Reason
from tests.delivery.snapshots import NOW, a_creative, a_live, a_snapshot, an_entry

VISITOR = Visitor("u-42")


def _ending(number, at):
    return msgspec.structs.replace(a_creative(number), until=at)


def _with_end(at):
    """An experiment whose second variant ends at a time."""
    first, second = an_entry().variants
    ending = msgspec.structs.replace(second, creative=_ending(11, at))
    return an_entry(variants=(first, ending))


def test_index__nothing_ends__never_made_again():
    live = a_live(an_entry())
    assert live.until == math.inf
    assert renewed(live, now=NOW + 1e9) is live


def test_renewed__before_the_end__itself():
    live = a_live(_with_end(NOW + 60))
    assert live.until == NOW + 60
    assert renewed(live, now=NOW + 59.9) is live


def test_renewed__variant_ended__everybody_gets_the_default():
    live = a_live(_with_end(NOW + 60))
    later = renewed(live, now=NOW + 60)
    place = later.placements[1, "home-hero"]
    for unit in ("u-1", "u-2", "u-3", "u-4"):
        assert decide.place(live.placements[1, "home-hero"], Visitor(unit)).reason is Reason.SPLIT
        offer = decide.place(place, Visitor(unit))
        assert offer.reason is Reason.PAUSED
        assert b'"c-900"' in offer.head
    assert later.until == math.inf


def test_renewed__default_ended__nothing_is_shown():
    place = msgspec.structs.replace(a_snapshot().placements[0], fallback=_ending(900, NOW + 5))
    live = a_live(placements=(place,))
    offer = decide.place(renewed(live, now=NOW + 5).placements[1, "home-hero"], VISITOR)
    assert (offer.stamp, b'"creative":null' in offer.head) == (None, True)


def test_index__made_after_the_end__begins_without():
    live = a_live(_with_end(NOW - 1))
    assert decide.place(live.placements[1, "home-hero"], VISITOR).reason is Reason.PAUSED


def test_renewed__click_on_what_was_shown__still_gets_there():
    live = renewed(a_live(_with_end(NOW + 60)), now=NOW + 61)
    assert live.landings.by_version[11].first == "https://shop.example/spring"


def test_renewed__learnt_parameters__stay():
    live = with_learnt(a_live(_with_end(NOW + 60)), NOTHING)
    assert renewed(live, now=NOW + 61).learnt == live.learnt


@pytest.mark.parametrize("status", ["stopped", "decided", "draft"])
def test_current__experiment_that_shows_nothing__stays_as_it_is(status):
    entry = msgspec.structs.replace(_with_end(NOW), status=status)
    (found,) = expiry.current(a_snapshot(entry), now=NOW).experiments
    assert found.status == status
