"""Marks: what gives away that nobody looked, and that a mark never costs an event."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from delivery import intake, limits, traffic
from delivery.doors import Current, DataPlane
from delivery.draft import Sender
from delivery.folding import acts_of
from delivery.limits import place_of
from delivery.moment import Tools
from delivery.sink import ASSIGNED, Record
from delivery.snapshot import SiteEntry
from delivery.token import Stamp
from delivery.wire import Request, Response, Write
from events.marks import SUSPICIOUS
from tests.delivery.snapshots import NOW as LIVE_NOW
from tests.delivery.snapshots import a_live, an_entry
from tests.delivery.test_intake import NOW, NOW_MS, SITE, TOOLS, a_token
from tests.doors import BROWSER

HERE = "198.41.0.4"
TEST_SITE = SiteEntry(1, "shop", (), "CNY", count_automated=True)


@pytest.fixture
def tools() -> Tools:
    """With a memory of its own."""
    return replace(TOOLS, watch=limits.Watch())


def a_sender(site: SiteEntry = SITE, *, secret: bool = False, **fields) -> Sender:
    return Sender(site, secret, NOW, NOW_MS, **fields)


def taken(kind: str, tools: Tools, sender: Sender | None = None, *, ago: int = 5_000, **more):
    event = {"type": kind, "token": a_token(ms=NOW_MS - ago), **more}
    return intake.record(json.dumps(event).encode(), sender or a_sender(), tools)


def test_marks__all_that_are_given__are_suspicious() -> None:
    given = {traffic.BOT, traffic.PREFETCH, traffic.HEAD, traffic.TOO_SOON, traffic.RATE}
    assert given < SUSPICIOUS


@pytest.mark.parametrize(
    ("kind", "ago", "mark"),
    [
        ("click", 0, "too_soon"),
        ("click", 199, "too_soon"),
        ("click", 200, ""),
        ("viewable", 999, "too_soon"),
        ("viewable", 1_000, ""),
        ("impression", 0, ""),
        ("hide", 0, ""),
    ],
)
def test_too_soon__by_the_time_in_the_token(tools, kind, ago, mark) -> None:
    assert taken(kind, tools, ago=ago).mark == mark


def test_too_soon__sent_later_in_a_batch__by_the_corrected_time(tools) -> None:
    later = a_sender(sent_at=NOW)
    at = (NOW - dt.timedelta(milliseconds=4_900)).isoformat()
    assert taken("click", tools, later, ago=5_000, occurred_at=at).mark == "too_soon"
    assert taken("click", tools, later, ago=6_000, occurred_at=at).mark == ""
    # A clock that nobody corrects says nothing.
    assert taken("click", tools, ago=5_000, occurred_at=at).mark == ""


def test_too_soon__server__vouches_for_what_it_sends(tools) -> None:
    assert taken("click", tools, a_sender(secret=True), ago=0).mark == ""


@pytest.mark.parametrize(
    ("header", "text", "ahead"),
    [
        (b"sec-purpose", b"prefetch", True),
        (b"sec-purpose", b"prefetch;prerender", True),
        (b"sec-purpose", b"prefetch;anonymous-client-ip", True),
        (b"purpose", b"prefetch", True),
        (b"purpose", b"Prerender", True),
        (b"x-moz", b"prefetch", True),
        (b"sec-purpose", b"", False),
        (b"sec-fetch-mode", b"prefetch", False),
    ],
)
def test_prefetch__by_every_header_that_browsers_have_sent(header, text, ahead) -> None:
    assert traffic.is_prefetch({header: text}) is ahead
    assert traffic.mark({header: text}) == ("prefetch" if ahead else "")


@pytest.mark.parametrize("mark", ["prefetch", "head"])
def test_identity__fetched_before_anybody_looked__what_follows_is_no_repetition(tools, mark):
    event = json.dumps({"type": "click", "token": a_token(ms=NOW_MS - 5_000)}).encode()
    ahead, after, again = (
        intake.record(event, a_sender(mark=given), tools) for given in (mark, "", "")
    )
    assert (ahead.mark, after.mark) == (mark, "")
    assert ahead.id != after.id == again.id
    assert intake.record(event, a_sender(mark="bot"), tools).id == after.id


def test_rate__visitor_who_never_stops__marked_and_noted(tools) -> None:
    marks = [taken("click", tools).mark for _ in range(40)]
    assert marks == [""] * 30 + ["rate"] * 10
    [note] = traffic.notes(tools.watch, NOW)
    assert (note.kind, note.mark, note.unit, note.experiment_id) == (
        *(ASSIGNED, "rate"),
        *(b"u" * 16, None),
    )
    assert not traffic.notes(tools.watch, NOW)


def fresh(number: int, tools: Tools, sender: Sender) -> Record:
    event = {"type": "page_view", "id": str(number), "user_id": f"u-{number}"}
    return intake.record(json.dumps(event).encode(), sender, tools)


def test_rate__crowd_from_one_network__marked_from_the_first_too_many(tools) -> None:
    sender = a_sender(place=place_of(HERE))
    marks = [fresh(number, tools, sender).mark for number in range(limits.CROWD + 20)]
    assert marks == [""] * limits.CROWD + ["rate"] * 20
    assert fresh(9_999, tools, a_sender(place=place_of("198.41.9.1"))).mark == ""
    assert len(traffic.notes(tools.watch, NOW)) == limits.CROWD + 1


@pytest.mark.parametrize(
    "sender",
    [a_sender(secret=True, place=place_of(HERE)), a_sender(TEST_SITE, place=place_of(HERE))],
)
def test_rate__server_or_test_site__is_not_looked_at(tools, sender) -> None:
    assert {fresh(number, tools, sender).mark for number in range(limits.CROWD + 20)} == {""}
    assert {taken("click", tools, sender).mark for _ in range(60)} == {""}
    assert not traffic.notes(tools.watch, NOW)


def test_test_site__robots_and_rates_count_and_nothing_else(tools) -> None:
    assert traffic.mark({b"user-agent": b"Googlebot/2.1"}, robots_count=True) == ""
    assert traffic.mark({b"sec-purpose": b"prefetch"}, robots_count=True) == "prefetch"
    assert taken("click", tools, a_sender(TEST_SITE), ago=0).mark == "too_soon"


def test_consent__withdrawn_by_what_looks_like_a_robot__is_followed(tools) -> None:
    event = {"type": "consent", "id": "c", "user_id": "u", "properties": {"measurement": False}}
    record = intake.record(json.dumps(event).encode(), a_sender(mark="bot"), tools)
    assert record.mark == ""
    site = SiteEntry(1, "shop", (), "CNY", profiles=True)
    assert list(acts_of([record], {1: site}).values()) == [[None]]


def test_readers__picture_servers_of_mail_providers__are_no_robots() -> None:
    agent = (
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    )
    assert not traffic.is_robot(agent)


def followed(tools: Tools, path: str, method: str = "GET", address: str = HERE, **fields) -> Write:
    live = a_live(an_entry())
    headers = {b"user-agent": BROWSER.encode(), **fields.pop("headers", {})}
    request = Request(method, path, "", headers, address=address)
    result = DataPlane(tools).handle(request, Current(live, LIVE_NOW), now=LIVE_NOW)
    assert isinstance(result, Write)
    assert isinstance(result.anyway, Response)
    return result


def a_link(number: int = 0) -> str:
    at = int(LIVE_NOW * 1000) - 5_000
    decision = at.to_bytes(6, "big") + number.to_bytes(10, "big")
    packed = Stamp(1, 1, 1, 1, 10, 10, 0, 0.5, 0).pack()
    return TOOLS.signer.sign(decision, number.to_bytes(16, "big"), packed).decode()


def test_head__click_and_pixel__stored_with_a_mark_beside_what_counts(tools) -> None:
    for path in (f"/c/{a_link()}", f"/i/{a_link()}.gif"):
        [head] = followed(tools, path, "HEAD").records
        [real] = followed(tools, path).records
        assert (head.mark, real.mark) == ("head", "")
        assert head.id != real.id


def test_pixel__thousands_through_one_picture_server__are_no_crowd(tools) -> None:
    for number in range(limits.CROWD + 20):
        [record] = followed(tools, f"/i/{a_link(number)}.gif").records
        assert record.mark == ""


def test_click__crowd_from_one_network__noted_in_the_same_write(tools) -> None:
    sizes = [
        len(followed(tools, f"/c/{a_link(number)}").records) for number in range(limits.CROWD + 2)
    ]
    assert sizes == [1] * limits.CROWD + [limits.CROWD + 2, 1]
