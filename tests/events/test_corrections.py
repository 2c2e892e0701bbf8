"""Units set aside later, caps, names: what each does, one case at a time."""

import datetime as dt
from dataclasses import replace

import pytest

from delivery import traffic
from engine.errors import InvalidInput
from events import removal, rollup, store
from events.counting import connected
from events.marks import SUSPICIOUS
from events.models import Alias, Assigned, Cap, Conversion, Event, UnitTotal
from tests.events.log import Row, alias, bought, state, write
from tests.events.opinion import unit

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
PHASE = (7, 1)
DAY = 24 * 60


def _counted(*rows, first=0):
    write([replace(row, number=first + number) for number, row in enumerate(rows)])
    rollup.run(now=NOW)


def test_marks__those_of_the_data_plane__are_all_suspicious():
    assert {traffic.BOT, traffic.PREFETCH} < SUSPICIOUS


def test_set_aside__a_unit__leaves_the_counted_and_stays_visible():
    _counted(Row("impression", 1), Row("click", 1, 1), Row("impression", 2), alias(1, 9))
    assert rollup.set_aside(1, [unit(9)], mark="rate", now=NOW) == 2
    assert Event.objects.filter(mark="rate").count() == 2
    [arm] = store.aggregates(7, 1)[70].values()
    assert (arm.n, arm.sum("clicks")) == (1, 0)
    aside = store.suspicious_of([PHASE])[PHASE][70]
    assert (aside.n, aside.sum("clicks")) == (1, 1)
    assert store.suspicious_branches_of([PHASE])[PHASE][False] == aside
    assert store.health(7, 1).marked == {"rate": {70: 2}}


def test_set_aside__twice_or_nobody__changes_nothing():
    _counted(Row("impression", 1), Row("impression", 2))
    rollup.set_aside(1, [unit(1)], mark="rate", now=NOW)
    kept = state()
    assert rollup.set_aside(1, [unit(1), unit(7)], mark="rate", now=NOW) == 0
    assert rollup.set_aside(1, [], mark="rate", now=NOW) == 0
    assert state() == kept


def test_set_aside__unit_that_had_an_order__gives_it_to_the_next_who_named_it():
    buy = bought(1, minute=1, order_id="o")
    _counted(Row("impression", 1), Row("impression", 2), buy, replace(buy, unit=2, minute=2))
    assert UnitTotal.objects.get(unit=unit(2)).orders == 0
    rollup.set_aside(1, [unit(1)], mark="bot", now=NOW)
    assert UnitTotal.objects.get(unit=unit(2)).orders == 1


def test_set_aside__unknown_mark__refused():
    with pytest.raises(InvalidInput, match="bot, head, late_filter, prefetch, rate, too_soon"):
        rollup.set_aside(1, [unit(1)], mark="disliked", now=NOW)


def test_fix_cap__a_thousand_buyers__the_order_statistic_once_and_for_all():
    shown = [Row("impression", n) for n in range(1, 1_002)]
    _counted(*shown, *(bought(n, minute=1, amount=n) for n in range(1, 1_000)))
    assert rollup.fix_cap(7, 1, now=NOW) is None
    write([bought(n, minute=1, amount=n, number=9_000 + n) for n in (1_000, 1_001)])
    rollup.run(now=NOW)
    # ceil(0.999 * 1001) = 1000: the largest of 1,001 is cut, and only that.
    assert rollup.fix_cap(7, 1, now=NOW) == 1_000
    [arm] = store.aggregates(7, 1)[70].values()
    assert arm.sum("revenue") - arm.sum("capped") == 1
    write([bought(1, minute=2, amount=5_000, number=20_000)])
    rollup.run(now=NOW)
    assert rollup.fix_cap(7, 1, now=NOW) == 1_000
    assert store.cap_of([PHASE, (8, 1)]) == {PHASE: 1_000}
    kept = state()
    rollup.rebuild(7)
    assert state() == kept


def test_refund__more_than_the_order_and_before_it__leaves_nothing_and_no_less():
    back = {"kind": "refund", "order_id": "o", "amount": 80}
    _counted(Row("impression", 1), bought(2, minute=1, **back), bought(3, minute=2, **back))
    write([bought(1, minute=3, order_id="o", number=9)])
    rollup.run(now=NOW)
    row = UnitTotal.objects.get(unit=unit(1))
    assert (row.orders, row.converted, row.revenue) == (1, 1, 0)


