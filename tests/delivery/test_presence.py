"""A process of the data plane says that it is there, and its snapshot is never late for that."""

import psycopg
import pytest

from banner_lab.stack.processes import wait_until
from delivery.carrying import connect
from delivery.presence import InForce, Presence
from experiments.models import PlaneProcess
from tests import apart
from tests.doors import Granian, database_url

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def row_of(granian: Granian) -> PlaneProcess | None:
    return PlaneProcess.objects.filter(pk=Presence.of(granian.state).id).first()


def test_process__from_start_to_end__says_what_is_in_force_and_that_it_ended(
    world, tmp_path
) -> None:
    granian = Granian(tmp_path / "delivery").start()
    try:
        assert wait_until(lambda: row_of(granian) is not None, seconds=5)
        world.site.origins = [*world.site.origins, "https://other.example"]
        world.site.save()
        version = world.publish()
        assert wait_until(lambda: row_of(granian).version == version, seconds=5)
        assert row_of(granian).published_at is not None
        assert not row_of(granian).refuses
        assert row_of(granian).name.endswith(" / delivery")
    finally:
        granian.stop()
    assert row_of(granian).stopped
    granian.start()
    try:
        assert wait_until(lambda: not row_of(granian).stopped, seconds=5)
    finally:
        granian.kill()
    assert PlaneProcess.objects.filter(name=row_of(granian).name, stopped=False).count() == 1


async def _said(presence: Presence, url: str, times: int = 2) -> None:
    connection = await connect(url)
    async with connection:
        for number in range(times):
            await presence.say(connection, InForce(number, 1.0))
        assert (await (await connection.execute("SELECT 1")).fetchone()) == (1,)


def test_say__database_without_the_table__is_logged_once_and_costs_nothing_else(
    tmp_path, caplog
) -> None:
    older = f"{database_url()}?options=-csearch_path%3Dpg_temp"
    apart.run(_said(Presence.of(tmp_path), older))
    assert [one.message for one in caplog.records] == [
        "the pages cannot be told that this process is there (UndefinedTable 42P01)"
    ]


def test_say__somebody_holds_the_row__is_said_the_next_time(tmp_path, world) -> None:
    presence = Presence.of(tmp_path)
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE experiments_planeprocess IN ACCESS EXCLUSIVE MODE")
        apart.run(_said(presence, database_url(), times=1))
        other.rollback()
    assert not PlaneProcess.objects.filter(pk=presence.id).exists()
    apart.run(_said(presence, database_url()))
    assert PlaneProcess.objects.get(pk=presence.id).version == 1
