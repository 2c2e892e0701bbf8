"""Fixtures around `tests.doors`, for test modules that name this one in `pytest_plugins`.

The doors only show what is committed, so the world of a module is made once, really committed, and
cleared at its end; the log is emptied before each test. Who changes the world adds to it.
"""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from events.models import Assigned, Event
from tests.clients import serving, shop_page
from tests.doors import DjangoDoor, Door, Granian, World, a_world, database_url
from tests.proxy import Proxy


@pytest.fixture(scope="module")
def committed_world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        _clear()
        world = a_world()
        world.publish()
        yield world
        _clear_for_good()


STILL_ON_ITS_WAY = 0.7
"""Seconds in which the process of the session, or its spool, may yet write what it was told."""


def _clear_for_good() -> None:
    for _try in range(5):
        _clear()
        time.sleep(STILL_ON_ITS_WAY)
        if not Event.objects.exists() and not Assigned.objects.exists():
            return


def _clear() -> None:
    # Numbers go on: the process of the session tells snapshots apart by them.
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    _empty_log()


def _empty_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event, events_settled, events_rejected")


@pytest.fixture
def world(committed_world) -> World:
    _empty_log()
    return committed_world


@pytest.fixture(scope="session")
def granian_process(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Granian]:
    with django_db_blocker.unblock():
        granian = Granian(tmp_path_factory.mktemp("delivery")).start()
    yield granian
    granian.stop()


@pytest.fixture
def granian(granian_process, world) -> Iterator[Granian]:
    """The process, with the world's snapshot in force; what a test told it is not for the next."""
    granian_process.follow(world.publish())
    yield granian_process
    granian_process.settle()


@pytest.fixture(params=["granian", "django"])
def door(request: pytest.FixtureRequest, world) -> Door:
    """Each of the two, one after the other."""
    return request.getfixturevalue("granian") if request.param == "granian" else DjangoDoor()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A way to the database that can be cut off."""
    place = urlsplit(database_url())
    proxy = Proxy((str(place.hostname), int(place.port or 0))).open()
    yield proxy
    proxy.shut()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The address of a shop's page with the official clients in it."""
    with serving(shop_page()) as address:
        yield address
