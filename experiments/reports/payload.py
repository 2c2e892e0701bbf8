"""What a report knows, as it lies in `Report.payload`: numbers and named gaps, no words for people.

Everything a page, an export or another program needs is in here, so that a report can be read again
when the experiment has been renamed or its log has been dropped.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from experiments.reports.findings import NOTHING_FOUND, Cost, Findings, Role, WatchedMetric
from experiments.reports.gaps import Gap, GapCode, Span, Split
from experiments.reports.mix import Mix

__all__ = [
    "CHANCE",
    "CHANCE_ID",
    "METHOD",
    "METHOD_BLOCKS",
    "METHOD_BY_DAY",
    "METHOD_ONCE",
    "METHOD_OPEN",
    "POLICY",
    "POLICY_ID",
    "AllArms",
    "Arm",
    "Check",
    "Counts",
    "DayPoint",
    "Design",
    "Effect",
    "Gap",
    "GapCode",
    "ReportData",
    "Span",
    "Split",
    "State",
    "Value",
    "decode",
    "encode",
]

METHOD = "group-sequential-1"
METHOD_OPEN = "confidence-sequence-1"
METHOD_ONCE = "one-look-2"
METHOD_BY_DAY = "within-days-2"
METHOD_BLOCKS = "switchback-1"
"""Names of the statistical procedures: planned end, no end date, data that came complete, policies
that choose, blocks of hours. They change whenever the same data would give other numbers."""
CHANCE, POLICY = ":chance", ":policy"
"""Keys of the two sides of an adaptive experiment; no variant can be called like that."""
CHANCE_ID, POLICY_ID = -1, -2


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant as the report saw it, with its level of each factor."""

    id: int
    key: str
    name: str
    share: float
    levels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """What was planned. The first arm is the control."""

    experiment: int
    phase: int
    unit: str
    origin: str
    primary: str
    arms: tuple[Arm, ...]
    mde: float | None = None
    mde_kind: str = "relative"
    planned_days: int = 14
    planned_visitors: int = 0
    traffic_share: int = 100
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    currency: str = "CNY"
    policy: str = "fixed"
    reading: str = "planned"
    watched: tuple[WatchedMetric, ...] = ()
    costs: tuple[Cost, ...] = ()
    block_hours: int = 0

    @property
    def adaptive(self) -> bool:
        """A policy chooses: the sides are chance (the exploration slice) and the policy."""
        return self.policy != "fixed"

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @property
    def treatments(self) -> tuple[Arm, ...]:
        return self.arms[1:]

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    @property
    def planned_look_only(self) -> bool:
        """Imported data was complete when it came: there is nothing to wait for."""
        return self.origin in {"events", "results"}

    @property
    def of_means(self) -> bool:
        """Only visitors, and the mean and variance of some metrics, are known of each variant."""
        return self.origin == "results" and self.unit != "impression"

    @property
    def of_blocks(self) -> bool:
        """Hours were drawn, not visitors."""
        return self.unit == "block"

    @property
    def by_visitors(self) -> bool:
        """No days are planned: it is read once, when so many visitors have come."""
        return self.reading == "planned" and not self.planned_days

    def arm(self, arm_id: int) -> Arm:
        return next(arm for arm in self.arms if arm.id == arm_id)


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals of one arm. Money in minor units."""

    arm: int
    units: int = 0
    impressions: int = 0
    viewables: int = 0
    clicks: int = 0
    carts: int = 0
    orders: int = 0
    converted: int = 0
    revenue: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A metric in one arm, or why there is none."""

    metric: str
    arm: int
    value: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """A treatment against control on one metric, or why they cannot be compared.

    `p_adjusted` is Holm's over the treatments for the primary metric and Benjamini-Hochberg's for
    the secondary ones. `span` and `lift_span` of the primary metric have the level at which Holm's
    procedure tested this treatment, and `bound` standard errors to either side: the bound of the
    daily reading at this look. `passed`: the primary metric's test rejects at this look.
    """

    metric: str
    arm: int
    difference: float | None = None
    span: Span | None = None
    lift: float | None = None
    lift_span: Span | None = None
    lift_gap: Gap | None = None
    p: float | None = None
    p_adjusted: float | None = None
    log10_p: float | None = None
    standard_error: float | None = None
    method: str = ""
    gap: Gap | None = None
    role: Role = Role.PRIMARY
    bound: float | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True)
class AllArms:
    """One test over all arms, where there are more than two."""

    statistic: float | None = None
    df: int | None = None
    p: float | None = None
    log10_p: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class DayPoint:
    """The primary metric as of the end of a day; the band may be read on any day."""

    day: dt.date
    arm: int
    n_control: int
    n_treatment: int
    lift: float | None = None
    band: Span | None = None
    gap: str = ""


class State(StrEnum):
    """Fine, still too early, worth knowing, a reason not to read the result, not known, not a
    question here."""

    OK = "ok"
    WAITING = "waiting"
    WARNING = "warning"
    BLOCKING = "blocking"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One health check and the numbers it rests on."""

    key: str
    state: State
    numbers: Mapping[str, float]
    arm: int | None = None


@dataclass(frozen=True, slots=True)
class ReportData:
    """A phase of an experiment as of a moment."""

    method: str
    as_of: dt.datetime
    watermark: int
    design: Design
    counts: tuple[Counts, ...]
    values: tuple[Value, ...]
    effects: tuple[Effect, ...]
    split: Split
    all_arms: AllArms | None
    days: tuple[DayPoint, ...]
    checks: tuple[Check, ...]
    mix: Mix | None = None
    findings: Findings = NOTHING_FOUND

    @property
    def units(self) -> int:
        return sum(counts.units for counts in self.counts)

    def of(self, arm: int) -> Counts:
        return next(counts for counts in self.counts if counts.arm == arm)

    def value(self, metric: str, arm: int) -> Value | None:
        found = (v for v in self.values if v.metric == metric and v.arm == arm)
        return next(found, None)

    def effect(self, metric: str, arm: int) -> Effect | None:
        found = (e for e in self.effects if e.metric == metric and e.arm == arm)
        return next(found, None)

    def primary(self) -> tuple[Effect, ...]:
        return tuple(e for e in self.effects if e.metric == self.design.primary)


def encode(data: ReportData) -> dict[str, Any]:
    """The report as plain JSON types."""
    plain: dict[str, Any] = msgspec.to_builtins(data)
    return plain


def decode(payload: Mapping[str, Any]) -> ReportData:
    """The report back from its JSON.

    Raises:
        msgspec.ValidationError: It is not a report of this form, e.g. of an older version.
    """
    return msgspec.convert(payload, ReportData)
