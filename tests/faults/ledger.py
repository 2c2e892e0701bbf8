"""What the senders wrote down, read back: batches with their tries, and decisions."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WRITTEN = {"new", "ordered"}
"""Roles of events that are in the log when their batch was acknowledged."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an acknowledgement said, and when."""

    at: float
    received: int
    stored: int
    duplicate: int
    conflict: int
    filtered: int
    rejected: int

    @property
    def sum(self) -> int:
        return self.stored + self.duplicate + self.conflict + self.filtered + self.rejected

    @property
    def written(self) -> int:
        """How many it says are new in the log."""
        return self.stored + self.filtered


@dataclass(slots=True)
class Batch:
    """Events that were sent together, and what became of each try."""

    roles: list[str]
    events: list[dict[str, Any]]
    tries: list[float] = field(default_factory=list)
    acks: list[Receipt] = field(default_factory=list)
    unknown: int = 0
    nobody: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def of(self, *roles: str) -> list[dict[str, Any]]:
        """Its events of some roles."""
        pairs = zip(self.roles, self.events, strict=True)
        return [event for role, event in pairs if role in roles]

    @property
    def may_be_there(self) -> bool:
        """Whether a try may have stored it without our knowing."""
        return bool(self.unknown or self.refused or len(self.tries) > len(self.acks) + self.nobody)


@dataclass(slots=True)
class Ledger:
    """The whole of a run."""

    batches: dict[int, Batch] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, float]] = field(default_factory=list)
    ended: bool = False

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """All lines; a half one at the end is the only one that may be unreadable."""
        ledger = cls()
        for line in _lines(path):
            ledger.take(line)
        return ledger

    def take(self, line: dict[str, Any]) -> None:
        """One line."""
        match line["k"]:
            case "decision":
                self.decisions.append(line)
            case "batch":
                self.batches[line["b"]] = Batch(line["roles"], line["events"])
            case "try":
                self.batches[line["b"]].tries.append(line["t"])
            case "ack":
                self.batches[line["b"]].acks.append(Receipt(at=line["t"], **line["r"]))
            case "unknown":
                self.batches[line["b"]].unknown += 1
            case "nobody":
                self.batches[line["b"]].nobody += 1
            case "refused":
                self.batches[line["b"]].refused.append(line)
            case "end":
                self.ended = True
        if "at" in line and "ms" in line:
            self.answers.append((line["at"], line["ms"]))

    def waits(self, ports: Collection[int]) -> list[float]:
        """How long answers of these ports took, in milliseconds, and all decisions."""
        events = [ms for port, ms in self.answers if port in ports]
        return [*events, *(d["ms"] for d in self.decisions if "ms" in d)]

    def progress(self, begun: float, ended: float) -> int:
        """How many operations succeeded in between."""
        acks = sum(begun <= ack.at <= ended for b in self.batches.values() for ack in b.acks)
        answers = (d for d in self.decisions if d["status"] == 200)
        return acks + sum(begun <= d["t"] <= ended for d in answers)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    for line in lines[:-1]:
        yield json.loads(line)
