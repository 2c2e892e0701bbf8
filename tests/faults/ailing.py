"""The disk below PostgreSQL fails while events are acknowledged, and is mended after a while.

PostgreSQL must not go on after a write or a sync of its log has failed: it ends (PANIC), cannot
recover while the disk is ill, and is started again and again, as the supervisor does.
"""

import resource
import time
from dataclasses import dataclass, field
from typing import Protocol

from banner_lab.stack.processes import wait_until
from tests.faults.failing_calls import SYNCING, WRITING, Calls
from tests.faults.judge import Span
from tests.faults.kills import DEAD_SECONDS, LEAST_PROGRESS, LIMITS, LOOK_SECONDS, busyness
from tests.faults.ledger import Ledger
from tests.faults.running import Run
from tests.faults.stack import Stack

LARGEST_FILE = 1 << 18
"""Bytes. A segment of the log has 16 MiB, so that it is reached within a second."""
GIVE_UP_SECONDS = 90.0


class Disk(Protocol):
    """What can be ill and be mended."""

    def fail(self, stack: Stack) -> None:
        """From now on, for the PostgreSQL that runs now."""

    def mend(self, stack: Stack) -> None:
        """From now on all is well."""


class Full:
    """No file may be written beyond some bytes: each write there fails with EFBIG."""

    def fail(self, stack: Stack) -> None:
        self._limit(stack, LARGEST_FILE)

    def mend(self, stack: Stack) -> None:
        self._limit(stack, resource.RLIM_INFINITY)

    def _limit(self, stack: Stack, size: int) -> None:
        # The head is the first of its family: what it forks from then on inherits the limit.
        for pid in stack.family("database"):
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue


@dataclass(slots=True)
class Broken:
    """Some calls fail with EIO: PostgreSQL must have been started by `calls`."""

    calls: Calls
    names: frozenset[str]

    def fail(self, stack: Stack) -> None:
        self.calls.failing = self.names

    def mend(self, stack: Stack) -> None:
        self.calls.failing = frozenset()


def broken(stack: Stack) -> dict[str, Broken]:
    """Let PostgreSQL start where its writes or its syncs can fail; the ways to let them."""
    calls = Calls()
    stack.end("database")
    stack.spawners["database"] = calls.spawn
    stack.start(["database"])
    assert wait_until(stack.is_calm, seconds=GIVE_UP_SECONDS)
    return {"writes": Broken(calls, WRITING), "syncs": Broken(calls, SYNCING)}


@dataclass(slots=True)
class Ailment:
    """One such while and what was seen of it; `ends` are the exit codes of PostgreSQL in it."""

    run: Run
    disk: Disk
    seconds: float
    begun: float = 0.0
    mended: float = 0.0
    recovered: float = 0.0
    panics: int = 0
    ends: list[int] = field(default_factory=list)

    @property
    def stack(self) -> Stack:
        return self.run.stack

    def carry_out(self) -> "Ailment":
        """Let it fail, start what ends again and again, mend it, wait until all is drained."""
        before = self._told()
        self.begun = time.time()
        self.disk.fail(self.stack)
        while time.time() < self.begun + self.seconds:
            if self._revived():
                self.disk.fail(self.stack)
            time.sleep(LOOK_SECONDS)
        self.disk.mend(self.stack)
        self.mended = time.time()
        wait_until(self._works, seconds=GIVE_UP_SECONDS)
        self.recovered = time.time()
        self.run.blind.append(Span(self.begun, self.recovered + 1))
        self.panics = self._told() - before
        return self

    def _told(self) -> int:
        return self.stack.log("database").read_text("utf-8", "replace").count("PANIC:")

    def _revived(self) -> bool:
        """Whether PostgreSQL had ended, and was started again."""
        code = self.stack.processes["database"].poll()
        if code is None:
            return False
        self.ends.append(code)
        time.sleep(DEAD_SECONDS)
        self.stack.revive("database")
        return True

    def _works(self) -> bool:
        self._revived()
        return self.stack.answers("database") and self.stack.is_calm()

    def judged(self, ledger: Ledger) -> list[str]:
        """Whether it was ill at all, whether the work went on, and how soon all was well."""
        found = list(self.stack.fallen)
        if not self.panics:
            found.append("PostgreSQL never said PANIC: the disk was not ill")
        if (took := self.recovered - self.mended) > LIMITS["database"] * busyness():
            found.append(f"everything worked again {took:.1f} s after the disk was mended")
        progress = ledger.progress(self.begun, self.mended)
        if progress < LEAST_PROGRESS:
            found.append(f"{progress} operations while the disk was ill")
        return found

    def __str__(self) -> str:
        took = self.recovered - self.mended
        return (
            f"{self.seconds:.0f} s, PANIC {self.panics} times, PostgreSQL ended"
            f" {len(self.ends)} times, everything works {took:.1f} s after the disk was mended"
        )
