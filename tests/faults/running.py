"""One run: the load in its own process, what was done to the stack meanwhile, the verdict."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from banner_lab.stack.processes import Command, last_lines, spawn, stop, wait_until
from delivery.config import ROOT
from tests.faults.judge import ROWS, SETTLED, TOTALS, Judge, Row, Span, Verdict
from tests.faults.ledger import Ledger
from tests.faults.stack import PLANES, Stack

DRAIN_SECONDS = 120
ROLLUP_SECONDS = 60
LAST_SECONDS = 60


@dataclass(slots=True)
class Run:
    """A load that runs against a stack.

    `blind` are the times in which the database was away; `excused` may end by themselves.
    """

    stack: Stack
    name: str
    path: Path
    process: "subprocess.Popen[bytes]"
    blind: list[Span] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    ended: bool = False

    @property
    def planes(self) -> set[int]:
        """The ports of the data planes."""
        return {self.stack.ports[name] for name in PLANES}

    def acknowledged(self) -> int:
        """Operations so far, read from the ledger while it grows."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return text.count('{"k":"ack"')

    def end(self) -> None:
        """Ask the senders to bring what they began to its end."""
        if not self.ended:
            stop(self.process, signal.SIGTERM, patience=LAST_SECONDS)
            self.ended = True

    def judge(self, *, totals: bool = True) -> tuple[Ledger, Verdict]:
        """The verdict after everything is drained; with the totals that the worker counts."""
        self.end()
        calm = wait_until(self.stack.is_calm, seconds=DRAIN_SECONDS)
        ledger = Ledger.read(self.path)
        rows = [Row(*row) for row in self.stack.ask(ROWS)]
        ((settled,),) = self.stack.ask(SETTLED)
        blind = [*self.blind, *self.stack.blind()]
        judge = Judge(self.stack.shop, ledger, rows, blind, settled)
        verdict = judge.judge()
        if not calm:
            verdict.sums.append(f"the spool was not drained in {DRAIN_SECONDS} s")
        if totals:
            self._totals(judge, verdict)
        return ledger, verdict

    def _totals(self, judge: Judge, verdict: Verdict) -> None:
        if not wait_until(self._rolled_up, seconds=ROLLUP_SECONDS):
            verdict.totals.append(f"the roll-up did not come to its end in {ROLLUP_SECONDS} s")
        judge.totals(verdict, self.stack.ask(TOTALS, self.stack.shop.experiment))

    def _rolled_up(self) -> bool:
        self.stack.note_the_fallen(excused=self.excused)
        self.stack.ring()
        time.sleep(0.3)
        ((newest, read),) = self.stack.ask(
            "SELECT (SELECT coalesce(max(seq), 0) FROM events_event),"
            " coalesce((SELECT watermark FROM events_rollupstate), 0)"
        )
        return bool(read >= newest)


@contextlib.contextmanager
def load(
    stack: Stack,
    name: str,
    *,
    seed: int = 1,
    events: float = 300,
    decisions: float = 300,
    ordered: bool = False,
) -> Iterator[Run]:
    """A load on an empty log; it has begun when this yields."""
    empty(stack)
    stack.fallen.clear()
    plan, path = stack.folder / f"{name}.plan", stack.folder / f"{name}.ledger"
    path.unlink(missing_ok=True)
    running = stack.processes
    told = {
        "ledger": str(path),
        "prefix": name,
        "seed": seed,
        "events": events,
        "decisions": decisions,
        "planes": [stack.ports[plane] for plane in PLANES if plane in running],
        "web": [stack.ports["web"]] if "web" in running else [],
        "ordered": ordered,
        "pk": stack.shop.pk,
        "sk": stack.shop.sk,
        "origin": stack.shop.origin,
        "key": stack.shop.key,
        "placement": stack.shop.placement,
    }
    plan.write_text(json.dumps(told), encoding="utf-8")
    command = Command((sys.executable, "-m", "tests.faults.load", str(plan)), folder=ROOT)
    run = Run(stack, name, path, spawn(command, log=stack.folder / f"{name}.log"))
    try:
        begun = wait_until(lambda: run.acknowledged() >= 5, seconds=30)
        assert begun, last_lines(stack.folder / f"{name}.log")
        yield run
    finally:
        run.end()


def empty(stack: Stack) -> None:
    """Nothing in the log and in the totals, as if nobody had been there."""
    stack.ask(
        "TRUNCATE events_event, events_unittotal, events_conversion, events_aggregate,"
        " events_tally, events_settled, events_rejected"
    )
