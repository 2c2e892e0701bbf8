"""A crash at every boundary: before, within and after each write, fsync, commit, name and answer.

`python -m tests.faults.boundaries FOLDER URL` runs one scenario again and again, each time in a
forked process that ends without a word (`os._exit`) at the next boundary. Then a healthy process
starts on what is left, everything that was not acknowledged is sent again, and the log must hold
each event once. One line of JSON for each crash; nothing of the product knows of this.
"""

import asyncio
import datetime as dt
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from delivery import carrying, commit, live
from delivery import spool as spooling
from delivery.commit import GroupCommit
from delivery.identity import UNDATED
from delivery.record import Outcome, Record
from delivery.spool import Spool

CRASHED = 9
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
GROUPS: dict[str, tuple[int, ...]] = {
    "first": (1, 2, 3),
    "some again": (2, 4),
    "to the spool": (5, 6),
    "and more": (7, 1),
    "and still more": (10, 2),
    "to another file": (8,),
    "afterwards": (9, 5),
}
EVERY = sorted({number for group in GROUPS.values() for number in group})
_write = os.write


@dataclass(slots=True)
class Fuse:
    """Counts boundaries and ends the process at the chosen one."""

    at: int
    note: int
    count: int = 0

    def pass_by(self, name: str) -> None:
        """One boundary."""
        self.count += 1
        if self.count == self.at:
            self.say(crash=name)
            os._exit(CRASHED)

    def say(self, **what: Any) -> None:
        """Tell the parent, in one write that cannot be torn."""
        _write(self.note, json.dumps(what).encode() + b"\n")


