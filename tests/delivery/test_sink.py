"""The only writer of the log."""

import datetime as dt
import json
import threading
import uuid

import psycopg
import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from delivery import sink
from delivery.carrying import carry_out
from delivery.record import Group
from delivery.sink import Outcome, Record
from events.models import Event
from tests.apart import run

NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
STORED, DUPLICATE, CONFLICT = Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT


def a_record(number: int = 1, *, digest: int = 7, day: dt.date = TODAY, **fields) -> Record:
    return Record(
        day=day,
        id=number.to_bytes(16, "big"),
        digest=digest,
        site_id=1,
        kind="purchase",
        unit=uuid.UUID(int=9).bytes,
        occurred_at=NOW,
        received_at=NOW,
        **fields,
    )


def write(*records: Record) -> list[Outcome]:
    with transaction.atomic():
        return sink.write(connection.connection, records)


def write_and_roll_back(*records: Record) -> None:
    with transaction.atomic():
        sink.write(connection.connection, records)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _connected(db):
    connection.ensure_connection()


def test_columns__of_record__are_those_of_the_log() -> None:
    model = {field.attname for field in Event._meta.get_fields()} - {"seq"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM events_event LIMIT 0")
        table = {column.name for column in cursor.description} - {"seq"}
    assert set(sink.COLUMNS) == model == table


def test_write__new_records__are_stored() -> None:
    assert write(a_record(1), a_record(2)) == [STORED, STORED]
    assert Event.objects.count() == 2


def test_write__nothing__is_nothing() -> None:
    assert write() == []


def test_write__awkward_text__comes_back_as_it_was() -> None:
    awkward = "tab\t line\n return\r back\\slash \\N 漢字"
    record = a_record(
        order_id=awkward,
        currency="CNY",
        amount=12990,
        propensity=0.5,
        decision=uuid.UUID(int=3).bytes,
        properties='{"note": "a\\tb\\\\c"}',
        mark="bot",
        source="import:1",
        experiment_id=4,
    )
    assert write(record) == [STORED]
    event = Event.objects.get()
    assert (event.order_id, event.properties) == (awkward, {"note": "a\tb\\c"})
    assert (event.id.int, event.decision.int, event.unit.int) == (1, 3, 9)
    assert (event.occurred_at, event.amount, event.propensity) == (NOW, 12990, 0.5)
    assert (event.experiment_id, event.phase, event.mark) == (4, None, "bot")


EVERYTHING = {
    "experiment_id": 3,
    "phase": 1,
    "variant_id": 4,
    "placement_id": 2,
    "creative_version_id": 5,
    "policy_version": 2**31 - 1,
    "propensity": 0.1,
    "flags": 9,
    "decision": bytes(range(16)),
    "amount": 10**12,
    "currency": "CNY",
    "order_id": "№ 7",
    "mark": "bot",
    "properties": '{"a":["ä",1.5,null]}',
    "source": "import:1",
    "device": "phone",
    "locale": "zh",
}


@pytest.mark.parametrize("left_out", [*EVERYTHING, None])
def test_write__by_copy__is_what_an_insert_would_store(left_out) -> None:
    fields = {name: value for name, value in EVERYTHING.items() if name != left_out}
    record = replace(a_record(1, digest=-5, **fields), occurred_at=NOW + dt.timedelta(0, 1, 1))
    assert write(record) == [STORED]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kept.properties, to_jsonb(kept) - 'seq' - 'properties', to_jsonb(put) - 'seq'"
            " - 'properties' FROM events_event AS kept,"
            " json_populate_recordset(NULL::events_event, %s::json) AS put",
            [sink._json({(record.day, record.id): record})],
        )
        [(properties, by_copy, by_insert)] = cursor.fetchall()
    assert by_copy == by_insert
    assert json.loads(properties or "null") == json.loads(record.properties or "null")


@pytest.mark.parametrize(
    "fields",
    [
        {"flags": 2**31},
        {"amount": 2**63},
        {"propensity": 1e60},
        {"order_id": "a\ud800"},
        {"order_id": "a\x00"},
        {"properties": "{"},
    ],
)
def test_write__what_fits_into_no_column__is_an_error_of_the_data(fields) -> None:
    with pytest.raises(psycopg.DataError):
        write(a_record(1, **fields))


def test_write__same_again__is_a_duplicate() -> None:
    write(a_record(1))
    assert write(a_record(1), a_record(2)) == [DUPLICATE, STORED]
    assert Event.objects.count() == 2


def test_write__same_id_other_content__keeps_the_first() -> None:
    write(a_record(1, digest=1, amount=5))
    assert write(a_record(1, digest=2, amount=6)) == [CONFLICT]
    assert Event.objects.get().amount == 5


