"""One stack for the tests of a module, with the world of the test's database in it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.config import ROOT
from tests.doors import database_url
from tests.faults import world
from tests.faults.stack import Stack, cluster_at


@pytest.fixture(scope="module")
def stack(committed_world, worker_id) -> Iterator[Stack]:
    """Everything, running."""
    slot = Path(os.environ.get("LAB_TEST_SLOT") or ROOT / "var" / "tests")
    folder = slot / f"faults-{worker_id}"
    shutil.rmtree(folder, ignore_errors=True)
    # To be entered, not listed: root's PostgreSQL may have to run as somebody else.
    folder.mkdir(mode=0o711, parents=True)

    def fill(url: str, programs: Path) -> world.Shop:
        world.copied(database_url(), url, programs=programs)
        return world.told(committed_world)

    with cluster_at(folder, fill) as (cluster, shop):
        made = Stack.of(folder, cluster, shop)
        try:
            yield made.start()
        finally:
            made.close()


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In these modules what is committed stays to their end, see `tests.door_fixtures`."""
