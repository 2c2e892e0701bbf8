"""The authorisation matrix: every door, every method, everybody.

`matrix.tsv` is the reviewed file. `MATRIX=write ./lab test tests/matrix` writes what is observed,
for a reader to look at line by line before it is committed.
"""

import os
from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from experiments import publishing
from tests.factories import a_site, a_user
from tests.matrix import routes
from tests.matrix.observing import FILE, addresses, observe, row
from tests.matrix.seeded import IDENTITIES, PEOPLE, a_world, things_of
from workspace import keys
from workspace.models import Role

pytestmark = pytest.mark.django_db
HEAD = ("address", "method", *IDENTITIES)
WRITES = os.environ.get("MATRIX") == "write"
READING_ONLY = ("nobody", "publishable", "read", "expired", "revoked", "analyst", "deactivated")
# Doors for anybody: log-in, what is shown by a secret in the address, the shopper's, the demo shop.
BACKEND = "django.contrib.auth.backends.ModelBackend"
# What decides by a secret in the address, and never by a cookie.
WITHOUT_COOKIES = ("c/", "i/", "tag/", "media/", "ofrep/", "api/features/")
# Addresses that name something which belongs to one site.
OWNED = (
    "<slug:key>", "<int:pk>", "<str:sku>", "<int:delivery>",
)  # fmt: skip
# Keys and numbers that nobody has, on the own site.
NOTHING = {"site": "shop", "key": "no-such-thing", "pk": 999_999_999, "number": 1, "slug": "goal"}
NOTHING |= {"sku": "no-such-thing", "delivery": 999_999_999, "comment": 999_999_999}
NOTHING |= {"variant": "a", "design": "split", "locale": "en", "form": "csv", "name": "withdraw"}
FOR_ANYBODY = (
    "login/", "account/", "session/", "kept/", "api/v1/assign", "api/v1/decide", "api/v1/events",
    "c/", "i/", "tag/", "media/", "r/", "p/", "favicon.ico", "i18n/", "demo/", "api/schema/",
    "api/docs/", "logout/", "ofrep/", "api/features/", "metrics",
)  # fmt: skip


@pytest.fixture
def world():
    return published(a_world())


def published(world):
    """What is live is out before anybody knocks: a knock would put it out, and be undone."""
    publishing.publish_if_changed(now=timezone.now())
    return world


def expected() -> dict[tuple[str, str], tuple[str, ...]]:
    lines = [line.split("\t") for line in FILE.read_text().splitlines()[1:]]
    return {(line[0], line[1]): tuple(line[2:]) for line in lines}


def doors(world):
    seen = Counter()
    for route in routes.every():
        for pattern, address in addresses(route, world):
            for method in route.methods:
                if not seen[pattern, method]:
                    seen[pattern, method] += 1
                    yield pattern, method, address


def some(place: int) -> set[str]:
    """Who knocks at a door with every commit: nobody, a marketer, and a sixth of the others."""
    others = [one for one in IDENTITIES if one not in {"nobody", "marketer"}]
    return {"nobody", "marketer", *others[place % 6 :: 6]}


@pytest.mark.parametrize(
    "everybody", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["some", "everybody"]
)
def test_matrix__every_door__as_the_reviewed_file_says(world, settings, everybody):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    everybody = everybody or WRITES
    rows = [
        row(*door, world, who=IDENTITIES if everybody else some(place))
        for place, door in enumerate(doors(world))
    ]
    if WRITES:
        lines = ["\t".join(one) for one in (HEAD, *sorted(rows))]
        FILE.write_text("\n".join(lines) + "\n")
    found = {(one[0], one[1]): one[2:] for one in rows}
    known = expected()
    assert found.keys() - known.keys() == set(), "doors that the matrix does not know"
    assert known.keys() - found.keys() == set(), "lines of the matrix without a door"
    wrong = [
        f"{method} {pattern} for {who}: {is_} instead of {should}"
        for (pattern, method), cells in known.items()
        for who, should, is_ in zip(IDENTITIES, cells, found[pattern, method], strict=True)
        if is_ and should != is_
    ]
    assert not wrong, "\n".join(wrong)


def test_file__as_reviewed__keeps_the_laws_that_need_no_reader():
    """Strangers find nothing, outsiders stay outside, and who only reads changes nothing."""
    for (pattern, method), cells in expected().items():
        cell = dict(zip(IDENTITIES, cells, strict=True))
        if pattern.startswith(FOR_ANYBODY) or not pattern:
            continue
        where = f"{method} {pattern}"
        assert cell["nobody"] in {"login", "401", "405"}, where
        assert cell["deactivated"] in {cell["nobody"], "-"}, where
        assert cell["revoked"] in {"login", "401", "405"}, where
        assert cell["expired"] in {"login", "401", "405"}, where
        if "<slug:site>" in pattern:
            assert cell["stranger"] in {"404", "405"}, where
        if method != "GET":
            assert cell["read"] in {"login", "401", "403", "404", "405"}, where


def test_objects__of_another_site__do_not_exist_under_the_own_address(world):
    """Numbers and keys of others, tried by somebody who may do everything at home."""
    other = a_site("elsewhere")
    mei = a_user("mei", role=Role.ANALYST, site=other)
    keys.create(other, name="x", kind="publishable", actor=None, now=timezone.now())
    theirs = things_of(other, mei, timezone.now(), "-theirs") | {"site": world.site.key}
    strange, void = published(replace(world, values=theirs)), replace(world, values=NOTHING)
    me, found = world.clients["administrator"], []
    for (pattern, method, address), (*_same, nowhere) in zip(
        doors(strange), doors(void), strict=True
    ):
        if any(f"/{part}/" in f"{pattern}/" for part in OWNED):
            answers = observe(me, method, address), observe(me, method, nowhere)
            if answers[0] != answers[1]:
                found.append(f"{method} {pattern}: {answers}")
    assert not found, "\n".join(found)


def test_pages__post_without_the_token__refused(world):
    """Another page cannot make a browser that is logged in change anything."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="administrator"), BACKEND)
    open_ = [
        f"{origin} {pattern}"
        for pattern, method, address in doors(world)
        if method == "POST" and not pattern.startswith(("api/", *WITHOUT_COOKIES))
        for origin in ("", "https://evil.example")
        if client.post(
            address,
            "a=b",
            content_type="text/plain",
            headers={"Origin": origin} if origin else {},
        ).status_code
        not in {403, 405}
    ]
    assert not open_, "\n".join(open_)


def test_back_office__nobody_of_the_staff__every_page_asks_for_a_log_in(world):
    for route in routes.back_office():
        if route.name in {"admin:login", "admin:logout", "admin:jsi18n"}:
            continue
        address = "/" + route.pattern.replace("<path:object_id>", "1")
        if "<" in address or "(" in address:
            continue
        for who in ("nobody", *PEOPLE):
            assert observe(world.clients[who], "GET", address) == "login", (route.name, who)
