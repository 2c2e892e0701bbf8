"""SIGSTOP: the database lives and is deaf for a while."""

import signal
import time
from dataclasses import dataclass

from banner_lab.stack.processes import wait_until
from tests.faults.judge import Span
from tests.faults.kills import busyness
from tests.faults.ledger import Ledger
from tests.faults.running import Run

ANSWER_LIMIT = 3.0
"""Seconds in which a caller of a plane hears something, whatever it is."""
CALM_SECONDS = 60.0


@dataclass(slots=True)
class Pause:
    """One such while."""

    run: Run
    seconds: float
    begun: float = 0.0
    ended: float = 0.0

    def carry_out(self) -> "Pause":
        """Stop every process of PostgreSQL, wait, let them go on."""
        self.begun = time.time()
        self.run.stack.signal("database", signal.SIGSTOP)
        time.sleep(self.seconds)
        self.run.stack.signal("database", signal.SIGCONT)
        self.ended = time.time()
        wait_until(self.run.stack.is_calm, seconds=CALM_SECONDS)
        self.run.blind.append(Span(self.begun, time.time() + 1))
        return self

    def judged(self, ledger: Ledger) -> list[str]:
        """Who waited too long, and whether the work went on."""
        found, limit = list(self.run.stack.fallen), ANSWER_LIMIT * busyness()
        late = [ms for ms in ledger.waits(self.run.planes) if ms > limit * 1000]
        if late:
            found.append(f"{len(late)} answers came late, the last after {max(late):.0f} ms")
        progress = ledger.progress(self.begun, self.ended)
        if progress < 100:
            found.append(f"{progress} operations while the database was deaf")
        return found