def carried_out(dsn: str, group: Group) -> list[Outcome]:
    async def carry():
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as own:
            return await carry_out(own, group)

    return run(carry())


def test_writing__group_of_the_spool__is_numbered_as_it_was_taken(dsn) -> None:
    records = [a_record(number) for number in (9, 3, 7, 1)]
    group = Group(records, name=b"g" * 16, again=True, tried=False)
    assert carried_out(dsn, group) == [STORED] * 4
    assert carried_out(dsn, group) == [STORED] * 4  # the answer to the first try got lost
    with psycopg.connect(dsn) as own:
        rows = own.execute("SELECT id FROM events_event ORDER BY seq").fetchall()
    assert [name.int for (name,) in rows] == [9, 3, 7, 1]


def test_write__twice_in_one_batch__counts_once() -> None:
    outcomes = write(a_record(1), a_record(1), a_record(1, digest=8))
    assert outcomes == [STORED, DUPLICATE, CONFLICT]
    assert write(a_record(1), a_record(1)) == [DUPLICATE, DUPLICATE]


def test_write__one_there_already__numbers_the_others_as_they_came() -> None:
    write(a_record(5))
    write(*map(a_record, (9, 5, 3, 8, 1)))
    found = Event.objects.order_by("seq").values_list("id", flat=True)
    assert [name.int for name in found] == [5, 9, 3, 8, 1]


def test_write__same_id_on_another_day__is_another_event() -> None:
    write(a_record(1))
    assert write(a_record(1, day=dt.date(1970, 1, 1))) == [STORED]


def test_write__partition_gone_or_rolled_back__is_made_again() -> None:
    day = dt.date(2031, 1, 1)
    write_and_roll_back(a_record(1, day=day))
    assert write(a_record(1, day=day)) == [STORED]


def test_write__twice_in_one_transaction__keeps_both() -> None:
    with transaction.atomic():
        sink.write(connection.connection, [a_record(1)])
        assert sink.write(connection.connection, [a_record(1), a_record(2)]) == [DUPLICATE, STORED]
        assert sink.write(connection.connection, [a_record(1), a_record(3)]) == [DUPLICATE, STORED]
    assert Event.objects.count() == 3


def test_write__first_thing_of_a_transaction__can_be_rolled_back() -> None:
    write_and_roll_back(a_record(1))
    assert Event.objects.count() == 0


@pytest.fixture
def dsn(transactional_db) -> str:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event")
    settings = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )


def test_write__autocommit__is_a_transaction_of_its_own(dsn) -> None:
    with psycopg.connect(dsn, autocommit=True) as own:
        assert sink.write(own, [a_record(1)]) == [STORED]
        assert sink.write(own, [a_record(1)]) == [DUPLICATE]
        with pytest.raises(psycopg.DataError):
            sink.write(own, [a_record(2, properties="{")])
        assert sink.write(own, [a_record(3)]) == [STORED]
    assert Event.objects.count() == 2


def test_write__plain_connection__is_committed_by_the_caller(dsn) -> None:
    with psycopg.connect(dsn) as own:
        sink.write(own, [a_record(1)])
        own.rollback()
        sink.write(own, [a_record(2)])
        own.commit()
    assert [event.id.int for event in Event.objects.all()] == [2]


def test_write__eight_senders_at_once__store_each_once(dsn) -> None:
    day = dt.date(2032, 5, 5)  # a new one: they also race for its partition
    records = [a_record(number, day=day) for number in range(200)]
    results: list[list[Outcome]] = []

    def send(seed: int) -> None:
        mine = records[seed * 10 :] + records[: seed * 10]
        with psycopg.connect(dsn, autocommit=True) as own:
            results.append(
                [o for part in range(0, 200, 20) for o in sink.write(own, mine[part : part + 20])]
            )

    threads = [threading.Thread(target=send, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flat = [outcome for result in results for outcome in result]
    assert (len(flat), flat.count(STORED), flat.count(DUPLICATE)) == (1600, 200, 1400)
    assert Event.objects.count() == 200


def test_write__assignments_that_are_there_already__fall_out_and_the_rest_is_stored(dsn) -> None:
    first, again, new = (replace(a_record(n), kind=sink.ASSIGNED) for n in (1, 1, 2))
    assert write(first) == [STORED]
    assert write(again, new) == [DUPLICATE, STORED]
    with psycopg.connect(dsn, autocommit=True) as own:
        own.execute("TRUNCATE events_event")
        assert sink.write(own, [first]) == [STORED]
        assert sink.write(own, [first, new]) == [DUPLICATE, STORED]
    assert Event.objects.count() == 2


def test_write__device_and_locale__are_stored() -> None:
    assert write(a_record(1, device="phone", locale="zh")) == [STORED]
    assert list(Event.objects.values_list("device", "locale")) == [("phone", "zh")]
