"""What a report knows of special designs: factors, blocks of hours, tests that run beside it.

Arms are ids, as everywhere; these are parts of `findings.Findings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.stats.aggregates import Aggregates
from experiments.reports.gaps import Gap, Span


@dataclass(frozen=True, slots=True)
class FactorEffect:
    """A level of a factor against its first one; or two levels together beyond both alone.

    `p_adjusted` is Holm's over all main effects, or over all interactions. `span` has the level at
    which Holm tested it. `missing` are combinations without which it cannot be told.
    """

    factors: tuple[str, ...]
    levels: tuple[str, ...]
    bases: tuple[str, ...]
    difference: float | None = None
    span: Span | None = None
    lift: float | None = None
    lift_span: Span | None = None
    p: float | None = None
    p_adjusted: float | None = None
    passed: bool = False
    gap: Gap | None = None
    missing: tuple[str, ...] = ()

    @property
    def main(self) -> bool:
        return len(self.factors) == 1


@dataclass(frozen=True, slots=True)
class BlockEffect:
    """The primary metric of an arm against the control among some blocks.

    `of` is "all" (with the first part of each block) or a part of the day ("night", …).
    """

    of: str
    arm: int
    blocks_control: int
    blocks_treatment: int
    lift: float | None = None
    lift_span: Span | None = None
    p: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class BlockPoint:
    """One block: when it began by the clock of the shop, its arm, its visitors, and the metric."""

    at: str
    arm: int
    units: int
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Switchback:
    """How a test of blocks of hours went."""

    hours: int
    counts: tuple[int, ...]
    points: tuple[BlockPoint, ...]
    effects: tuple[BlockEffect, ...]


@dataclass(frozen=True, slots=True)
class Concurrent:
    """Whether another test changes what this one finds.

    `largest` is the interaction furthest from zero, in the unit of the primary metric, of this
    arm with that variant of the other. `p_adjusted` is Benjamini-Hochberg's over the other tests.
    """

    key: str
    name: str
    units: int
    p: float | None = None
    p_adjusted: float | None = None
    largest: float | None = None
    standard_error: float | None = None
    arm: int | None = None
    other: str = ""
    alarm: bool = False
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class BlockTotals:
    """An input: what the visitors of a block did who were shown an arm."""

    number: int
    arm: int
    early: Aggregates
    settled: Aggregates


@dataclass(frozen=True, slots=True)
class Beside:
    """An input: another test, its variants (the control first), and the common visitors.

    `cells` are this test's totals by (arm here, variant there).
    """

    key: str
    name: str
    variants: tuple[tuple[int, str], ...]
    cells: Mapping[tuple[int, int], Aggregates] = field(default_factory=dict)
