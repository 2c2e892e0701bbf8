"""What a report knows beside the comparison itself: numbers and named gaps, no words for people.

Arms are ids; `None` stands for a number that does not exist, and a `Gap` beside it says why.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from experiments.reports.designs import Concurrent, FactorEffect, Switchback
from experiments.reports.gaps import Gap, Span, Split


class Role(StrEnum):
    """What a metric is for."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    GUARDRAIL = "guardrail"
    DIAGNOSTIC = "diagnostic"


class Safety(StrEnum):
    """What is known of a guardrail: not below its margin, below it, not yet known."""

    SAFE = "safe"
    HARMED = "harmed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class WatchedMetric:
    """A metric beside the primary one. `margin` is the share of the control that may be lost."""

    metric: str
    role: Role
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What showing an arm costs. Money in minor units; `discount` is a share of its revenue."""

    arm: int
    creative: int = 0
    media_per_thousand: int = 0
    discount: float = 0.0


@dataclass(frozen=True, slots=True)
class Looks:
    """Where the daily reading of the primary metric stands.

    Attributes:
        mode: "planned" (group-sequential), "open" (confidence sequence) or "once".
        look: Whole days read so far, at most `of`.
        of: Planned number of daily looks; None when open.
        alpha: Error rate over all looks and treatments.
        bound: |z| that a single treatment has to pass at this look, before Holm.
        passed_on: First day on which the verdict's treatment passed; None while it has not.
    """

    mode: str
    look: int
    of: int | None
    alpha: float
    bound: float | None = None
    passed_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """A guardrail of one treatment: one-sided non-inferiority. `margin` and `low` are lifts.

    `low` is the one-sided 95 % lower limit of the lift; `p` is that of "worse by the margin".
    """

    metric: str
    arm: int
    margin: float
    safety: Safety
    lift: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Belief:
    """The Bayesian reading of an arm's primary metric under a N(0, 10 %) prior on the lift.

    `better` is the chance to beat control, `best` the chance to be the best of all arms, `loss` the
    expected lift lost if it is chosen and another is better. `shrunk` is the posterior lift.
    """

    arm: int
    best: float | None = None
    better: float | None = None
    loss: float | None = None
    shrunk: float | None = None
    shrunk_span: Span | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The primary metric with what the visitors did before taken out (CUPED)."""

    arm: int
    variance_ratio: float | None = None
    lift: float | None = None
    lift_span: Span | None = None
    difference: float | None = None
    p: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class CutEffect:
    """A treatment against control among the units of one value of a cut. Exploratory.

    `p_adjusted` is Benjamini-Hochberg's over every value and treatment of all cuts. `split` is the
    sample-ratio check among these units (the same for every treatment of the value).
    """

    cut: str
    value: str
    arm: int
    n_control: int
    n_treatment: int
    lift: float | None = None
    lift_span: Span | None = None
    p: float | None = None
    p_adjusted: float | None = None
    split: Split | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the funnel: units per arm that came as far, and whether the split still holds.

    Only stages before anything a banner can change (assigned, rendered) may raise an alarm.
    """

    stage: str
    counts: tuple[int, ...]
    split: Split | None = None


@dataclass(frozen=True, slots=True)
class ExposureDay:
    """Newly exposed units of an arm on a day."""

    day: dt.date
    arm: int
    units: int


@dataclass(frozen=True, slots=True)
class AgePoint:
    """The click-through rate's lift `since` days after the first exposure.

    It rests on the units that saw the banner on that day of their own count (0 is the first).
    """

    since: int
    arm: int
    n_control: int
    n_treatment: int
    lift: float | None = None
    span: Span | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class ViewPoint:
    """How an arm's n-th view does: units that had an n-th view, and units that clicked on it."""

    n: int
    arm: int
    views: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """The primary metric with suspicious traffic counted as if it were people."""

    units: tuple[int, ...]
    arm: int | None = None
    lift: float | None = None
    lift_span: Span | None = None
    difference: float | None = None
    span: Span | None = None
    verdict: str = ""
    differs: bool = False
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What a treatment is worth per week if everybody on the placement sees it. Minor units.

    `gain` is revenue per week against control, `cost` what it costs more than control per week
    (media and discount), `once` what it costs more once. `roi` = (ΔR − ΔC)/ΔC over `weeks` weeks
    with Fieller's interval. `waiting` is what another week of testing is expected to cost.
    """

    arm: int
    visitors_per_week: float
    weeks: int
    gain: float | None = None
    gain_span: Span | None = None
    cost: float | None = None
    cost_span: Span | None = None
    once: int = 0
    net: float | None = None
    net_span: Span | None = None
    roi: float | None = None
    roi_span: Span | None = None
    waiting: float | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment at which something about the experiment was changed."""

    at: dt.datetime
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything beside the comparison; empty parts were not asked for or cannot be had."""

    looks: Looks | None = None
    guards: tuple[Guard, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()
    cuts: tuple[CutEffect, ...] = ()
    funnel: tuple[Stage, ...] = ()
    exposures: tuple[ExposureDay, ...] = ()
    expected_per_day: float | None = None
    ages: tuple[AgePoint, ...] = ()
    views: tuple[ViewPoint, ...] = ()
    with_suspicious: Alternative | None = None
    money: tuple[Money, ...] = ()
    marks: tuple[Mark, ...] = ()
    design_effect: float | None = None
    cap: int | None = None
    factors: tuple[FactorEffect, ...] = ()
    switchback: Switchback | None = None
    concurrent: tuple[Concurrent, ...] = ()


NOTHING_FOUND: Final = Findings()
