"""Start children, watch them, start the fallen again, stop them in reverse order."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from banner_lab.stack.errors import CannotStart, StackError
from banner_lab.stack.processes import Command, last_lines, spawn, stop

TICK_SECONDS = 0.1
HOUSEKEEPING_SECONDS = 60.0
# A child that lives shorter than this has failed to start; longer, and its failures are forgotten.
FAST_SECONDS = 10.0
FAST_FAILURES = 5
FIRST_PAUSE = 0.5
MOST_DOUBLINGS = 6
# Time to finish what was begun after being asked to stop.
PATIENCE_SECONDS = 20.0


class GivenUp(StackError):
    """A child has failed again and again since it was first started; the stack stops."""


class Interrupted(StackError):
    """Somebody asked the stack to stop."""


@dataclass(frozen=True, slots=True)
class Child:
    """One long-lived process. Children of a lower `tier` start earlier and stop later."""

    name: str
    command: Command
    ready: Callable[[], bool] | None = None
    tier: int = 0


@dataclass(slots=True)
class Watched:
    """A child and how it fares. One that has `lasted` once can work: it is never given up."""

    child: Child
    process: subprocess.Popen[bytes]
    started: float
    lasted: bool = False
    failures: int = 0
    restarts: int = 0
    again_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Everything in one thread: the kernel ties the children's lives to it.

    `say` tells the person at the terminal, `changed` is called when a process came or went,
    `housekeeping` every minute.
    """

    log_of: Callable[[str], Path]
    say: Callable[[str], None]
    changed: Callable[[], None] = lambda: None
    housekeeping: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic
    watched: dict[str, Watched] = field(default_factory=dict)
    background: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stop_asked: int = 0

    def ask_to_stop(self, *_: object) -> None:
        """For signal handlers: noticed at the next tick; a second time nobody is waited for."""
        self.stop_asked += 1

    def start(self, children: Iterable[Child]) -> None:
        """Start `children` at once; they may not be ready yet."""
        for child in children:
            process = spawn(child.command, log=self.log_of(child.name))
            self.watched[child.name] = Watched(child, process, self.clock())
        self.changed()

    def wait_ready(self, children: Iterable[Child], *, seconds: float) -> None:
        """Return when all `children` answer; raises CannotStart, GivenUp or Interrupted."""
        waiting = {child.name: child.ready for child in children if child.ready is not None}
        end = self.clock() + seconds
        while waiting:
            self.tick()
            waiting = {name: ready for name, ready in waiting.items() if not ready()}
            if waiting and self.clock() > end:
                raise CannotStart(self._silence(next(iter(waiting)), seconds))

    def _silence(self, name: str, seconds: float) -> str:
        tail = last_lines(self.log_of(name))
        return f"{name} did not answer within {seconds:.0f} seconds. Its last lines:\n{tail}"

    def run(self, name: str, command: Command) -> int:
        """Run `command` to its end while watching the others; its exit code."""
        process = self.background[name] = spawn(command, log=self.log_of(name))
        while process.poll() is None:
            self.tick()
        del self.background[name]
        return process.returncode

    def run_beside(self, name: str, command: Command) -> subprocess.Popen[bytes]:
        """Start `command` and let it come to its end in its own time."""
        process = self.background[name] = spawn(command, log=self.log_of(name))
        return process

    def watch(self) -> None:
        """Watch until somebody asks to stop (Interrupted) or a child is hopeless (GivenUp)."""
        next_round = self.clock()
        while True:
            self.tick()
            if self.clock() >= next_round:
                self.housekeeping()
                next_round = self.clock() + HOUSEKEEPING_SECONDS

    def tick(self) -> None:
        """One look at everything, and a short sleep."""
        if self.stop_asked:
            raise Interrupted("Stopping.")
        for watched in self.watched.values():
            self._look_after(watched)
        time.sleep(TICK_SECONDS)

    def _look_after(self, watched: Watched) -> None:
        if watched.again_at is not None:
            if self.clock() >= watched.again_at:
                self._start_again(watched)
        elif watched.process.poll() is not None:
            self._note_end(watched)

    def _note_end(self, watched: Watched) -> None:
        # Its own children must not hold the port or the queue when it starts again.
        stop(watched.process, signal.SIGKILL, patience=0)
        short_lived = self.clock() - watched.started < FAST_SECONDS
        watched.lasted = watched.lasted or not short_lived
        watched.failures = watched.failures + 1 if short_lived else 1
        # A database whose disk is ill must not take down the planes, which answer without it.
        if watched.failures >= FAST_FAILURES and not watched.lasted:
            raise GivenUp(self._hopeless(watched))
        pause = FIRST_PAUSE * 2 ** min(watched.failures - 1, MOST_DOUBLINGS)
        watched.again_at = self.clock() + pause
        self.say(
            f"{watched.child.name} {_ending(watched.process)}; starting it again in {pause:g} s"
        )
        self.changed()

    def _hopeless(self, watched: Watched) -> str:
        name, log = watched.child.name, self.log_of(watched.child.name)
        return (
            f"{name} {_ending(watched.process)} {FAST_FAILURES} times in a row, so everything "
            f"stops. The last lines of {log}:\n{last_lines(log)}"
        )

    def _start_again(self, watched: Watched) -> None:
        watched.process = spawn(watched.child.command, log=self.log_of(watched.child.name))
        watched.started, watched.again_at = self.clock(), None
        watched.restarts += 1
        self.changed()

    def stop_all(self) -> None:
        """Stop what runs, the last tier first; each tier is asked at once and then waited for."""
        for process in self.background.values():
            stop(process, signal.SIGTERM, patience=2)
        for tier in sorted({watched.child.tier for watched in self.watched.values()}, reverse=True):
            self._stop_tier([w for w in self.watched.values() if w.child.tier == tier])
        self.watched.clear()

    def _stop_tier(self, tier: list[Watched]) -> None:
        for watched in reversed(tier):
            if watched.process.poll() is None:
                watched.process.send_signal(watched.child.command.stop_signal)
        end = self.clock() + PATIENCE_SECONDS
        while any(w.process.poll() is None for w in tier) and self.clock() < end:
            if self.stop_asked > 1:
                break
            time.sleep(TICK_SECONDS / 4)
        for watched in reversed(tier):
            stop(watched.process, watched.child.command.stop_signal, patience=0)


def _ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
