"""Who was given which variant: said once, at both doors, and never in the way of an answer."""

import datetime as dt
import json
from hashlib import sha256
from itertools import count
from pathlib import Path

import psycopg
import pytest

from banner_lab.stack.processes import wait_until
from delivery import assigned as noting
from delivery.assigned import Notebook, Said, records
from delivery.commit import GroupCommit
from delivery.doors import Current, DataPlane
from delivery.folding import acts_of
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.snapshot import KeyEntry, SiteEntry
from delivery.spool import Spool
from delivery.token import UNPERSONALISED, Signer, Stamp
from delivery.visitor import state_key
from delivery.wire import Assigned, Request
from tests.delivery.snapshots import NOW, a_live, an_entry
from tests.doors import BROWSER, DjangoDoor, database_url
from tests.doors import log_rows as what_people_did

pytest_plugins = ("tests.door_fixtures",)

MS = int(NOW * 1000)
DAY_MS = 24 * 3_600_000
SITE = SiteEntry(1, "shop", (), "CNY", timezone="Asia/Shanghai")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_someone = count()


def a_stamp(*, experiment: int = 3, phase: int = 1, variant: int = 4, flags: int = 0) -> bytes:
    return Stamp(1, 2, experiment, phase, variant, 5, 0, 0.5, flags).pack()


def an_answer(*stamps: bytes, unit: bytes = b"u" * 16, now_ms: int = MS, **fields) -> Assigned:
    headers = fields.pop("headers", {b"user-agent": BROWSER.encode()})
    return Assigned(SITE, unit, stamps or (a_stamp(),), now_ms, headers, **fields)


def one(answer: Assigned):
    (record,) = records([Said().news(answer)])
    return record


def test_news__same_unit_phase_and_day__said_once() -> None:
    said = Said()
    assert said.news(an_answer())
    assert not said.news(an_answer(a_stamp(variant=9)))
    assert said.news(an_answer(unit=b"v" * 16))
    assert said.news(an_answer(a_stamp(phase=2)))
    answer = an_answer(a_stamp(), a_stamp(experiment=8), a_stamp(experiment=8, variant=1))
    assert said.news(answer).about.stamps == (a_stamp(experiment=8),)


def test_news__midnight_at_the_shop__said_again() -> None:
    said, midnight = Said(), MS - MS % DAY_MS + 16 * 3_600_000
    assert said.news(an_answer(now_ms=midnight - 1))
    assert said.news(an_answer(now_ms=midnight))
    assert not said.news(an_answer(now_ms=midnight + DAY_MS - 1))


def test_news__more_units_than_are_remembered__memory_stays_bounded() -> None:
    said = Said(most=50)
    for number in range(1_000):
        said.news(an_answer(unit=number.to_bytes(16, "big")))
        assert len(said) <= 100
    assert not said.news(an_answer(unit=(999).to_bytes(16, "big")))


def test_record__another_process_and_variant__same_name_and_digest() -> None:
    first, second = one(an_answer()), one(an_answer(a_stamp(variant=9), now_ms=MS + 60_000))
    assert (first.day, first.id, first.digest) == (second.day, second.id, second.digest)
    others = [
        one(an_answer(unit=b"v" * 16)),
        one(an_answer(a_stamp(phase=2))),
        one(an_answer(now_ms=MS + DAY_MS)),
    ]
    assert len({first.id, *(record.id for record in others)}) == 4


def test_record__what_it_says__is_what_the_token_says() -> None:
    record = one(an_answer(a_stamp(flags=UNPERSONALISED)))
    assert (record.kind, record.unit, record.mark) == ("assigned", b"u" * 16, "")
    assert (record.experiment_id, record.phase, record.variant_id) == (3, 1, 4)
    assert (record.placement_id, record.propensity, record.flags) == (2, 0.5, UNPERSONALISED)
    assert record.day == dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("fields", "device", "locale"),
    [
        ({"headers": {b"user-agent": PHONE.encode(), b"accept-language": b"zh-CN"}}, "phone", "zh"),
        ({"locale": "en-GB"}, "desktop", "en"),
        ({"device": "phone"}, "desktop", ""),
        ({"secret": True, "device": "tablet", "locale": "zh-Hans"}, "tablet", "zh"),
        ({"secret": True, "headers": {b"accept-language": b"en"}}, "", ""),
        ({"secret": True, "device": ["phone"], "locale": None}, "", ""),
    ],
)
def test_record__surroundings__by_header_or_as_the_server_says(fields, device, locale) -> None:
    record = one(an_answer(**fields))
    assert (record.device, record.locale) == (device, locale)


def test_record__robot_or_page_loaded_ahead__set_aside_beside_what_counts() -> None:
    robot = an_answer(headers={b"user-agent": b"Googlebot/2.1"})
    ahead = an_answer(headers={b"user-agent": BROWSER.encode(), b"sec-purpose": b"prefetch"})
    marks = {one(answer).mark for answer in (robot, ahead, an_answer())}
    assert marks == {"bot", "prefetch", ""}
    assert len({one(answer).id for answer in (robot, ahead, an_answer())}) == 3
    said = Said()
    assert said.news(ahead)
    assert said.news(an_answer())
    assert one(an_answer(headers=robot.headers, secret=True)).mark == ""


