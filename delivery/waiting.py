"""Requests that wait for the commit of their group, and which of them go together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from delivery.messages import message
from delivery.record import ASSIGNED, Outcome, Record, Refusal
from engine.errors import Unavailable

LARGEST_GROUP = 5_000


@dataclass(slots=True)
class Waiting:
    """What one request brought, and the promise of its answer."""

    records: Sequence[Record]
    refusals: Sequence[Refusal]
    done: "asyncio.Future[list[Outcome]]"

    @property
    def size(self) -> int:
        """Records and refusals: each is a row."""
        return len(self.records) + len(self.refusals)

    @property
    def apart(self) -> bool:
        """Assignments are written in another way, which costs events more than their own."""
        return bool(self.records) and self.records[0].kind == ASSIGNED


def next_group(queue: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """The longest run from the front that may be written in one transaction, and what is left."""
    size = taken = 0
    for waiting in queue:
        if size >= LARGEST_GROUP or waiting.apart != queue[0].apart:
            break
        size += waiting.size
        taken += 1
    return queue[:taken], queue[taken:]


def answer(group: list[Waiting], outcomes: list[Outcome]) -> None:
    """Hand every request of a group the outcomes of its own records, in their order."""
    start = 0
    for waiting in group:
        end = start + len(waiting.records)
        if not waiting.done.done():
            waiting.done.set_result(outcomes[start:end])
        start = end


def fail(group: list[Waiting]) -> None:
    """Tell every request of a group that its records could be made durable nowhere."""
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(not_durable())


def not_durable() -> Unavailable:
    """The answer of a data plane that can keep nothing: 503 with Retry-After."""
    return Unavailable(message("not_durable"))