def around(fuse: Fuse, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """A boundary before and after an act."""

    def wrapped(*args: Any, **named: Any) -> Any:
        fuse.pass_by(f"before {name}")
        found = act(*args, **named)
        fuse.pass_by(f"after {name}")
        return found

    return wrapped


def lay(fuse: Fuse) -> None:
    """Put the fuse around everything that leaves this process."""

    def torn(file: Any, content: bytes) -> None:
        fuse.pass_by("before a write")
        half = len(content) // 2
        whole(file, content[:half])
        fuse.pass_by("within a write")
        whole(file, content[half:])
        fuse.pass_by("after a write")

    async def step(connection: Any, wanted: Any) -> Any:
        words = wanted.sql.split("(")[0][:40].strip()
        fuse.pass_by(f"before {words}")
        rows = await does(connection, wanted)
        fuse.pass_by(f"after {words}")
        return rows

    whole, does = spooling._write_all, carrying._do
    spooling._write_all, carrying._do = torn, step  # type: ignore[assignment]
    os.fdatasync = around(fuse, "fdatasync", os.fdatasync)
    os.fsync = around(fuse, "fsync", os.fsync)
    Spool._open = around(fuse, "a new file", Spool._open)  # type: ignore[method-assign]
    Path.unlink = around(fuse, "unlink", Path.unlink)  # type: ignore[method-assign]
    Path.replace = around(fuse, "replace", Path.replace)  # type: ignore[method-assign]
    commit.PROBE_SECONDS, commit.GATHER_SECONDS = 0.02, 0.0


def record(turn: int, number: int) -> Record:
    """An event whose name says in which turn it was sent."""
    now = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
    name = (turn << 64 | number).to_bytes(16, "big")
    return Record(
        day=UNDATED,
        id=name,
        digest=number,
        site_id=1,
        kind="page_view",
        unit=name,
        occurred_at=now,
        received_at=now,
    )


@dataclass(slots=True)
class Scenario:
    """Groups to the database, to the spool while it is away, and back."""

    turn: int
    url: str
    folder: Path
    fuse: Fuse
    hasty: bool = False
    writer: GroupCommit = field(init=False)

    async def play(self) -> None:
        """All of it."""
        self.writer = GroupCommit(self.url, Spool(self.folder))
        await self.writer.start()
        await self.send("first")
        await self.send("some again")
        self.writer.database_url = NOWHERE
        await self.writer._drop()
        await self.send("to the spool")
        await self.send("and more")
        await self.send("and still more")
        self.writer.spool.rotate()
        await self.send("to another file")
        self.writer.database_url = self.url
        await self.drained()
        await self.send("afterwards")
        await self.writer.stop(seconds=1)

    async def send(self, name: str) -> None:
        """A group, and its acknowledgement when it is durable (or before, in the hasty build)."""
        records = [record(self.turn, number) for number in GROUPS[name]]
        if self.hasty:
            self.fuse.say(acknowledged=GROUPS[name])
        outcomes = await self.writer.write(records)
        self.fuse.pass_by("before the answer")
        assert Outcome.REJECTED not in outcomes
        self.fuse.say(acknowledged=GROUPS[name])

    async def drained(self) -> None:
        """The database is back and nothing waits."""
        async with asyncio.timeout(30):
            while self.writer.away or self.writer.spool.waiting():
                await asyncio.sleep(0.005)


async def again(turn: int, url: str, folder: Path, missing: Sequence[int]) -> None:
    """What comes after a crash: a new process drains; what nobody acknowledged is sent again."""
    commit.PROBE_SECONDS = 0.02
    scenario = Scenario(turn, url, folder, Fuse(0, 2))
    scenario.writer = GroupCommit(url, Spool(folder))
    await scenario.writer.start()
    await scenario.drained()
    if missing:
        await scenario.writer.write([record(turn, number) for number in missing])
    await scenario.writer.stop(seconds=5)


def forked(act: Callable[[int], Awaitable[None]]) -> tuple[int, list[dict[str, Any]]]:
    """Run `act` in a process of its own; its exit code and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            asyncio.run(act(writing))  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
            _write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = [json.loads(line) for line in pipe]
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), said


def crash(
    at: int, url: str, folder: Path, own: "psycopg.Connection[Any]", *, hasty: bool
) -> dict[str, Any]:
    """One turn: crash at boundary `at`, begin again, look."""

    async def until_the_crash(note: int) -> None:
        fuse = Fuse(at, note)
        lay(fuse)
        await Scenario(at, url, folder, fuse, hasty).play()

    code, said = forked(until_the_crash)
    kept = {number for line in said for number in line.get("acknowledged", ())}
    # Whoever was promised something does not send it again; all others do.
    missing = [number for number in EVERY if number not in kept]
    end, _ = forked(lambda _note: again(at, url, folder, missing))
    there = rows(at, own)
    return {
        "turn": at,
        "code": code,
        "at": next((line["crash"] for line in said if "crash" in line), "the end"),
        "acknowledged": len(kept),
        "after": end,
        "lost": [number for number in EVERY if number not in there],
        "doubled": len(there) - len(set(there)),
        "left": [path.name for path in folder.glob("*.spool")],
    }


def rows(turn: int, own: "psycopg.Connection[Any]") -> list[int]:
    """The numbers of a turn's events in the log."""
    low, high = (turn << 64).to_bytes(16, "big"), ((turn << 64) + 99).to_bytes(16, "big")
    found = own.execute(
        "SELECT id FROM events_event WHERE id BETWEEN %s::uuid AND %s::uuid",
        (low.hex(), high.hex()),
    )
    return [row[0].int & 0xFFFF for row in found]


def crashes(url: str, folder: Path, *, hasty: bool = False) -> Iterator[dict[str, Any]]:
    """A crash at each boundary to the scenario's end; of the hasty build to the first loss."""
    # The children inherit this connection and leave it alone: they end without closing anything.
    with psycopg.connect(url, autocommit=True) as own:
        for at in range(1, 10_000):
            place = folder / str(at)
            place.mkdir(parents=True)
            done = crash(at, url, place, own, hasty=hasty)
            yield done
            if done["code"] != CRASHED or (hasty and done["lost"]):
                return


def snapshots(folder: Path) -> Iterator[dict[str, Any]]:
    """The same for the snapshot on disk: it is the old one or the new one, never half of one."""
    path, code = folder / "snapshot", CRASHED
    for at in range(1, 100):
        live.replace(path, b"old" * 10_000)

        async def until_the_crash(note: int, at: int = at) -> None:
            lay(Fuse(at, note))
            live.replace(path, b"new" * 20_000)

        code, said = forked(until_the_crash)
        content = path.read_bytes()
        name = next((line["crash"] for line in said if "crash" in line), "the end")
        whole = content in {b"old" * 10_000, b"new" * 20_000}
        yield {"turn": at, "code": code, "at": name, "whole": whole}
        with suppress(FileNotFoundError):
            for rest in folder.glob("*.new"):
                rest.unlink()
        if code != CRASHED:
            return


def main() -> None:
    """Print one line for each crash."""
    folder, url, *rest = sys.argv[1:]
    kinds = {
        "hasty": partial(crashes, url, hasty=True),
        "snapshot": snapshots,
        "": partial(crashes, url),
    }
    for done in kinds[rest[0] if rest else ""](folder=Path(folder)):
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
