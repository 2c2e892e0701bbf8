"""Guardrails: has a treatment cost more than was agreed?

A guardrail is not asked "is it better?" but "is it surely not worse by the margin?": a one-sided
non-inferiority test. Guardrails are not corrected for how many there are. Each protects on its own,
and a correction would make harm harder to see the more one watches.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from engine.errors import InvalidInput, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.estimate import estimate, reduced, require
from engine.stats.frequentist import fieller
from engine.stats.inference import ArmEstimate, LiftGap
from engine.stats.metrics import Kind, Metric
from engine.stats.tails import normal_quantile, normal_two_sided, t_quantile, t_two_sided

__all__ = ["NonInferiority", "Safety", "check"]

_WIDEST: Final = 60.0
"""Logarithms of ratios beyond which no limit lies."""


class Safety(StrEnum):
    """What is known: not worse by the margin, fell beyond it, or not yet known."""

    SAFE = "safe"
    HARMED = "harmed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """A guardrail of one treatment.

    Attributes:
        metric: Key of the metric.
        margin: Share of the control that may be lost.
        alpha: One-sided error rate.
        control: The metric in control.
        treatment: The metric in the treatment.
        safety: SAFE when "worse by the margin" is rejected; HARMED when the metric fell (`high`
            below 0) and its estimate lies beyond the margin; UNCLEAR otherwise.
        lift: Treatment over control, minus 1; None if control is not above zero.
        low: One-sided lower limit of the lift.
        high: One-sided upper limit of the lift.
        p: One-sided p of "worse by at least the margin".
        gap: Why limits and p are missing; then nothing is known and `safety` is UNCLEAR.
    """

    metric: str
    margin: float
    alpha: float
    control: ArmEstimate
    treatment: ArmEstimate
    safety: Safety
    lift: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    gap: LiftGap | None = None


def check(
    metric: Metric,
    control: Aggregates,
    treatment: Aggregates,
    *,
    margin: float,
    alpha: float = 0.05,
) -> NonInferiority:
    """Test one guardrail.

    With M the margin, z(r) = (m1 - r m0)/√(v1 + r² v0) is the pivot of the ratio r, control's own
    uncertainty included; p is the upper tail of z(1 - M), and the limits solve z(1 + l) = ±k. So
    `low` lies above -M exactly when p < alpha. Means read k and p from t with the degrees of
    freedom of the smaller arm, ratios from z. For proportions v1 and v0 are those of the likeliest
    rates with p1 = r p0 (score test): with rare buyers and arms of unequal size it errs less.

    A metric that fell for certain but not beyond its margin is not harmed: that much was agreed to.
    And one that fell by more than the margin must have fallen for certain: so HARMED asks for both.

    Args:
        metric: What must not fall.
        control: Aggregates of the control arm.
        treatment: Aggregates of the treatment arm.
        margin: Share of control that may be lost, in (0, 1); 0.05 is 5 %.
        alpha: One-sided error rate of calling a harmed metric safe.

    Raises:
        NotEnoughData: Fewer than 100 units or 5 events in an arm; `missing` says which.
        Undefined: Nothing varies in either arm, or a total was not recorded.
        InvalidInput: Margin or alpha outside their range.

    Reference:
        Farrington, Manning (1990), Statistics in Medicine 9 (ratio of rates); Koopman (1984),
        Biometrics 40; Fieller (1954), JRSS B 16; Schuirmann (1987).

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> old, new = (Aggregates.of_converted(50_000, n) for n in (5_000, 5_010))
        >>> found = check(CATALOGUE["conversion_rate"], old, new, margin=0.05)
        >>> found.safety.value, round(found.low, 3), round(found.p, 4)
        ('safe', -0.029, 0.0025)
    """
    if not 0 < margin < 1 or not 0 < alpha < 0.5:  # noqa: PLR2004
        raise InvalidInput("The margin lies between 0 and 1, alpha below one half.", field="margin")
    require(metric, control=control, treatment=treatment)
    metric = reduced(metric, control, treatment)
    old, new = estimate(metric, control), estimate(metric, treatment)
    if not old.variance + new.variance:
        raise Undefined(f"'{metric.key}' does not vary at all in either arm.")
    known = _score if metric.kind is Kind.PROPORTION else _fieller
    df = min(old.n, new.n) - 1 if metric.kind is Kind.MEAN else math.inf
    limits = known(old, new, 1 - margin, df, alpha)
    lift = (new.value - old.value) / old.value if old.value > 0 else None
    return NonInferiority(
        metric.key, margin, alpha, old, new, _safety(lift, limits, margin, alpha), lift, *limits
    )


class _Limits(NamedTuple):
    low: float | None = None
    high: float | None = None
    p: float | None = None
    gap: LiftGap | None = None


def _safety(lift: float | None, limits: _Limits, margin: float, alpha: float) -> Safety:
    if limits.p is None or limits.high is None or lift is None:
        return Safety.UNCLEAR
    if limits.p < alpha:
        return Safety.SAFE
    return Safety.HARMED if limits.high < 0 and lift < -margin else Safety.UNCLEAR


def _fieller(old: ArmEstimate, new: ArmEstimate, ratio: float, df: float, alpha: float) -> _Limits:
    k = t_quantile(2 * alpha, df)
    _, interval, gap = fieller(old, new, multiplier=k, level=1 - 2 * alpha)
    if interval is None:
        return _Limits(gap=gap)
    error = math.sqrt(new.variance + ratio**2 * old.variance)
    statistic = (new.value - ratio * old.value) / error
    return _Limits(interval.low, interval.high, _upper(t_two_sided(statistic, df).p, statistic))


def _score(old: ArmEstimate, new: ArmEstimate, ratio: float, _df: float, alpha: float) -> _Limits:
    from scipy.optimize import brentq

    k, lift = normal_quantile(2 * alpha), math.log(new.value / old.value)

    def limit(side: float) -> float:
        def beyond(log_ratio: float) -> float:
            return _score_z(old, new, math.exp(log_ratio)) + side * k

        ends = sorted((lift, lift + side * _WIDEST))
        return math.expm1(float(brentq(beyond, *ends, xtol=1e-14, rtol=1e-14)))

    statistic = _score_z(old, new, ratio)
    p = _upper(normal_two_sided(statistic).p, statistic)
    return _Limits(limit(-1.0), limit(1.0), p)


def _score_z(old: ArmEstimate, new: ArmEstimate, ratio: float) -> float:
    # The likeliest p0 with p1 = r p0 is the smaller root of a p0² - b p0 + c = 0.
    a = (old.n + new.n) * ratio
    c = old.n * old.value + new.n * new.value
    b = old.n * (1 + ratio * old.value) + new.n * (ratio + new.value)
    below = 2 * c / (b + math.sqrt(b * b - 4 * a * c))
    above = ratio * below
    variance = above * (1 - above) / new.n + ratio**2 * below * (1 - below) / old.n
    return (new.value - ratio * old.value) / math.sqrt(variance)


def _upper(two_sided: float, statistic: float) -> float:
    return two_sided / 2 if statistic > 0 else 1 - two_sided / 2
