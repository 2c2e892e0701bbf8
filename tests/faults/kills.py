"""SIGKILL at random, under load: who is hit, when, and how soon everything works again."""

import contextlib
import os
import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.faults.judge import Span, Verdict
from tests.faults.ledger import Ledger
from tests.faults.running import Run
from tests.faults.stack import PLANES, Stack

DEAD_SECONDS = 0.5
"""What the supervisor waits before it starts something again."""
LOOK_SECONDS = 0.05
GIVE_UP_SECONDS = 60.0
LEAST_WINDOW = 1.5
"""Seconds over which the progress during a fault is counted, at least."""
LEAST_PROGRESS = 100
LIMITS = {"database": 30.0}
SERVICE_SECONDS = 5.0
MEDIAN = "again: median / most"
BACKGROUND = {"worker", "beat"}
"""Nobody waits for their answer."""


class Victim(NamedTuple):
    """Who, and how: the whole family, its head, or one below the head."""

    kind: str
    name: str
    how: str


KINDS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "delivery": (PLANES, ("whole", "head", "child")),
    "web": (("web",), ("whole", "head", "child")),
    "worker": (("worker",), ("whole", "head", "child")),
    "beat": (("beat",), ("whole",)),
    "broker": (("broker",), ("whole",)),
    "database": (("database",), ("head", "child")),
    "state": (("state",), ("whole",)),
}
ONE_OF_EACH = (
    Victim("delivery", "delivery-1", "whole"),
    Victim("database", "database", "head"),
    Victim("worker", "worker", "child"),
    Victim("web", "web", "whole"),
    Victim("broker", "broker", "whole"),
    Victim("beat", "beat", "whole"),
    Victim("delivery", "delivery-2", "child"),
)


def at_random(count: int, chance: random.Random) -> Iterable[Victim]:
    """So many, every kind as often as the others."""
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)] if number else "delivery"
        names, ways = KINDS[kind]
        yield Victim(kind, chance.choice(names), chance.choice(ways))


@dataclass(slots=True)
class Kill:
    """One kill: when (Unix seconds), and when it was mended."""

    victim: Victim
    begun: float
    revived: float = 0.0
    recovered: float = 0.0

    @property
    def seconds(self) -> float:
        """From the restart to the first answer."""
        return self.recovered - self.revived

    @property
    def window(self) -> tuple[float, float]:
        return self.begun, max(self.recovered, self.begun + LEAST_WINDOW)


def kill(stack: Stack, victim: Victim, chance: random.Random) -> Kill:
    """Without a word, and wait until everything answers again."""
    head, *below = stack.family(victim.name)
    hit = {"whole": [head, *below], "head": [head], "child": [chance.choice(below or [head])]}
    done = Kill(victim, time.time())
    for pid in hit[victim.how]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    time.sleep(DEAD_SECONDS)
    done.revived = done.begun if victim.how == "child" else 0.0
    _mend(stack, done)
    return done


def _mend(stack: Stack, done: Kill) -> None:
    name, patience = done.victim.name, GIVE_UP_SECONDS * busyness()
    end = time.time() + patience
    while time.time() < end:
        if stack.processes[name].poll() is not None:
            stack.revive(name)
            done.revived = done.revived or time.time()
        elif _works(stack, name):
            done.recovered = time.time()
            return
        time.sleep(LOOK_SECONDS)
    raise AssertionError(f"{done.victim} did not come back in {patience:.0f} s")


def _works(stack: Stack, name: str) -> bool:
    return stack.answers(name) and (name != "database" or stack.is_calm())


@dataclass(slots=True)
class Campaign:
    """Kill after kill against a running load."""

    run: Run
    chance: random.Random
    kills: list[Kill] = field(default_factory=list)
    say: Callable[[str], None] = lambda _text: None

    def carry_out(self, victims: Iterable[Victim], *, pause: tuple[float, float]) -> None:
        """One after the other, with a pause of some seconds in between."""
        for victim in victims:
            time.sleep(self.chance.uniform(*pause))
            self.run.stack.note_the_fallen(excused=self.run.excused)
            self.run.stack.ring()
            done = kill(self.run.stack, victim, self.chance)
            self.kills.append(done)
            if victim.kind == "broker":
                # A worker that holds a message when its broker dies ends; it is started again.
                self.run.excused.add("worker")
            if victim.kind == "database":
                self.run.blind.append(Span(done.begun, done.recovered + 1))
            words = f"{victim.name} ({victim.how}), again after {done.seconds:.1f} s"
            self.say(f"{len(self.kills):4} {words}")
        time.sleep(LEAST_WINDOW)
        self.run.stack.note_the_fallen(excused=self.run.excused)

    def complaints(self, ledger: Ledger) -> list[str]:
        """What took too long, stood still, or fell over by itself.

        The limits are for a machine of our own: where others work too they grow with the load.
        """
        found, busy = list(self.run.stack.fallen), busyness()
        for done in self.kills:
            limit = LIMITS.get(done.victim.kind, SERVICE_SECONDS) * busy
            if done.victim.kind not in BACKGROUND and done.seconds > limit:
                found.append(f"{done.victim} answered again after {done.seconds:.1f} s")
            progress = ledger.progress(*done.window)
            if progress < LEAST_PROGRESS:
                found.append(f"{done.victim}: {progress} operations while it was away")
        return found

    def table(self, ledger: Ledger, verdict: Verdict) -> str:
        """One line for each kind: an event belongs to the first kill after its acknowledgement."""
        lost = Counter(self._kind_of(verdict, name) for name in verdict.lost)
        twice = Counter(self._kind_of(verdict, name) for name in verdict.doubled)
        lines = [f"{'kind':<10}{'kills':>6}{'acknowledged':>14}{'lost':>6}{'twice':>7}{MEDIAN:>24}"]
        for kind in KINDS:
            of_kind = [done for done in self.kills if done.victim.kind == kind]
            if of_kind:
                progress = sum(ledger.progress(*done.window) for done in of_kind)
                took = [done.seconds for done in of_kind]
                again = f"{statistics.median(took):.1f} / {max(took):.1f} s"
                lines.append(
                    f"{kind:<10}{len(of_kind):>6}{progress:>14}{lost[kind]:>6}{twice[kind]:>7}"
                    f"{again:>24}"
                )
        return "\n".join([*lines, "", summary(ledger, verdict, self.run.planes)])

    def _kind_of(self, verdict: Verdict, name: str) -> str:
        at = verdict.moments.get(name, 0.0)
        after = (done.victim.kind for done in self.kills if done.window[1] >= at)
        return next(after, "none")


def busyness() -> float:
    """How many want each processor, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def summary(ledger: Ledger, verdict: Verdict, ports: Collection[int]) -> str:
    """What was sent and what became of it."""
    return (
        f"events sent {verdict.sent}, acknowledged {verdict.acknowledged}, in the log"
        f" {verdict.stored}, lost {len(verdict.lost)}, counted twice {len(verdict.doubled)};"
        f" tries unknown {verdict.unknown}, refused {verdict.refused};"
        f" decisions {verdict.decisions}, wrong or missing {len(verdict.unanswered)};"
        f" slowest answer of a plane {max(ledger.waits(ports), default=0) / 1000:.2f} s"
    )
