"""The database goes away under load: stopped, or behind a network that swallows everything."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from banner_lab.stack.processes import wait_until
from delivery import identity
from tests.faults.judge import Span
from tests.faults.kills import busyness
from tests.faults.ledger import Ledger
from tests.faults.running import Run
from tests.faults.stack import PLANES, Stack, said

DRAIN_LIMIT = 120.0
STOP_LIMIT = 10.0
START_LIMIT = 5.0
NOTICED_SECONDS = 5.0
"""After so long every plane knows that the database is away."""
PEOPLE, FEW = 100, 20
ORDERED = "SELECT id, seq, received_at FROM events_event WHERE id = ANY(%s::uuid[])"


@dataclass(slots=True)
class Outage:
    """One outage and what was seen of it."""

    run: Run
    kind: str
    seconds: float
    web: bool = True
    complaints: list[str] = field(default_factory=list)
    begun: float = 0.0
    noticed: float = 0.0
    restarted: float = 0.0
    ended: float = 0.0
    drained: float = 0.0

    @property
    def stack(self) -> Stack:
        return self.run.stack

    def carry_out(self) -> "Outage":
        """Begin it, restart delivery and web in the middle, end it, wait until all is drained."""
        before = variants(self.stack)
        self.begun = time.time()
        self._begin()
        self._watch(self.begun + self.seconds / 2)
        self.restarted = time.time()
        self._restart(["delivery-1", "web"] if self.web else ["delivery-1"])
        self._compare(before, variants(self.stack), "the planes")
        if self.web and self.kind == "stopped":
            self._web_decides(before)
        self._watch(self.begun + self.seconds)
        self._end()
        return self

    def _compare(self, before: dict[str, str], after: dict[str, str], whom: str) -> None:
        moved = [user for user in after if before[user] != after[user]]
        if moved:
            self.complaints.append(
                f"{len(moved)} of {len(after)} have another variant at {whom} than before,"
                f" such as {moved[0]}: {before[moved[0]]}, {after[moved[0]]}"
            )

    def _web_decides(self, before: dict[str, str]) -> None:
        """Django's doors, too, answer from what the planes keep on the disk."""
        # It listens before its workers have warmed up, and an answer of a busy one may be late.
        found: dict[str, str] = {}

        def all_answered() -> bool:
            found.update(variants(self.stack, ["web"], FEW))
            return "None" not in found.values()

        wait_until(all_answered, seconds=60)
        self._compare(before, found, "web")

    def _begin(self) -> None:
        if self.kind == "stopped":
            self.stack.end("database")
        else:
            self.stack.proxy.swallow()

    def _end(self) -> None:
        if self.kind == "stopped":
            self.stack.start(["database"])
        else:
            self.stack.proxy.shut()
            self.stack.proxy.open()
        self.ended = time.time()
        if not wait_until(self.stack.is_calm, seconds=DRAIN_LIMIT):
            self.complaints.append(f"not drained in {DRAIN_LIMIT:.0f} s")
        self.drained = time.time()
        self.run.blind.append(Span(self.begun, self.drained + 1))

    def _watch(self, end: float) -> None:
        """Every plane lives; from some seconds after the beginning on it says it is degraded."""
        while time.time() < end:
            known = time.time() - self.begun > NOTICED_SECONDS * busyness()
            for plane in PLANES:
                state, lives = self.stack.health(plane), said(self.stack.ports[plane], "/livez")
                if lives != {"status": "live"}:
                    self.complaints.append(f"{plane} does not say that it lives: {lives}")
                if known and state.get("status") != "degraded":
                    self.complaints.append(f"{plane} is not degraded: {state}")
            time.sleep(0.5)

    def _restart(self, names: list[str]) -> None:
        for name in names:
            if (took := self.stack.end(name)) > STOP_LIMIT * busyness():
                self.complaints.append(f"{name} took {took:.1f} s to stop")
        begun = time.time()
        for name in names:
            self.stack.spawn(name)
        if not wait_until(lambda: self.stack.answers(names[0]), seconds=60):
            self.complaints.append(f"{names[0]} did not start")
        elif (took := time.time() - begun) > START_LIMIT * busyness():
            self.complaints.append(f"{names[0]} took {took:.1f} s to start")

    def judged(self, ledger: Ledger) -> list[str]:
        """All that is wrong, with what the ledger says of order and progress."""
        progress = ledger.progress(self.begun, self.ended)
        if progress < 100:
            self.complaints.append(f"{progress} operations while the database was away")
        return [*self.complaints, *self.stack.fallen, *self._disorder(ledger)]

    def _disorder(self, ledger: Ledger) -> list[str]:
        """Whether one sender's events are in the log as they were sent."""
        sent = [
            (batch.events[0]["id"], batch.acks[0].at)
            for batch in ledger.batches.values()
            if batch.roles == ["ordered"] and batch.acks
        ]
        site = self.stack.shop.site
        names = {identity.of_id(site, text).hex(): (text, at) for text, at in sent}
        found = {names[row[0].hex][0]: row[1:] for row in self.stack.ask(ORDERED, [list(names)])}
        times = [found[text][1] for text in sorted(found)]
        wrong = [] if times == sorted(times) else ["times of receipt are not in the order sent"]
        spooled = [text for text, at in sent if self.begun + 4 < at < self.restarted]
        places = [found[text][0] for text in sorted(spooled) if text in found]
        if places != sorted(places):
            wrong.append("what waited in one spool did not come in the order it was accepted")
        return wrong


def variants(stack: Stack, names: Sequence[str] = PLANES, people: int = PEOPLE) -> dict[str, str]:
    """What many people are given now, by whichever of these processes."""
    found = {}
    for number in range(people):
        port = stack.ports[names[number % len(names)]]
        path = f"/api/v1/assign?experiment={stack.shop.key}&user_id=same-{number}"
        found[f"same-{number}"] = str(said(port, path, key=stack.shop.sk).get("variant"))
    return found
