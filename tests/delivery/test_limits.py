"""How much at once: 429 for browsers' keys, and what nobody does who is a person."""

import math
from hashlib import sha256

import pytest

from delivery import doors, limits
from delivery.addresses import address_of
from delivery.doors import Current, DataPlane
from delivery.limits import CROWD, UNIT_ACTS, Limits, Watch, place_of
from delivery.moment import Tools
from delivery.snapshot import KeyEntry
from delivery.wire import Request, Response
from engine.errors import RateLimited
from tests.delivery.snapshots import NOW, a_live, an_entry
from tests.delivery.test_intake import TOOLS

HERE, NEAR, FAR = "198.41.0.4", "198.41.0.77", "198.41.1.4"
MS = int(NOW * 1000)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def drained(limit: Limits, key: int = 1, address: str = HERE) -> int:
    """Take until it is empty; the seconds that it then asks for."""
    for _ in range(limits.MOST_PLACES):
        try:
            limit.admit(key, address)
        except RateLimited as error:
            return error.retry_after or 0
    raise AssertionError("never empty")


@pytest.mark.parametrize("rate", [1, 4, 500])
def test_admit__after_exactly_what_was_said__taken_and_not_a_moment_before(rate) -> None:
    clock = Clock()
    limit = Limits(rate, clock)
    seconds = drained(limit)
    assert seconds == math.ceil(1 / rate)
    clock.now += 1 / rate - 0.001
    with pytest.raises(RateLimited):
        limit.admit(1, HERE)
    clock.now += seconds - 1 / rate + 0.001
    limit.admit(1, HERE)


def test_admit__burst__is_ten_seconds_of_the_rate() -> None:
    limit = Limits(50, Clock())
    for _ in range(500):
        limit.admit(1, HERE)
    with pytest.raises(RateLimited):
        limit.admit(1, HERE)


def test_admit__other_prefix_key_or_nobody_knows_where__unaffected() -> None:
    limit = Limits(1, Clock())
    drained(limit)
    with pytest.raises(RateLimited):
        limit.admit(1, NEAR)
    for key, address in [(1, FAR), (2, HERE), (1, "2001:db8:1:2::1")]:
        limit.admit(key, address)
    for _ in range(100):
        limit.admit(1, "")
    drained(limit, address="2001:db8:1:2::ffff")


