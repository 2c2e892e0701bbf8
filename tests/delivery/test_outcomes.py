"""Every event ends in exactly one way, and the database's own numbers say so."""

import asyncio
import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from delivery import sink
from delivery.commit import GroupCommit
from delivery.doors import Current, DataPlane
from delivery.index import Live
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.rations import Ration
from delivery.record import Group, Outcome, Refusal
from delivery.settling import MARKER, MOST_KEPT
from delivery.snapshot import KeyEntry
from delivery.spool import Spool
from delivery.steps import WHOLE, Load
from delivery.token import LIFE, Signer, Stamp
from delivery.wire import Request, Write
from events.models import Event, Rejected, Settled
from tests import apart
from tests.delivery.snapshots import NOW, a_live, an_entry
from tests.delivery.test_sink import a_record
from tests.doors import BROWSER, database_url

SIGNER = Signer({1: b"k" * 32})
PK, SK = "pk_1", "sk_1"
AT = dt.datetime.fromtimestamp(NOW, dt.UTC)
LIVE: Live = a_live(
    an_entry(),
    keys=tuple(
        KeyEntry(sha256(key.encode()).hexdigest(), number, 1, kind)
        for number, (key, kind) in enumerate(((PK, "publishable"), (SK, "secret")))
    ),
)


def the_tools(ration: Ration | None = None) -> Tools:
    named = Pseudonyms((b"p",))
    return Tools(SIGNER, named, Path(), Path(), "http://web", ration=ration or Ration())


def a_token(number: int = 1, *, site: int = 1, now: float = NOW) -> str:
    stamp = Stamp(site, 2, 3, 1, 4, 5, 0, 0.5, 0)
    decision = int(now * 1000).to_bytes(6, "big") + number.to_bytes(10, "big")
    return SIGNER.sign(decision, b"u" * 16, stamp.pack()).decode()


OLD = a_token(now=NOW - LIFE.total_seconds() - 60)


def asked(path: str, body: object = None, *, key: str = PK) -> Request:
    headers = {b"user-agent": BROWSER.encode(), b"authorization": f"Bearer {key}".encode()}
    method = "GET" if body is None else "POST"
    headers[b"content-type"] = b"application/json"
    return Request(method, path, "", headers, json.dumps(body).encode() if body else b"")


def told(events: list, *, key: str = PK, now: float = NOW, tools: Tools | None = None) -> Write:
    """What must be written for a batch."""
    plane = DataPlane(tools or the_tools())
    write = plane.handle(
        asked("/api/v1/events", {"events": events}, key=key), Current(LIVE), now=now
    )
    assert isinstance(write, Write)
    return write


@pytest.fixture
def url(transactional_db) -> str:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, events_settled, events_rejected")
    return database_url()


@dataclass
class Told:
    """What the clients were told, added up."""

    counts: Counter = field(default_factory=Counter)

    def hear(self, body: bytes) -> None:
        receipt = json.loads(body)
        receipt["rejected"] = len(receipt["rejected"])
        self.counts.update(receipt)


def kept() -> Counter:
    """The same from the database's own numbers."""
    found = Counter(
        received=0, stored=Event.objects.filter(mark="").count(), conflict=0, duplicate=0
    )
    found["filtered"] = Event.objects.exclude(mark="").count()
    for row in Settled.objects.exclude(outcome=MARKER):
        found[row.outcome] += row.events
    found["received"] = sum(found.values())
    return found


async def acknowledged(commit: GroupCommit, write: Write) -> bytes:
    return write.answer(await commit.write(write.records, write.refusals)).body


