"""A storm against one process: warm up, send, look at its memory before and after."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from tests import apart
from tests.hostile.asked import Keys, cases
from tests.hostile.judge import Verdict
from tests.hostile.sockets import storm

MIB = 1 << 20
WARM_UP = 2_000
MOST_GROWTH = 50 * MIB


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict over a storm, and how much the process grew in it."""

    verdict: Verdict
    growth: int


def resident(pid: int) -> int:
    """Bytes in memory of a process and all of its children."""
    return sum(_own(one) for one in family(pid))


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(word) for path in listed for word in path.read_text().split()]
    return [pid, *itertools.chain.from_iterable(map(family, below))]


def _own(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def against(port: int, pid: int, keys: Keys, *, count: int, seed: int) -> Found:
    """Send `count` cases; all answers are judged, memory only after the warm-up among them."""
    verdict = Verdict()
    first = min(WARM_UP, count // 3)
    apart.run(storm(port, cases(keys, count=first, seed=seed), verdict.see))
    before, members = resident(pid), set(family(pid))
    apart.run(storm(port, cases(keys, count=count - first, seed=seed + 1), verdict.see))
    if set(family(pid)) != members:
        verdict.faults.append("a process died and another took its place")
    return Found(verdict, resident(pid) - before)
