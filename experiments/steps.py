"""One question of a decision and its answer, as pages show it."""

from dataclasses import dataclass
from typing import Literal

from experiments.known import Fact

Outcome = Literal["passed", "noted", "ended"]


@dataclass(frozen=True, slots=True)
class Line:
    """One part of an answer; `holds` is None where there is nothing to hold."""

    text: str
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A question, its answer, and whether the decision went on from there.

    `noted`: it went on, but not as usual. `bucket` and `ranges` are drawn as a line.
    """

    question: str
    answer: str
    outcome: Outcome = "passed"
    bucket: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    facts: tuple[Fact, ...] = ()
    lines: tuple[Line, ...] = ()
