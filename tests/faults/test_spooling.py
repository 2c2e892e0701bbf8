"""How much an outage leaves to be drained."""

import asyncio
from pathlib import Path

from delivery.commit import GATHER_SECONDS, GroupCommit
from delivery.spool import Spool, frames
from tests import apart
from tests.faults.boundaries import NOWHERE, record

SENDERS, EACH = 40, 10


async def sent(folder: Path) -> float:
    """Many lonely requests while the database is away; the seconds it took."""
    commit = GroupCommit(NOWHERE, Spool(folder))
    await commit.start()
    begun = asyncio.get_running_loop().time()

    async def send(sender: int) -> None:
        for number in range(EACH):
            await commit.write([record(sender, number)])

    await asyncio.gather(*(send(sender) for sender in range(SENDERS)))
    took = asyncio.get_running_loop().time() - begun
    await commit.stop(seconds=1)
    return took


def test_outage__many_single_requests__leave_few_large_groups(tmp_path) -> None:
    took = apart.run(sent(tmp_path))
    (path,) = tmp_path.glob("*.spool")
    with path.open("rb") as file:
        sizes = [group.size for group in frames(file)]
    assert sum(sizes) == SENDERS * EACH
    assert len(sizes) <= took / GATHER_SECONDS + 1
    assert len(sizes) <= 2 * EACH
