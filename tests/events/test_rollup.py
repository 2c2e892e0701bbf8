"""The roll-up against plain counting, in every order and in any number of pieces."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection

from engine.stats.aggregates import MOMENTS
from events import rollup, store
from events.models import Aggregate, RollupState, UnitTotal
from tests.events.log import Row, aggregates_of_state, bought, state, write
from tests.events.opinion import aggregates as expected
from workspace.models import Site

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def test_run__chunks_of_one_event__same_as_all_at_once(db, monkeypatch):
    rows = [Row("impression", 1, 5, 0), Row("impression", 1, 1, 1, variant=71), bought(1, minute=9)]
    rows = [replace(row, number=n) for n, row in enumerate(rows)]
    write(rows)
    monkeypatch.setattr(rollup, "CHUNK", 1)
    RollupState.objects.create(pk=1, watermark=store.watermark().behind - 3)
    result = rollup.run(now=NOW)
    assert (result.events, result.chunks) == (3, 3)
    assert aggregates_of_state() == expected(rows)


def test_run__nothing_new__changes_nothing_and_says_when(db):
    write([Row("impression", 1)])
    rollup.run(now=NOW)
    kept = state()
    later = NOW + dt.timedelta(minutes=1)
    result = rollup.run(now=later)
    assert (result.events, result.chunks) == (0, 0)
    assert state() == kept
    assert store.watermark().rolled_at == later


def test_run__late_earlier_impression__moves_the_unit_to_its_variant_and_day(db):
    write([Row("impression", 1, 3000, 1, variant=71), Row("click", 1, 3001, 2, variant=71)])
    rollup.run(now=NOW)
    write([Row("impression", 1, 0, 3, variant=70)])
    rollup.run(now=NOW)
    [unit] = UnitTotal.objects.all()
    assert (unit.variant_id, unit.impressions, unit.clicks) == (70, 2, 1)
    assert unit.variants_seen == [70, 71]
    assert [a.variant_id for a in Aggregate.objects.filter(cut="")] == [70]


def test_run__exploration_slice__is_a_branch_of_its_own(db):
    flags = {1: 0, 2: 1, 3: 3, 4: 2}
    write([Row("impression", unit, number=unit, flags=flags[unit]) for unit in flags])
    rollup.run(now=NOW)
    branches = store.branches_of([(7, 1)])[7, 1]
    assert {
        explored: sum(arm.n for arm in days.values()) for explored, days in branches.items()
    } == {
        False: 2,
        True: 2,
    }
    assert sum(arm.n for days in store.aggregates(7, 1).values() for arm in days.values()) == 4


def test_run__purchase_before_the_first_impression__counts_only_once_that_turns_out_earlier(db):
    write([bought(1, minute=5, number=1), Row("impression", 1, 10, 2)])
    rollup.run(now=NOW)
    assert UnitTotal.objects.get().orders == 0
    write([Row("impression", 1, 4, 3)])
    rollup.run(now=NOW)
    assert UnitTotal.objects.get().orders == 1


@pytest.mark.parametrize("arriving", [(1, 2), (2, 1)])
def test_run__order_named_twice__belongs_to_the_earlier_event_alone(db, arriving):
    write([Row("impression", 1, 0, 1), Row("impression", 2, 0, 2)])
    for unit in arriving:
        write([bought(unit, minute=10 - unit, number=2 + unit, order_id="o-1")])
        rollup.run(now=NOW)
    assert list(UnitTotal.objects.order_by("unit").values_list("orders", flat=True)) == [0, 1]


def test_run__order_of_an_imported_experiment__leaves_live_experiments_alone(db):
    write([Row("impression", 1, 0, 1), Row("impression", 1, 0, 2, experiment=8, variant=80)])
    write([bought(1, minute=5, number=3, experiment=8)])
    rollup.run(now=NOW)
    found = dict(UnitTotal.objects.values_list("experiment_id", "orders"))
    assert found == {7: 0, 8: 1}


def test_run__site_in_shanghai__counts_the_day_of_the_shop(db):
    site = Site.objects.create(key="s", name="S", timezone="Asia/Shanghai")
    write([Row("impression", 1, 300, 1, site=site.pk)])  # 17:00 UTC is the next day there
    rollup.run(now=NOW)
    assert Aggregate.objects.get(cut="").day == dt.date(2026, 11, 2)


def test_run__site_with_an_unknown_zone__is_read_in_utc_and_stops_nobody(db):
    site = Site.objects.create(key="s", name="S", timezone="Mars/Olympus")
    write([Row("impression", 1, 300, 1, site=site.pk)])
    rollup.run(now=NOW)
    assert Aggregate.objects.get(cut="").day == dt.date(2026, 11, 1)


def test_run__marked_events__are_tallied_and_not_counted(db):
    write([Row("impression", 1, 0, 1), Row("click", 1, 1, 2, mark="bot")])
    rollup.run(now=NOW)
    assert UnitTotal.objects.get(suspicious=False).clicks == 0
    assert UnitTotal.objects.get(suspicious=True).clicks == 1
    health = store.health(7, 1)
    assert health.marked == {"bot": {70: 1}}
    assert (health.units, health.events) == (1, 1)


def test_rebuild__given_totals__are_left_alone(db):
    day = dt.date(2026, 11, 1)
    from engine.stats.aggregates import Aggregates

    store.put_totals(9, 1, [store.Totals(90, day, Aggregates.of_impressions(100, 5))])
    write([Row("impression", 1, 0, 1)])
    rollup.run(now=NOW)
    rollup.rebuild()
    assert store.aggregates(9, 1)[90][day].sum("clicks") == 5
    rollup.rebuild(9)
    assert store.aggregates(9, 1)[90][day].n == 100


def test_rebuild__damaged_totals__mends_them(db):
    write([Row("impression", unit, 0, unit) for unit in range(1, 5)])
    rollup.run(now=NOW)
    good = state()
    UnitTotal.objects.update(clicks=99)
    Aggregate.objects.update(moments=[0] * MOMENTS)
    rollup.rebuild(7)
    assert state() == good


@pytest.mark.django_db(transaction=True)
def test_run__writer_still_open__reads_nothing_past_it_and_says_delayed():
    import psycopg

    from tests.events.log import write as put

    put([Row("impression", 1, 0, 1)])
    parameters = connection.get_connection_params()
    parameters = {k: parameters[k] for k in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**parameters) as other:
        other.execute(
            "INSERT INTO events_event (day, id, digest, site_id, kind, unit, occurred_at,"
            " received_at) VALUES ('1970-01-01', gen_random_uuid(), 0, 1, 'click',"
            " gen_random_uuid(), now(), now())"
        )
        assert rollup.run(now=NOW).delayed
        assert not UnitTotal.objects.exists()
        other.rollback()
    assert rollup.run(now=NOW).events == 1


@pytest.mark.django_db(transaction=True)
def test_run__many_writers_and_rollups_at_once__every_event_counted_once():
    def work(mine):
        try:
            for start in range(0, len(mine), 5):
                write(mine[start : start + 5])
                rollup.run(now=NOW)
        finally:
            connection.close()

    kinds = ("impression", "click", "purchase")
    rows = [Row(kinds[n % 3], n % 17, n * 7 % 500, n, variant=70 + n % 2) for n in range(120)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [rows[place::4] for place in range(4)]))
    while rollup.run(now=NOW).delayed:
        pass
    assert aggregates_of_state() == expected(rows)
    kept = state()
    rollup.rebuild()
    assert state() == kept


@pytest.mark.django_db(transaction=True)
def test_run__failing_half_way__leaves_the_watermark_and_the_totals(monkeypatch):
    write([Row("impression", 1, 0, 1)])
    from events.statements import aggregates

    monkeypatch.setattr(aggregates, "SETTLE", "SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        rollup.run(now=NOW)
    assert not UnitTotal.objects.exists()
    assert not RollupState.objects.filter(watermark__gt=0).exists()
    monkeypatch.undo()
    assert rollup.run(now=NOW).events == 1
    assert UnitTotal.objects.count() == 1