def test_admit__more_places_than_are_remembered__memory_stays_bounded(monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_PLACES", 10)
    limit = Limits(1, Clock())
    for number in range(100):
        limit.admit(number, HERE)
        assert len(limit._full_at) <= 10


def test_memory__of_limits_and_watch__has_no_address_in_it() -> None:
    limit, watch = Limits(), Watch()
    limit.admit(1, HERE)
    watch.crowd(1, b"u" * 16, place_of(HERE), now_ms=MS)
    kept = repr([limit._full_at, watch._known, watch._brought])
    packed = bytes(map(int, HERE.split(".")))
    assert not any(form in kept for form in ("198.41", repr(packed)[2:-1], packed.hex()))
    assert place_of(HERE) == place_of(NEAR) != place_of(FAR)


@pytest.mark.parametrize(
    ("peer", "noted", "proxies", "address"),
    [
        (HERE, "", 0, HERE),
        (HERE, "6.6.6.6", 0, HERE),
        ("10.0.0.1", "6.6.6.6", 0, ""),
        ("127.0.0.1", "", 0, "127.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 198.41.0.4", 1, HERE),
        ("10.0.0.1", "6.6.6.6, 198.41.0.4, 10.0.0.2", 2, HERE),
        ("10.0.0.1", "198.41.0.4", 2, "10.0.0.1"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
    ],
)
def test_address__as_many_proxies_as_are_trusted_are_believed(peer, noted, proxies, address):
    assert address_of(peer, noted, proxies=proxies) == address


def test_busy__more_than_people_do__noticed_and_suspected_once() -> None:
    watch, unit = Watch(), b"u" * 16
    said = [watch.busy(1, unit, "impression", now_ms=MS) for _ in range(UNIT_ACTS + 5)]
    assert said == [False] * UNIT_ACTS + [True] * 5
    assert watch.take() == [(1, unit)]
    assert not watch.take()
    assert not watch.busy(1, b"v" * 16, "impression", now_ms=MS)
    assert not watch.busy(1, unit, "impression", now_ms=MS + limits.MINUTE_MS)


def test_busy__clicks__weigh_more() -> None:
    watch = Watch()
    said = [watch.busy(1, b"u" * 16, "click", now_ms=MS) for _ in range(31)]
    assert said == [False] * 30 + [True]


def test_crowd__one_too_many__all_of_them_are_suspects_and_whoever_comes_later() -> None:
    watch = Watch()
    units = [number.to_bytes(16, "big") for number in range(CROWD + 10)]
    said = [watch.crowd(1, unit, place_of(HERE), now_ms=MS) for unit in units]
    assert said == [False] * CROWD + [True] * 10
    assert watch.take() == [(1, unit) for unit in units[: CROWD + 1]]
    assert not watch.crowd(1, units[0], place_of(FAR), now_ms=MS)
    assert not watch.crowd(2, units[0], place_of(HERE), now_ms=MS)
    assert not watch.crowd(1, units[0], place_of(HERE), now_ms=MS + limits.CROWD_MS)


def test_crowd__the_same_visitors_all_day__are_none() -> None:
    watch = Watch()
    for _ in range(3):
        for number in range(CROWD):
            assert not watch.crowd(1, number.to_bytes(16, "big"), HERE, now_ms=MS)


def test_watch__more_visitors_than_are_remembered__memory_stays_bounded(monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_WATCHED", 50)
    watch = Watch()
    for number in range(500):
        unit = number.to_bytes(16, "big")
        watch.busy(1, unit, "click", now_ms=MS)
        watch.crowd(1, unit, place_of(f"198.41.{number % 200}.1"), now_ms=MS)
    assert len(watch._acts) <= 50
    assert len(watch._known) <= 50


def a_plane(rate: float) -> DataPlane:
    tools = Tools(
        TOOLS.signer,
        TOOLS.pseudonyms,
        TOOLS.media_root,
        TOOLS.tag_root,
        "http://web",
        limits=Limits(rate, Clock()),
    )
    return DataPlane(tools)


KEYS = tuple(
    KeyEntry(sha256(name.encode()).hexdigest(), number, 1, kind)
    for number, (name, kind) in enumerate([("pk_1", "publishable"), ("sk_1", "secret")], start=1)
)
LIVE = Current(a_live(an_entry(), keys=KEYS), NOW)
LIMITED = {
    "/api/v1/assign": ("GET", b"experiment=exp-1&user_id=u", b""),
    "/api/v1/decide": ("POST", b"", b'{"user_id":"u","placements":["home-hero"]}'),
    "/api/v1/events": ("POST", b"", b'{"events":[]}'),
    "/ofrep/v1/evaluate/flags": ("POST", b"", b'{"context":{"targetingKey":"u"}}'),
    "/ofrep/v1/evaluate/flags/exp-1": ("POST", b"", b'{"context":{"targetingKey":"u"}}'),
    "/api/features/sdk": ("GET", b"", b""),
}
"""How the doors are asked that take a browser's key."""
FREE = frozenset({"c", "i", "media", "tag"})
"""What a shopper follows or a page embeds: no key, no limit."""


def asked(plane: DataPlane, path: str, key: str, address: str = HERE) -> Response:
    method, query, body = LIMITED[path]
    headers = {b"authorization": f"Bearer {key}".encode()}
    request = Request(method, path, query.decode(), headers, body, address)
    result = plane.handle(request, LIVE, now=NOW)
    assert isinstance(result, Response)
    return result


def test_doors__every_one_with_a_key__is_in_these_lists() -> None:
    below = {path: door for path in LIMITED for door in doors.BELOW if path.startswith(door)}
    assert set(doors.EXACT) | set(below) == set(LIMITED)
    assert set(below.values()) == set(doors.BELOW)
    assert set(doors.UNDER) == FREE


@pytest.mark.parametrize("path", LIMITED)
def test_doors__too_many_from_one_network__429_for_it_alone_and_never_for_servers(path) -> None:
    plane = a_plane(rate=1)
    answers = [asked(plane, path, "pk_1") for _ in range(11)]
    assert [one.status for one in answers[:10]] == [answers[0].status] * 10
    headers = dict(answers[10].headers)
    assert (answers[10].status, headers[b"retry-after"]) == (429, b"1")
    assert b"rate-limited" in answers[10].body
    assert b"again in 1 seconds" in answers[10].body
    assert asked(plane, path, "pk_1", FAR).status == answers[0].status
    assert {asked(plane, path, "sk_1").status for _ in range(50)} == {answers[0].status}


def test_doors__rate_of_zero__no_limit() -> None:
    plane = a_plane(rate=0)
    assert {asked(plane, "/api/v1/assign", "pk_1").status for _ in range(50)} == {200}