def test_folding__assigned__is_no_act() -> None:
    keeps = SiteEntry(1, "shop", (), "CNY", profiles=True)
    record = one(an_answer())
    assert acts_of([record], {1: keeps}) == {}
    assert state_key(1, record.unit)


class Asking:
    """The functions of the data plane, without a server."""

    def __init__(self) -> None:
        tools = Tools(Signer({1: b"k" * 32}), Pseudonyms((b"p",)), Path(), Path(), "")
        self.plane, self.key = DataPlane(tools), "pk_x"
        paused = an_entry(2, placement_id=2, status="paused")
        key = KeyEntry(sha256(self.key.encode()).hexdigest(), 1, 1, "publishable")
        self.current = Current(a_live(an_entry(), paused, keys=(key,)), NOW)

    def __call__(self, method: str, path: str, query: str = "", body: object = None):
        headers = {b"authorization": b"Bearer pk_x", b"user-agent": BROWSER.encode()}
        request = Request(method, path, query, headers, json.dumps(body).encode() if body else b"")
        return self.plane.handle(request, self.current, now=NOW).assigned


@pytest.fixture(scope="module")
def asking() -> Asking:
    return Asking()


def test_assign__variant__is_told_once_and_not_by_head(asking) -> None:
    told = asking("GET", "/api/v1/assign", "experiment=exp-1&user_id=u-1")
    assert len(told.stamps) == 1
    assert asking("HEAD", "/api/v1/assign", "experiment=exp-1&user_id=u-1") is None
    assert asking("GET", "/api/v1/assign", "experiment=exp-2&user_id=u-1") is None  # the default


def test_decide__defaults_and_refused_measurement__tell_nothing(asking) -> None:
    def decide(**fields):
        body = {"placements": ["home-hero", "bare", "x"], "user_id": "u-1"} | fields
        return asking("POST", "/api/v1/decide", body=body)

    assert len(decide().stamps) == 1
    assert decide(consent={"measurement": False}) is None
    assert decide(user_id=None) is None
    assert decide(placements=["bare"]) is None
    (stamp,) = decide(consent={"personalisation": False}).stamps
    assert Stamp.unpack(stamp).flags & UNPERSONALISED


def test_hear__queue_full__dropped_counted_and_new_next_time(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(noting, "MOST_QUEUED", 1)
    book = Notebook(GroupCommit("", Spool(tmp_path)))
    for unit in (b"u" * 16, b"v" * 16, b"v" * 16, b"u" * 16):
        book.hear(an_answer(unit=unit))
    assert book.dropped == 2
    list(book._take())
    book._waiting = 0
    book.hear(an_answer(unit=b"v" * 16))
    assert (book.dropped, len(book._queue)) == (2, 1)


def test_hear__request_with_a_huge_header__is_kept_short(tmp_path) -> None:
    book = Notebook(GroupCommit("", Spool(tmp_path)))
    book.hear(an_answer(headers={b"user-agent": b"x" * 60_000, b"cookie": b"y" * 60_000}))
    (note,) = book._queue
    assert note.about.headers == {b"user-agent": b"x" * 256}


def somebody() -> str:
    return f"somebody-{next(_someone)}"


def log_of_assigned(columns: str = "variant_id") -> list[tuple]:
    with psycopg.connect(database_url()) as own:
        return own.execute(
            f"SELECT {columns} FROM events_event WHERE kind = 'assigned' ORDER BY seq"
        ).fetchall()


@pytest.mark.usefixtures("committed_world")
def test_doors__assign_and_decide__one_record_per_unit_soon_after(door, world) -> None:
    user = somebody()
    spring = f"/api/v1/assign?experiment=spring-hero&user_id={user}"
    body = {"user_id": user, "placements": ["home-hero", "cart-strip"]}
    for _ in range(3):
        given = door.get(spring, key=world.pk, accept_language="zh-CN").json["variant"]
        assert door.post("/api/v1/decide", body, key=world.pk).status == 200
    assert wait_until(log_of_assigned, seconds=10)
    columns = "variant_id, experiment_id, propensity, device, locale, mark"
    variant = world.experiment.variants.get(key=given)
    row = (variant.pk, world.experiment.pk, 0.5, "desktop", "zh", "")
    assert log_of_assigned(columns) == [row]
    assert what_people_did() == []


@pytest.mark.usefixtures("committed_world")
def test_doors__the_other_one_and_events_between__nothing_twice_nothing_lost(
    granian, world
) -> None:
    user, django = somebody(), DjangoDoor()
    spring = f"/api/v1/assign?experiment=spring-hero&user_id={user}"
    token = django.get(spring, key=world.pk).json["token"]
    assert len(log_of_assigned()) == 1
    granian.get(spring, key=world.pk)
    marker = somebody()
    granian.get(f"/api/v1/assign?experiment=spring-hero&user_id={marker}", key=world.pk)
    event = {"type": "impression", "token": token}
    assert granian.post("/api/v1/events", event, key=world.pk).json["stored"] == 1
    assert wait_until(lambda: len(log_of_assigned()) == 2, seconds=10)
    assert granian.get("/readyz").json["assigned_dropped"] == 0
    assert what_people_did("kind, device") == [("impression", "desktop")]
