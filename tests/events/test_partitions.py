"""Days of the log come ahead and go when they are old, and nobody notices."""

import datetime as dt
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connection

from delivery import config, identity, sink, token
from delivery.sink import Outcome, Record
from events import partitions, rollup
from events.models import DroppedDay, Event, RollupState, Tally
from events.partitions import Waits

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
OLD = TODAY - dt.timedelta(days=500)
KEPT = 400


@pytest.fixture
def own_log(transactional_db):
    """A log whose days are really committed, and are gone again afterwards."""
    before = {one.table for one in partitions.all_of_them()}
    sink._known_days.clear()
    yield
    with connection.cursor() as cursor:
        for one in partitions.all_of_them():
            if one.table not in before:
                cursor.execute(f"DROP TABLE {one.table}")
    sink._known_days.clear()


def a_record(number, *, day=OLD, received=None, **fields):
    at = received or dt.datetime.combine(day, dt.time(12), dt.UTC)
    return Record(
        day=day,
        id=number.to_bytes(16, "big"),
        digest=7,
        site_id=1,
        kind=fields.pop("kind", "impression"),
        unit=uuid.UUID(int=number % 50 + 1).bytes,
        occurred_at=at,
        received_at=at,
        **fields,
    )


@contextmanager
def _connection():
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(
        **{name: parameters[name] for name in names if name in parameters}, autocommit=True
    ) as one:
        yield one


def store(*records):
    with _connection() as one:
        return sink.write(one, records)


def days():
    return [one.day for one in partitions.all_of_them() if one.day != identity.UNDATED]


def keep():
    return partitions.keep(log_days=KEPT, now=NOW)


def test_keep__empty_log__has_today_and_the_coming_week(own_log):
    made = keep().made
    week = [TODAY + dt.timedelta(days=n) for n in range(8)]
    assert set(week) <= set(days())
    assert made <= len(week)
    assert keep().made == 0


def test_keep__old_day_that_is_read__goes_with_a_note_of_what_was_in_it(own_log):
    young = TODAY - dt.timedelta(days=KEPT)
    store(*(a_record(n, experiment_id=7, phase=1, variant_id=70) for n in range(3)))
    store(a_record(9, day=young))
    rollup.run(now=NOW)
    result = keep()
    assert result.dropped == (OLD,)
    assert young in days()
    assert OLD not in days()
    note = DroppedDay.objects.get()
    assert (note.day, note.events, note.experiments) == (OLD, 3, [7])
    assert sum(Tally.objects.values_list("events", flat=True)) == 4


def test_keep__old_day_that_is_not_read__stays_and_says_why(own_log, caplog):
    store(a_record(1))
    result = keep()
    assert result.dropped == ()
    assert result.waiting == ((OLD, Waits.UNREAD),)
    assert str(OLD) in caplog.text
    assert partitions.standing(log_days=KEPT, now=NOW).unread
    rollup.run(now=NOW)
    assert keep().dropped == (OLD,)


def test_keep__somebody_reads_the_log_for_long__stays_and_nobody_waits_a_second(own_log):
    store(a_record(1))
    rollup.run(now=NOW)
    with _connection() as reader, _writers(1) as written:
        reader.autocommit = False
        reader.execute("SELECT count(*) FROM events_event")
        result = keep()
    assert result.waiting == ((OLD, Waits.BUSY),)
    assert written.longest < 1
    assert keep().dropped == (OLD,)


@dataclass
class _Written:
    """What the writers have done: how many events, and the longest time that a group took."""

    events: int = 0
    longest: float = 0.0


@contextmanager
def _writers(number):
    """So many who write groups of new events of today, one after the other, meanwhile."""
    written, done = _Written(), threading.Event()
    with ThreadPoolExecutor(number) as pool:
        ends = [pool.submit(_write_on, 1_000_000 * (n + 1), done) for n in range(number)]
        try:
            yield written
        finally:
            done.set()
    for events, longest in (end.result() for end in ends):
        written.events += events
        written.longest = max(written.longest, longest)


