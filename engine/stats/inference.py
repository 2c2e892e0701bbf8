"""What statistics answer with: frozen results, plain numbers, no words for people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

__all__ = ["ArmEstimate", "Comparison", "Interval", "Lift", "LiftGap", "Method"]


class Method(StrEnum):
    """Test and interval behind a comparison, for the method line of a report."""

    UNPOOLED_Z = "unpooled_z"
    NEWCOMBE = "newcombe"
    WELCH = "welch"
    DELTA = "delta"
    STRATIFIED = "stratified"
    FACTORIAL = "factorial"
    SWITCHBACK = "switchback"


class LiftGap(StrEnum):
    """Why a lift has no interval, or does not exist."""

    NOT_MEASURABLE_YET = "not_measurable_yet"
    CONTROL_NOT_POSITIVE = "control_not_positive"


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower limit.
        high: Upper limit.
        level: Coverage, e.g. 0.95.

    Example:
        >>> Interval(-0.1, 0.2, 0.95).excludes(0.0)
        False
    """

    low: float
    high: float
    level: float

    def excludes(self, value: float) -> bool:
        """Say whether a value lies outside."""
        return not self.low <= value <= self.high


Lift: TypeAlias = tuple[float | None, Interval | None, LiftGap | None]
"""Difference over control, its interval, and why either is missing."""


@dataclass(frozen=True, slots=True)
class ArmEstimate:
    """A metric in one arm.

    Attributes:
        n: Units.
        value: Point estimate.
        variance: Variance *of the estimate* (its standard error squared).
    """

    n: int
    value: float
    variance: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A treatment against its control on one metric.

    Attributes:
        metric: Key of the metric.
        method: Test and interval used.
        control: The metric in control.
        treatment: The metric in treatment.
        difference: Treatment minus control, in the metric's own unit (a share, minor units).
        interval: Two-sided interval of the difference.
        lift: Difference over control; None if control is not above zero.
        lift_interval: Interval of the lift with the same bound; None while it is unbounded.
        lift_gap: Why the lift or its interval is missing.
        statistic: z, or Welch's t. With few events the z at which the interval touches zero.
        df: Degrees of freedom of t; None for z.
        p: Two-sided p-value of "no difference", as if this were the only look ever; can underflow
            to 0, `log10_p` does not.
        log10_p: Decimal logarithm of p.
        standard_error: Of the difference, unpooled.
        alpha: Error rate of test and intervals, over all looks together.
        bound: What |statistic| must pass at this look, and how many standard errors the intervals
            reach to; for t the quantile with the tail of the reading's z.
    """

    metric: str
    method: Method
    control: ArmEstimate
    treatment: ArmEstimate
    difference: float
    interval: Interval
    lift: float | None
    lift_interval: Interval | None
    lift_gap: LiftGap | None
    statistic: float
    df: float | None
    p: float
    log10_p: float
    standard_error: float
    alpha: float
    bound: float

    @property
    def passed(self) -> bool:
        """Say whether the test rejects at this look: exactly when the interval excludes zero.

        Several treatments are corrected elsewhere, by asking with a smaller alpha.
        """
        return self.interval.excludes(0.0)