GOOD = st.builds(
    lambda number, amount: {
        "type": "purchase",
        "id": f"o-{number}",
        "user_id": "u-1",
        "amount": amount,
        "currency": "CNY",
    },
    st.integers(0, 5),
    st.sampled_from([100, 200]),
)
SHOWN = st.builds(
    lambda number, kind: {"type": kind, "token": a_token(number)},
    st.integers(0, 3),
    st.sampled_from(["impression", "click"]),
)
BAD = st.sampled_from(
    [
        {"type": "impression", "token": OLD},
        {"type": "click", "token": a_token(site=2)},
        {"type": "view", "token": "bl1.x"},
        {"type": "purchase", "id": "1", "user_id": 42},
        {"type": "page_view", "id": "1", "user_id": ""},
        {"type": "custom:x\x00", "user_id": "u\x00"},
        {"type": "search", "id": "s", "user_id": "u", "properties": {"q": "\x00"}},
        ["u-42"],
        "\ud800",
        float("nan"),
    ]
)
BATCHES = st.lists(
    st.tuples(st.lists(GOOD | SHOWN | BAD, min_size=1, max_size=8), st.sampled_from([PK, SK])),
    min_size=2,
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=BATCHES, outage=st.booleans())
def test_conservation__any_batches_to_two_processes__received_is_the_sum(
    url, tmp_path_factory, batches, outage
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, events_settled, events_rejected")
    folder, heard = tmp_path_factory.mktemp("spools"), Told()
    both = [GroupCommit(url, Spool(folder / name)) for name in "ab"]

    async def everything() -> None:
        for commit in both:
            await commit.start()
        if outage:  # one of the two has lost the database, and the other has not
            both[0].away = True
        writes = [told(b, key=k, now=NOW + n) for n, (b, k) in enumerate(batches)]
        answers = await asyncio.gather(
            *(acknowledged(both[n % 2], write) for n, write in enumerate(writes))
        )
        for body in answers:
            heard.hear(body)
        for commit in both:
            while commit.away or commit.spool.size():
                await asyncio.sleep(0.02)
            await commit.stop(seconds=2)

    apart.run(everything())
    found = kept()
    assert found["received"] == heard.counts["received"] == sum(len(b) for b, _ in batches)
    assert found["rejected"] == heard.counts["rejected"]
    if not any(commit.meters.spooled for commit in both):  # a database that is busy counts as away
        assert found == heard.counts


def steps_of(group: Group) -> list[str]:
    """The statements of a group, carried out."""
    texts = []
    with psycopg.connect(database_url(), autocommit=True) as own:
        steps = sink.writing(group, WHOLE)
        try:
            step = next(steps)
            while True:
                texts.append("COPY" if isinstance(step, Load) else step.sql.split()[0])
                try:
                    rows = sink._do(own, step)
                except psycopg.errors.UniqueViolation as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(rows)
        except StopIteration:
            return texts


def test_group__in_which_everything_is_new__is_one_copy_and_nothing_else(url) -> None:
    steps_of(Group([a_record(1)]))  # makes the partition
    assert steps_of(Group([a_record(2), a_record(3)], name=b"n")) == ["COPY"]
    assert steps_of(Group([a_record(2)], name=b"n"))[-2:] == ["INSERT", "COMMIT"]
    assert not Settled.objects.filter(outcome="stored").exists()


def test_write__inside_a_transaction__counts_what_is_not_new_in_it(db) -> None:
    connection.ensure_connection()
    with transaction.atomic():
        sink.write(connection.connection, [a_record(1), a_record(1), a_record(1, digest=8)])
        with CaptureQueriesContext(connection) as asked_for:
            sink.write(connection.connection, [a_record(2)])
    assert not [q for q in asked_for if "events_settled" in q["sql"]]
    rows = Settled.objects.order_by("outcome").values_list("outcome", "kind", "events")
    assert list(rows) == [("conflict", "purchase", 1), ("duplicate", "purchase", 1)]


def test_write__import_and_assignments__are_counted_by_themselves(db) -> None:
    connection.ensure_connection()
    loaded = a_record(1, source="import:1")
    noted = replace(a_record(2), kind=sink.ASSIGNED)
    with transaction.atomic():
        for _ in range(2):
            sink.write(connection.connection, [loaded])
            sink.write(connection.connection, [noted])
    assert not Settled.objects.exists()


def stored(write: Write) -> None:
    with psycopg.connect(database_url(), autocommit=True) as own:
        sink.write(own, write.records, write.refusals)


def test_refused__beside_good_ones__kept_with_pseudonyms_and_counted_by_variant(url) -> None:
    named = {"user_id": "u-42", "deep": [{"userId": "u-42", "key": "sk_live"}]}
    stored(
        told(
            [
                {"type": "page_view", "id": "1", "user_id": "u-42"},
                {"type": "impression", "token": OLD},
                {"type": "alias", "user_id": "u-42", "previous_id": "u-41", "id": ""},
                {"type": "vue", **named, "text": json.dumps(named)},
                {"type": "click", "token": a_token(site=2)},
            ]
        )
    )
    counted = {
        (row.reason, row.kind): (row.experiment_id, row.variant_id) for row in Settled.objects.all()
    }
    assert counted == {
        ("token_expired", "impression"): (3, 4),
        ("bad_id", "alias"): (0, 0),
        ("unknown_type", ""): (0, 0),
        ("token_foreign", "click"): (0, 0),
    }
    payloads = "".join(Rejected.objects.values_list("payload", flat=True))
    pseudonym = Pseudonyms((b"p",)).of(1, "u-42").hex()
    assert payloads.count(f"pseudonym:{pseudonym}") == 5
    for secret in ("u-42", "u-41", "sk_live"):
        assert secret not in payloads
    assert Rejected.objects.get(reason="bad_id").field == "id"
    assert Event.objects.count() == 1


def test_refused__for_lack_of_consent__leaves_no_payload(url) -> None:
    stored(told([{"type": "vue", "user_id": "u-42", "consent": {"measurement": False}}]))
    assert Settled.objects.get().events == 1
    assert not Rejected.objects.exists()


def test_refused__longer_than_anything__is_cut_and_says_so(url) -> None:
    stored(told([{"type": "vue", "text": "漢" * 9_000}]))
    row = Rejected.objects.get()
    assert (len(row.payload), row.sender["cut"]) == (16 * 1024, True)


def test_refused__more_than_the_ration_of_an_hour__are_counted_only(url) -> None:
    many = [{"type": "vue", "n": n} for n in range(400)]
    for _process in range(2):
        tools = the_tools(Ration(most=700))
        for _batch in range(2):
            stored(told(many, tools=tools))
    assert Rejected.objects.count() == MOST_KEPT
    assert sum(Settled.objects.values_list("events", flat=True)) == 1_600
    stored(told(many[:5], now=NOW + 3_600))
    assert Rejected.objects.count() == MOST_KEPT + 5


def test_pixel_and_click__with_an_old_token__reach_the_shopper_and_count(url) -> None:
    plane = DataPlane(the_tools())
    result = plane.handle(asked(f"/i/{OLD}.gif"), Current(LIVE), now=NOW)
    assert isinstance(result, Write)
    assert result.anyway
    assert result.anyway.status == 200
    stored(result)
    assert result.answer([]).status == 200
    row = Settled.objects.get()
    assert (row.kind, row.reason, row.variant_id) == ("impression", "token_expired", 4)


def drained(url: str, folder: Path, *, twice: bool = False) -> None:
    spool = Spool(folder)

    async def drain() -> None:
        commit = GroupCommit(url, spool)
        await commit._probe()
        (path,) = spool.waiting()
        for _time in range(2 if twice else 1):
            taken = spool.take(path)
            assert taken
            for group in taken.groups():
                await commit._in_turn(group)
            taken.release()
        await commit.stop(seconds=1)

    apart.run(drain())


def test_spool__many_groups_and_one_event_twice__come_in_the_order_they_were_accepted(
    url, tmp_path
) -> None:
    spool, accepted = Spool(tmp_path), [9, 4, 7, 1, 8]
    sink_of(url, [a_record(7)])
    for number in accepted:
        spool.append(Group([a_record(number)], name=bytes([number]) * 16, tried=False))

    async def drain() -> None:
        commit = GroupCommit(url, spool)
        await commit._probe()
        await commit._drain()
        await commit.stop(seconds=1)

    apart.run(drain())
    found = Event.objects.order_by("seq").values_list("id", flat=True)
    assert [name.int for name in found] == [7, 9, 4, 1, 8]
    assert spool.waiting() == []


def test_spool__read_twice__settles_each_group_once(url, tmp_path) -> None:
    repeated, other = a_record(1), replace(a_record(1), received_at=AT, digest=9)
    sink_of(url, [a_record(1, source="live")])
    refusal = Refusal(1, AT, "click", "token_expired", payload="{}")
    Spool(tmp_path).append(
        Group([replace(repeated, received_at=AT), other, a_record(2)], [refusal], b"n" * 16)
    )
    drained(url, tmp_path, twice=True)
    rows = {row.outcome: row.events for row in Settled.objects.exclude(outcome=MARKER)}
    assert rows == {"duplicate": 1, "conflict": 1, "rejected": 1}
    assert Rejected.objects.count() == 1
    assert Event.objects.count() == 2


def test_spool__try_that_succeeded_unheard__is_no_duplicate(url, tmp_path) -> None:
    Spool(tmp_path).append(Group([a_record(1), a_record(2)], [], b"n" * 16))
    sink_of(url, [a_record(1), a_record(2)])
    drained(url, tmp_path)
    assert not Settled.objects.exclude(outcome=MARKER).exists()


def sink_of(url: str, records: list) -> None:
    with psycopg.connect(url, autocommit=True) as own:
        sink.write(own, records)


def test_row__that_the_database_refuses__is_kept_and_the_rest_is_stored(url, tmp_path) -> None:
    bad = a_record(2, properties="{", experiment_id=3, variant_id=4)
    refusal = Refusal(1, AT, "click", "token_expired", payload="{}")

    async def write() -> list[Outcome]:
        commit = GroupCommit(url, Spool(tmp_path))
        await commit.start()
        outcomes = await commit.write([a_record(1), bad, a_record(3)], [refusal])
        await commit.stop(seconds=1)
        return outcomes

    assert apart.run(write()) == [Outcome.STORED, Outcome.REJECTED, Outcome.STORED]
    assert Event.objects.count() == 2
    found = Settled.objects.exclude(outcome=MARKER).values_list("reason", "variant_id", "events")
    assert set(found) == {("token_expired", 0, 1), ("not_storable", 4, 1)}
    assert Rejected.objects.get(reason="not_storable").sender == {"record": True}
