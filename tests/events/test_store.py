"""What pages and reports read."""

import datetime as dt

import pytest

from engine.errors import Conflict
from engine.stats.aggregates import Aggregates
from events import rollup, store
from events.models import Aggregate
from tests.events.log import Row, bought, write

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 1)


def test_aggregates__two_variants_two_days__keyed_by_both():
    write(
        [
            Row("impression", 1, 0, 1),
            Row("click", 1, 1, 2),
            Row("impression", 2, 2000, 3, variant=71),
        ]
    )
    rollup.run(now=NOW)
    found = store.aggregates(7, 1)
    assert {v: list(days) for v, days in found.items()} == {
        70: [DAY],
        71: [dt.date(2026, 11, 2)],
    }
    assert found[70][DAY].sum("clicks") == 1


def test_aggregates_of__unknown_phase__is_empty():
    assert store.aggregates_of([(1, 1), (2, 3)]) == {(1, 1): {}, (2, 3): {}}


def test_aggregates_of__many__takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        store.aggregates_of([(n, 1) for n in range(50)])
    with django_assert_num_queries(2):
        store.health_of([(n, 1) for n in range(50)])


def test_health__clicks_of_those_who_saw_and_who_did_not__told_apart():
    shown = [Row("impression", unit, unit, unit) for unit in range(1, 5)]
    write(
        [
            *shown,
            *(Row("viewable", 1, 5, 10), Row("click", 1, 6, 11)),
            *(Row("viewable", 2, 5, 12), Row("click", 3, 6, 13)),
            Row("click", 9, 6, 14),
            Row("click", 4, 6, 15, mark="too_soon"),
        ]
    )
    rollup.run(now=NOW)
    health = store.health(7, 1)
    assert (health.viewed, health.clicked, health.unseen) == (2, 2, 1)
    assert health.suspicious == {"too_soon": 1}


def test_health__several_variants_and_missing_impressions__counted():
    write(
        [
            Row("impression", 1, 0, 1),
            Row("impression", 1, 1, 2, variant=71),
            Row("click", 2, 2, 3),
            Row("impression", 3, 3, 4, mark="bot"),
            Row("impression", 4, 4, 5, mark="test"),
        ]
    )
    rollup.run(now=NOW)
    health = store.health(7, 1)
    assert (health.units, health.multiple, health.unexposed) == (1, 1, 1)
    assert health.multiple_share == 1.0
    assert (health.events, health.marked_events) == (3, 1)
    assert health.last_event_at == Row("click", 2, 2).at


def test_watermark__before_and_after__says_how_far_behind():
    write([Row("impression", 1, 0, 1)])
    assert store.watermark().behind > 0
    rollup.run(now=NOW)
    assert store.watermark().behind == 0


def test_latest_event_at__not_yet_rolled_up__is_seen_at_once():
    assert store.latest_event_at(1) is None
    write([Row("impression", 1, 3, 1)])
    assert store.latest_event_at(1) == Row("impression", 1, 3).at
    rollup.run(now=NOW)
    assert store.latest_event_at(1) == Row("impression", 1, 3).at
    assert store.latest_event_at(2) is None


def test_arrivals__by_kind_and_mark__summed_over_days_and_experiments():
    write([Row("impression", 1, 0, 1), Row("impression", 1, 3000, 2), bought(1, number=3)])
    rollup.run(now=NOW)
    found = {a.kind: a.events for a in store.arrivals(1)}
    assert found == {"impression": 2, "purchase": 1}


def test_put_totals__twice__writes_once_and_reads_back_exactly():
    totals = [store.Totals(90, DAY, Aggregates.of_impressions(3052, 150))]
    assert store.put_totals(9, 1, totals)
    assert not store.put_totals(9, 1, totals)
    arm = store.aggregates(9, 1)[90][DAY]
    assert (arm.n, arm.sum("clicks"), arm.product("clicks", "impressions")) == (3052, 150, 150)


def test_put_totals__experiment_with_events__refused():
    write([Row("impression", 1, 0, 1)])
    rollup.run(now=NOW)
    with pytest.raises(Conflict):
        store.put_totals(7, 1, [store.Totals(70, DAY, Aggregates.of_impressions(10, 1))])
    assert Aggregate.objects.get(cut="").moments[0] == 1
