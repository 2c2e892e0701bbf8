"""Likes and moved pictures: each visitor once, whatever name they came under; nobody set aside."""

import datetime as dt
from dataclasses import replace

import pytest

from delivery.token import TEST
from events import reactions, rebuilding, removal, rollup
from events.models import Reaction
from tests.events.log import Row, alias, state, write
from tests.events.opinion import unit

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def like(unit, minute=1, **fields):
    return Row(reactions.LIKE, unit, minute, **({"decided": 0} | fields))


def counted(*rows, first=0):
    write([replace(row, number=first + number) for number, row in enumerate(rows)])
    rollup.run(now=NOW)
    return reactions.of(7, 1)


def test_reactions__several_of_one_visitor__count_once_for_each_variant_and_kind():
    slide = Row(reactions.SLIDE, 1, 2, decided=0)
    rows = (like(1), like(1, 5), like(2), like(3, variant=71), slide, replace(slide, minute=3))
    assert counted(*rows) == {reactions.LIKE: {70: 2, 71: 1}, reactions.SLIDE: {70: 1}}
    assert reactions.of(7, 2) == reactions.of(8, 1) == {}


def test_reactions__again_in_a_later_chunk__counts_once():
    counted(like(1))
    assert counted(like(1, 900), first=5) == {reactions.LIKE: {70: 1}}


@pytest.mark.parametrize(
    "row",
    [
        like(1, mark="bot"),
        like(1, flags=TEST),
        like(1, decided=None),
        like(1, experiment=None, variant=None, phase=None),
        Row("custom:wishlist", 1, decided=0),
    ],
)
def test_reactions__robot_test_no_token_no_test_or_another_kind__not_counted(row):
    assert counted(row) == {}


def test_reactions__two_names_of_one_visitor__count_once():
    assert counted(like(1), like(2), alias(1, 2)) == {reactions.LIKE: {70: 1}}


def test_reactions__names_joined_later__become_one_in_each_variant():
    counted(like(1), like(2), like(2, variant=71), like(3))
    assert counted(alias(1, 2), first=5) == {reactions.LIKE: {70: 2, 71: 1}}
    assert counted(like(2, 800), first=7) == {reactions.LIKE: {70: 2, 71: 1}}
    assert rebuilding.check().differences == ()


def test_reactions__set_aside_later__taken_out():
    counted(like(1), like(2))
    rollup.set_aside(1, [unit(1)], mark="rate", now=NOW)
    assert reactions.of(7, 1) == {reactions.LIKE: {70: 1}}
    rollup.set_aside(1, [unit(2)], mark="rate", now=NOW)
    assert reactions.of(7, 1) == {}
    assert rebuilding.check().differences == ()


def test_reactions__counted_again__same_as_they_came():
    counted(like(1), like(2), like(3, experiment=8, variant=80), like(1, 700))
    kept = state()
    assert rebuilding.check().differences == ()
    rollup.rebuild(7)
    assert state() == kept


def test_reactions__site_forgotten__gone():
    counted(like(1), like(1, site=2))
    removal.forget_site(1, experiment_ids=[7])
    assert reactions.of(7, 1) == {}
    assert [row.site_id for row in Reaction.objects.all()] == [2]
