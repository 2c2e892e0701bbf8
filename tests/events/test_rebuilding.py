"""Everything counted again from the log: the same numbers, or the name of what is different."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from engine.stats.aggregates import Aggregates
from events import rebuilding, rollup, store
from events.models import (
    Aggregate,
    Alias,
    Assigned,
    Conversion,
    DroppedDay,
    RollupState,
    Tally,
    UnitTotal,
)
from tests.events.log import Row, alias, bought, state, write

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def _rows():
    """Two tests of a few days, with what people bought, an alias and a robot."""
    rows = []
    for unit in range(1, 30):
        for experiment in (7, 8):
            place = {"experiment": experiment, "variant": experiment * 10 + unit % 2}
            rows += [
                Row("assigned", unit, unit * 60, **place),
                Row("impression", unit, unit * 60, device="phone", **place),
                Row("click", unit, unit * 60 + 5, mark="bot" if unit == 9 else "", **place),
                Row("custom:like", unit % 7, unit * 60 + 6, decided=unit * 60, **place),
            ]
        rows.append(bought(unit, minute=unit * 90, order_id=f"o{unit}"))
    rows += [alias(1, 2), bought(3, kind="refund", minute=9000, amount=50, order_id="o3")]
    return [replace(row, number=number) for number, row in enumerate(rows)]


@pytest.fixture
def counted(db):
    write(_rows())
    rollup.run(now=NOW)


def run(*arguments, capsys):
    call_command("rebuild_totals", *arguments)
    return capsys.readouterr().out


def test_check__what_was_counted_as_it_came__is_the_same(counted, capsys):
    kept = state()
    assert "The totals are what the log says" in run("--check", capsys=capsys)
    assert "for everything" in run("--check", capsys=capsys)
    assert "for experiment 7" in run("--check", "--experiment", "7", capsys=capsys)
    assert state() == kept
    with connection.cursor() as cursor:  # nothing stands in front of the kept tables any more
        cursor.execute("SELECT count(*) FROM events_unittotal")
        assert cursor.fetchone()[0] == UnitTotal.objects.count() > 0


def _spoil_a_moment():
    row = Aggregate.objects.filter(cut="").order_by("pk").first()
    row.moments[1] += 1000
    row.save()


TAMPERED = {
    "a number of a visitor": (
        lambda: UnitTotal.objects.filter(clicks=1).update(clicks=F("clicks") + 41),
        r"events_unittotal: \d+ rows differ\. The first \(unit=.*\) clicks is 42 and should be 1",
    ),
    "a sum": (
        _spoil_a_moment,
        r"events_aggregate: 1 row differs\. The first .*moments\[1\] is 1\d{3} and should be",
    ),
    "a visitor taken away": (
        lambda: UnitTotal.objects.filter(experiment_id=8).order_by("unit")[:1].get().delete(),
        r"events_unittotal: 1 row differs\. .* is missing",
    ),
    "an order nobody made": (
        lambda: Conversion.objects.create(
            site_id=1, unit="1" * 32, event_id="2" * 32, kind="purchase", occurred_at=NOW
        ),
        r"events_conversion: 1 row differs\. .* should not be there",
    ),
    "a tally": (
        lambda: Tally.objects.filter(kind="click", mark="bot").update(events=3),
        r"events_tally: .* events is 3 and should be",
    ),
    "a name": (lambda: Alias.objects.all().delete(), r"events_alias: 1 row differs"),
    "those given a variant": (
        lambda: Assigned.objects.filter(experiment_id=7, variant_id=70).update(units=1),
        r"events_assigned: .* units is 1 and should be",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_rebuild_totals__tampered__is_found_named_and_mended(counted, what, capsys):
    kept = state()
    tamper, said = TAMPERED[what]
    tamper()
    with pytest.raises(CommandError, match="not what the log says"):
        call_command("rebuild_totals", "--check")
    assert re.search(said, capsys.readouterr().out)
    assert state() != kept
    assert "now what the log says" in run(capsys=capsys)
    assert state() == kept
    assert "for everything" in run("--check", capsys=capsys)


def test_rebuild_totals__one_experiment__leaves_the_others_alone(counted, capsys):
    UnitTotal.objects.update(impressions=99)
    call_command("rebuild_totals", "--experiment", "7")
    assert set(UnitTotal.objects.filter(experiment_id=8).values_list("impressions")) == {(99,)}
    assert (99,) not in UnitTotal.objects.filter(experiment_id=7).values_list("impressions")
    assert "for experiment 7" in run("--check", "--experiment", "7", capsys=capsys)


def test_rebuild_totals__given_totals__stay_as_they_are(counted, capsys):
    day = NOW.date()
    store.put_totals(9, 1, [store.Totals(90, day, Aggregates.of_impressions(100, 5))])
    assert "for everything" in run("--check", capsys=capsys)
    UnitTotal.objects.update(clicks=3)
    call_command("rebuild_totals")
    assert store.aggregates(9, 1)[90][day].sum("clicks") == 5


def test_rebuild_totals__days_have_gone__counts_only_what_lies_wholly_inside(counted, capsys):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_event WHERE experiment_id = 7 AND kind = 'click'")
    DroppedDay.objects.create(day=NOW.date(), events=29, experiments=[7], dropped_at=NOW)
    kept = state()
    said = run("--check", capsys=capsys)
    assert "The log has given up 29 old events" in said
    assert "for these experiments: 8." in said
    call_command("rebuild_totals")
    assert state() == kept
    with pytest.raises(CommandError, match="given up events of experiment 7"):
        call_command("rebuild_totals", "--experiment", "7")
    UnitTotal.objects.filter(experiment_id=8).update(clicks=5)
    with pytest.raises(CommandError, match="not what the log says"):
        call_command("rebuild_totals", "--check")
    call_command("rebuild_totals")
    assert state() == kept


def test_rebuild_totals__nothing_counted_yet__is_the_same(db, capsys):
    assert "up to event 0" in run("--check", capsys=capsys)


@pytest.mark.django_db(transaction=True)
def test_check__events_counted_meanwhile__waits_for_nobody_and_sees_one_moment(monkeypatch):
    write(_rows()[:60])
    rollup.run(now=NOW)
    difference, done = rebuilding._difference, []

    def slowly(*arguments):
        if not done:
            with ThreadPoolExecutor(1) as pool:
                done.append(pool.submit(_more).result(timeout=20))
        return difference(*arguments)

    monkeypatch.setattr(rebuilding, "_difference", slowly)
    assert not rebuilding.check().differences
    assert done[0] > 0
    assert not rebuilding.check().differences
    assert RollupState.objects.get().watermark == rebuilding.check().watermark


def _more():
    try:
        write(_rows()[60:])
        return rollup.run(now=NOW).events
    finally:
        connection.close()