def _write_on(first, done):
    number, longest = first, 0.0
    with _connection() as one:
        while not done.is_set():
            begin = time.monotonic()
            outcomes = sink.write(one, [a_record(number + n, day=TODAY) for n in range(10)])
            longest = max(longest, time.monotonic() - begin)
            assert outcomes == [Outcome.STORED] * 10
            number += 10
    return number - first, longest


def test_keep__while_events_arrive__loses_none_and_no_write_takes_a_second(own_log):
    late = [OLD + dt.timedelta(days=n) for n in range(20)]
    for place, day in enumerate(late):
        store(*(a_record(place * 200 + n, day=day) for n in range(200)))
    rollup.run(now=NOW)
    went = []
    with _writers(3) as written:
        for _round in range(20):
            went += keep().dropped
            if len(went) == len(late):
                break
    assert went == late
    assert Event.objects.count() == written.events > 0
    assert written.longest < 1


def test_write__event_of_a_day_that_has_gone__is_refused_and_the_day_does_not_come_back(own_log):
    store(a_record(1))
    rollup.run(now=NOW)
    keep()
    for _process in ("that knew the day", "that has just begun"):
        with pytest.raises(psycopg.errors.CheckViolation, match="given up the day"):
            store(a_record(1))
        sink._known_days.clear()
    with pytest.raises(psycopg.errors.CheckViolation):
        store(a_record(1, kind=sink.ASSIGNED))
    assert OLD not in days()
    rollup.run(now=NOW)
    assert sum(Tally.objects.values_list("events", flat=True)) == 1


def test_log_days__least__is_longer_than_any_day_an_event_may_name():
    named = dt.timedelta(milliseconds=identity.OLDEST_MS)
    horizon = max(token.LIFE, token.EMAIL_LIFE, named)
    assert horizon.days + 1 < config.LEAST_LOG_DAYS <= config.LOG_DAYS


@pytest.mark.parametrize("text", ["99", "never", "-1", "1e3"])
def test_log_days__impossible__stops_the_start_with_a_sentence(text):
    with pytest.raises(config.NotConfigured, match=r"LOG_DAYS.*100 or more"):
        config._log_days({"LOG_DAYS": text})
    assert config._log_days({}) == config.LOG_DAYS


def test_keep__old_events_without_a_day__go_in_small_pieces_once_they_are_read(
    own_log, monkeypatch
):
    monkeypatch.setattr(partitions, "AT_ONCE", 10)
    old = dt.datetime.combine(OLD, dt.time(12), dt.UTC)
    undated = {"day": identity.UNDATED}
    store(*(a_record(n, **undated, received=old, experiment_id=7) for n in range(35)))
    store(*(a_record(50 + n, **undated, received=old, source="import:1") for n in range(15)))
    assert keep().removed == 0  # not read yet
    rollup.run(now=NOW)
    store(a_record(99, **undated, received=NOW), a_record(98, **undated, received=old))
    assert keep().removed == 35
    assert Event.objects.count() == 17
    note = DroppedDay.objects.get()
    assert (note.day, note.events, note.experiments) == (identity.UNDATED, 35, [7])
    rollup.run(now=NOW)
    assert keep().removed == 1
    assert DroppedDay.objects.get().events == 36
    assert store(a_record(99, **undated, received=NOW)) == [Outcome.DUPLICATE]
    assert partitions.given_up() == (0, None)


def test_standing__log_with_days__says_how_many_and_how_large(own_log):
    store(a_record(1), a_record(2, day=TODAY))
    now = partitions.standing(log_days=KEPT, now=NOW)
    assert (now.oldest, now.due, now.unread) == (OLD, 1, True)
    assert now.days >= 2
    assert now.bytes > now.undated_bytes > 0
    RollupState.objects.create(pk=1, watermark=10**12)
    assert not partitions.standing(log_days=KEPT, now=NOW).unread