def test_windows__order_after_a_click_or_after_too_long__counts_where_it_belongs():
    _counted(
        *(Row("impression", 1), Row("click", 1, 1), bought(1, minute=6 * DAY)),
        *(Row("impression", 2), Row("click", 2, 1), bought(2, minute=9 * DAY)),
        *(Row("impression", 3), bought(3, minute=31 * DAY)),
    )
    rows = UnitTotal.objects.order_by("unit").values_list("orders", "click_converted")
    assert list(rows) == [(1, 1), (1, 0), (0, 0)]


def test_past__another_experiment_before__makes_the_unit_return_with_what_it_did():
    _counted(
        Row("impression", 1, experiment=8, variant=80),
        Row("click", 1, 1, experiment=8, variant=80),
        bought(1, minute=2),
        Row("impression", 1, 3 * DAY),
    )
    row = UnitTotal.objects.get(experiment_id=7)
    assert (row.returning, row.pre_impressions, row.pre_clicks) == (True, 1, 1)
    assert (row.pre_converted, row.pre_revenue, row.orders) == (1, 100, 0)


def test_read__cuts_ages_views_and_assigned__by_variant():
    _counted(
        Row("assigned", 1),
        Row("assigned", 2, variant=71),
        Row("impression", 1, device="phone", placement=4),
        Row("impression", 1, 2 * DAY, device="desktop"),
        Row("click", 1, 2 * DAY + 1),
    )
    cuts = store.cuts_of([PHASE])[PHASE]
    assert set(cuts) == {
        *(("device", "phone"), ("locale", "")),
        *(("placement", "4"), ("returning", "no")),
    }
    assert cuts["device", "phone"][70].sum("impressions") == 2
    ages = store.ages_of([PHASE])[PHASE]
    assert {age: arms[70].sum("clicks") for age, arms in ages.items()} == {0: 0, 2: 1}
    views = store.views_of([PHASE])[PHASE][70]
    assert views == (1, 1, *[0] * 8, 0, 1, *[0] * 8)
    assert store.assigned_of([PHASE])[PHASE] == {70: 1, 71: 1}
    assert store.health(7, 1).unexposed == 0


def test_units_sample__recent_units__a_place_each_in_the_order_of_their_names():
    _counted(Row("impression", 2), Row("impression", 1, 1, placement=4), bought(1, minute=2))
    now = Row("", 0).at + dt.timedelta(days=1)
    sample = store.units_sample(1, None, days=7, limit=10, now=now)
    assert (sample.impressions, sample.converted, sample.revenue) == ((1, 1), (1, 0), (100, 0))
    assert store.units_sample(1, 4, days=7, limit=10, now=now).impressions == (1,)
    assert store.units_sample(1, 5, days=7, limit=10, now=now).impressions == ()


def test_alias__chain_in_several_chunks__one_unit_of_the_smallest_name():
    _counted(Row("impression", 5, 9, variant=71), alias(5, 4), Row("impression", 3, 1))
    _counted(alias(4, 3), Row("impression", 4, 2, variant=72), first=10)
    row = UnitTotal.objects.get(unit=unit(3))
    assert (row.variant_id, row.impressions, row.variants_seen) == (70, 3, [70, 71, 72])
    names = dict(Alias.objects.values_list("unit", "canonical"))
    assert names == {unit(4): unit(3), unit(5): unit(3)}


def test_alias__not_a_name__is_nobody():
    from django.db import connection

    _counted(Row("impression", 1), alias(1, 2))
    with connection.cursor() as cursor:
        cursor.execute('UPDATE events_event SET properties = \'{"previous": "me; --"}\'')
    rollup.rebuild()
    assert not Alias.objects.exists()


def test_connected__star_of_many__costs_no_more_than_its_names():
    star = [((1, unit(5_000)), (1, unit(n))) for n in range(20_000)]
    assert set(connected(star).values()) == {(1, unit(0))}


def test_forget_site__names_caps_and_assigned__go_with_it():
    _counted(Row("assigned", 1), alias(1, 2), bought(1))
    Cap.objects.create(experiment_id=7, phase=1, revenue=1, fixed_at=NOW)
    removal.forget_site(1, experiment_ids=[7])
    for model in (Alias, Assigned, Cap, Conversion, UnitTotal):
        assert not model.objects.exists()
