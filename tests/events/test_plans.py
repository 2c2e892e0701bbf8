"""How the database goes about the questions that are asked all day, on a log of a month."""

import datetime as dt
import json
import re
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db import connection

from delivery import binary, sink
from events import history, overlaps, partitions, rollup, slots, store, visitors
from events.models import Event

NOW = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)
DAYS, VISITS, VISITORS = 30, 60_000, 20_000
START = dt.date(2026, 11, 1)

# Everything is drawn from hashes of the visit's number: the same events in every run.
EVENTS = """
INSERT INTO events_event (day, id, digest, site_id, kind, unit, experiment_id, phase, variant_id,
    placement_id, occurred_at, received_at, amount, order_id)
SELECT at::date, md5(k.kind || visit)::uuid, 0, 1, k.kind, md5('u' || who)::uuid, k.experiment, 1,
    k.experiment * 10 + who %% 2, 4 + who %% 2, at, at,
    CASE WHEN k.kind = 'purchase' THEN 1000 END, CASE WHEN k.kind = 'purchase' THEN 'o' || visit
    ELSE '' END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS visit
CROSS JOIN LATERAL (
    SELECT abs(hashint8(visit)::bigint) %% %(visitors)s AS who,
        abs(hashint8(visit + 1000000007)::bigint) %% 100 AS luck,
        %(start)s::timestamptz + (visit - %(first)s) * %(length)s::interval
            / (%(last)s - %(first)s + 1) AS at
) v
CROSS JOIN LATERAL (
    SELECT 'impression' AS kind, (1 + who %% 10)::int AS experiment
    UNION ALL SELECT 'viewable', (1 + who %% 10)::int WHERE luck < 70
    UNION ALL SELECT 'click', (1 + who %% 10)::int WHERE luck < 8
    UNION ALL SELECT 'purchase', NULL WHERE luck < 2
) k
"""
LARGE = re.compile(r"events_(event(_\d{8})?|unittotal|conversion)")
EMPTY = "events_event_19700101"  # here every event has a day of its own
EXPLAINED = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


@dataclass
class Plans:
    """The plans of what was asked, by the statement."""

    of: dict[str, dict] = field(default_factory=dict)

    def __call__(self, execute, sql, params, many, context):
        if EXPLAINED.match(sql) and "events_" in sql and ";" not in sql.strip().rstrip(";"):
            self.of[sql] = _explain(sql, params)
        return execute(sql, params, many, context)


def _explain(sql, params=None, options="FORMAT JSON"):
    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {sql}", params)
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def _nodes(plan):
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _read_whole(plan):
    """Large tables that are read from one end to the other."""
    return Counter(
        node["Relation Name"]
        for node in _nodes(plan)
        if node["Node Type"] == "Seq Scan"
        and LARGE.fullmatch(node["Relation Name"])
        and node["Relation Name"] != EMPTY
    )


def _days(plan):
    """Days of the log that were looked at in earnest."""
    return {
        node["Relation Name"]
        for node in _nodes(plan)
        if node.get("Relation Name", "").startswith("events_event_") and node["Actual Loops"]
    }


def _analyze():
    tables = ("event", "unittotal", "conversion", "aggregate", "tally")
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(f'events_{name}' for name in tables)}")


def _visits(first, number, *, at, length):
    place = {"first": first, "last": first + number - 1, "start": at, "length": length}
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, place | {"visitors": VISITORS})


pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(db):
    """A month of ten tests at one shop, counted, and a thousand visits that are not."""
    with connection.cursor() as cursor:
        days = [START + dt.timedelta(days=n) for n in range(DAYS)]
        cursor.execute("SELECT events_ensure_partition(d) FROM unnest(%s) AS d", [days])
    _visits(0, VISITS, at=START, length=f"{DAYS - 1} days")
    rollup.run(now=NOW)
    _analyze()
    _visits(VISITS, 1000, at=START + dt.timedelta(days=DAYS - 1), length="20 hours")
    return Plans()


def test_plans__a_month_of_ten_tests__only_what_is_asked_for_is_read(plans):
    with connection.execute_wrapper(plans):
        rollup.run(now=NOW)
        _analyze()
        _ask_for_a_report()
        _ask_for_a_plan()
        partitions.remove_undated(log_days=400, now=NOW)
    assert len(plans.of) > 40
    for sql, plan in plans.of.items():
        assert not _read_whole(plan), sql
    _look_at_the_sink()


def _ask_for_a_report():
    """What the refresh of a report and the pages beside it ask, of one test of the ten."""
    store.watermark()
    store.latest_event_at(1)
    store.arrivals(1)
    store.health(3, 1)
    slots.heard_of(4, [3], since=NOW)
    readers = (store.aggregates_of, store.branches_of, store.shown_of, store.blocks_of)
    readers += (store.cuts_of, store.views_of, store.ages_of, store.assigned_of)
    readers += (store.suspicious_of, store.suspicious_branches_of, overlaps.cells_of)
    for reader in readers:
        reader([(3, 1)])
    overlaps.bring_up_to_date([((3, 1), (4, 1))], now=NOW)
    rollup.fix_caps([(3, 1)], now=NOW)


def _ask_for_a_plan():
    """What planning the next test asks."""
    assert len(visitors.past_visitors(1, [4, 5], days=40, limit=100, now=NOW)) == 100
    list(visitors.also_seen_by(3, 1, up_to="f" * 32))
    history.past_days([3], first=START, last=NOW.date())


def _look_at_the_sink():
    """The slow path with events of two days, all there already."""
    two = [START + dt.timedelta(days=n) for n in (10, 11)]
    same = [record for day in two for record in _again(day)]
    assert len(same) > 100
    connection.connection.execute(sink.STAGE)
    with connection.connection.cursor() as cursor, cursor.copy(sink.COPY_STAGE) as copy:
        copy.write(binary.copied(same))
    for sql, values in ((sink.DIGESTS, [two]), (sink.INSERT_NEW, None)):
        plan = _explain(sql, values, options="ANALYZE, FORMAT JSON")
        assert not _read_whole(plan), sql
        assert _days(plan) <= {"events_event_20261111", "events_event_20261112"}, sql
        assert plan["Actual Rows"] == (len(same) if sql == sink.DIGESTS else 0)


def _again(day):
    rows = Event.objects.filter(day=day).order_by("seq")[:100]
    return [_record(row) for row in rows]


def _record(row):
    names = ("day", "digest", "site_id", "kind", "occurred_at", "received_at")
    return sink.Record(
        id=row.id.bytes, unit=row.unit.bytes, **{name: getattr(row, name) for name in names}
    )
