"""Thousands of hostile requests: none breaks anything, and what was right before is right after."""

import contextlib
import socket
from collections import Counter
from random import Random

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from delivery.token import Signer
from tests import apart
from tests.doors import DjangoDoor, log_rows
from tests.hostile.__main__ import a_foreign_token
from tests.hostile.asked import GENERATORS, Keys, an_event, cases, known_doors
from tests.hostile.judge import SAFE, faults_of
from tests.hostile.run import MOST_GROWTH, against
from tests.hostile.shapes import SHAPES
from tests.hostile.sockets import Heard, storm

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

CASES, SEED = 6_000, 7
SPRING = "/api/v1/assign?experiment=spring-hero&user_id=u-42"
COMPARED = 80


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def keys(granian, world) -> Keys:
    token = granian.get(SPRING, key=world.pk).json["token"]
    return Keys(world.pk, world.sk, token, a_foreign_token(Signer(settings.CONFIG.token_keys)))


def test_generators__every_door_there_is__has_one() -> None:
    assert known_doors() == set(GENERATORS)


def test_storm__thousands_of_hostile_requests__break_nothing(granian, world, keys) -> None:
    before = granian.get(SPRING, key=world.pk).json["variant"]
    found = against(granian.port, granian.process.pid, keys, count=CASES, seed=SEED)
    assert not found.verdict.faults, "\n".join(found.verdict.faults)
    assert found.verdict.statuses.total() == CASES
    assert {200, 202, 400, 401, 404, 405, 413, 415, 422} <= set(found.verdict.statuses)
    assert found.growth < MOST_GROWTH
    assert granian.get(SPRING, key=world.pk).json["variant"] == before
    rows = len(log_rows())
    # The one genuine token may also have been stored by /c and by /i, which tell no receipt: each
    # once as it is, once asked for by HEAD, once loaded ahead.
    assert 0 <= rows - found.verdict.stored <= 6
    answer = granian.post("/api/v1/events", an_event(1), key=world.sk)
    assert (answer.status, answer.json["stored"]) == (202, 1)
    assert len(log_rows()) == rows + 1


def _said(granian, text: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", granian.port), timeout=12) as raw:
        try:
            raw.sendall(text)
            with contextlib.suppress(OSError):  # it may have hung up already; what it said counts
                raw.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: raw.recv(65_536), b""))
        except (ConnectionError, TimeoutError):
            return b""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda text: repr(text[:60]))
def test_shapes__no_http_or_two_requests_in_one__end_with_the_connection(
    granian, world, shape
) -> None:
    said = _said(granian, shape)
    assert b" 500 " not in said
    assert b"Traceback" not in said
    assert said.count(b"HTTP/1.1 2") <= 1
    assert granian.get("/livez").status == 200
    assert log_rows() == []


def test_django__same_cases__same_answers(granian, keys) -> None:
    """A sample of what both carriers can transport, answered alike."""
    heard: list[tuple[object, Heard]] = []
    some = [case for case in cases(keys, count=COMPARED * 4, seed=SEED) if _carried(case)][
        :COMPARED
    ]
    apart.run(storm(granian.port, some, lambda case, one: heard.append((case, one)), connections=1))
    django, different = DjangoDoor(), []
    for case, one in heard:
        named = {n.decode("latin-1"): t.decode("latin-1") for n, t in case.headers}
        path = case.target.decode("latin-1")
        other = django.send(case.method.decode(), path, named, case.body)
        if (one.status, _of(one)) != (other.status, _of(other)):
            different.append(
                (case.raw()[:300], one.status, one.body[:200], other.status, other.body[:200])
            )
    assert not different, "\n".join(map(str, different))


def _carried(case) -> bool:
    """The data plane's own addresses, ordinary verbs, and headers that a test client can say."""
    doors = (b"/api/v1/", b"/c/", b"/i/")
    plain = all(byte < 0x7F for pair in case.headers for text in pair for byte in text)
    target = case.target
    odd = (b"%", b"\\", b"//", b"<", b" ")
    return (
        plain
        and case.method in {b"GET", b"POST"}
        and target.isascii()
        and target.startswith(doors)
        and len(target) < 2000
        and not any(sign in target for sign in odd)
        and all(name != b"Content-Encoding" for name, _ in case.headers)
        and _resolves(target)
    )


def _resolves(target: bytes) -> bool:
    """Whether Django leads it to the data plane; elsewhere its own pages answer."""
    try:
        return bool(resolve(target.decode().partition("?")[0]))
    except Resolver404:
        return False


def _of(answer) -> object:
    """What does not differ from one request to the next."""
    if answer.status < 400:
        return answer.status
    return answer.body


def test_judge__answer_with_a_fault__is_found(keys) -> None:
    case = next(cases(keys, count=1, seed=1))
    safe = dict.fromkeys(SAFE, "x")
    assert "an error of the server" in faults_of(case, Heard(503, safe, b"{}"))
    assert "not a problem document" in faults_of(case, Heard(404, safe, b"<html>"))
    assert "tells about the inside" in faults_of(case, Heard(200, safe, b"Traceback"))
    assert f"without {SAFE[0]}" in faults_of(case, Heard(200, {}, b""))


def test_cases__same_seed__same_cases(keys) -> None:
    first, second = ([c.raw() for c in cases(keys, count=200, seed=3)] for _ in range(2))
    assert first == second
    assert len(Counter(first)) > 150
    assert Random(3).random() != Random(4).random()
