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

from experiments.reports.mix import Mix

METHOD = "planned-look-1"
METHOD_BY_DAY = "within-days-1"
"""Names of the statistical procedures (the second is that of policies that choose); they change
whenever the same data would give other numbers."""
CHANCE, POLICY = ":chance", ":policy"
"""Keys of the two sides of an adaptive experiment; no variant can be called like that."""
CHANCE_ID, POLICY_ID = -1, -2


class GapCode(StrEnum):
    """Why a number does not exist."""

    NOT_RECORDED = "not_recorded"
    TOO_FEW = "too_few"
    NO_VARIATION = "no_variation"
    NOT_MEASURABLE_YET = "not_measurable_yet"
    CONTROL_NOT_POSITIVE = "control_not_positive"


@dataclass(frozen=True, slots=True)
class Gap:
    """The named reason in place of a number; counts where it is a matter of counts."""

    code: GapCode
    what: str = ""
    have: int = 0
    need: int = 0
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval with its coverage."""

    low: float
    high: float
    level: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant as the report saw it."""

    id: int
    key: str
    name: str
    share: float


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
        return self.origin != "live"

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

    `p_adjusted` is Holm's over the treatments and exists for the primary metric only; there `span`
    and `lift_span` have the coverage at which Holm's procedure tested this treatment.
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


@dataclass(frozen=True, slots=True)
class Split:
    """Units per arm against the set shares."""

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    p: float | None = None
    log10_p: float | None = None
    alarm: bool = False
    gap: Gap | None = None


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
