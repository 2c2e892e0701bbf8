"""CUPED: take out of a comparison what the units would have done anyway.

What a unit did before its first exposure cannot come from the banner, yet explains part of what it
does after. Subtracting that part leaves the effect where it is and makes its interval narrower.
Everything comes from sums of products; no unit is read again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.errors import InvalidInput, NotEnoughData, Undefined
from engine.stats.aggregates import ONE, Aggregates
from engine.stats.estimate import require
from engine.stats.inference import ArmEstimate, Interval, Lift, LiftGap
from engine.stats.metrics import Metric
from engine.stats.preperiod import HISTORY, before, require_history
from engine.stats.quotient import Parts, fieller
from engine.stats.tails import normal_quantile, normal_two_sided

__all__ = ["Adjusted", "Bound", "compare"]

Bound: TypeAlias = Callable[[float, float], float]
"""From the variance of a difference and alpha to k standard errors: how a result is read."""

_Quotient: TypeAlias = tuple[str, str]
_ROUNDING: Final = 1e-12
"""A share of variance that is left over by rounding alone."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A comparison with the past taken out.

    Attributes:
        metric: Key of the metric.
        theta: How much of a difference in the past is expected to come back.
        variance_ratio: Variance of the adjusted difference over that of the plain one: 1 - ρ².
        control: The adjusted metric in control.
        treatment: The adjusted metric in the treatment; the two arms share the mean of the past,
            so their variances do not simply add up to that of the difference.
        difference: Treatment minus control, in the metric's own unit.
        interval: Two-sided interval of the difference.
        lift: Difference over control; None if control is not above zero.
        lift_interval: Fieller interval of the lift; None while it is unbounded.
        lift_gap: Why the lift or its interval is missing.
        statistic: z of the difference.
        p: Two-sided p of "no difference" at one planned look.
        log10_p: Its decimal logarithm.
        standard_error: Of the difference.
        bound: k of the intervals; the difference passes when |z| exceeds it.
        alpha: Error rate the bound stands for.
    """

    metric: str
    theta: float
    variance_ratio: float
    control: ArmEstimate
    treatment: ArmEstimate
    difference: float
    interval: Interval
    lift: float | None
    lift_interval: Interval | None
    lift_gap: LiftGap | None
    statistic: float
    p: float
    log10_p: float
    standard_error: float
    bound: float
    alpha: float

    @property
    def passed(self) -> bool:
        """Say whether the difference passes the bound; the intervals then exclude zero."""
        return abs(self.statistic) > self.bound


def compare(
    metric: Metric,
    control: Aggregates,
    treatment: Aggregates,
    *,
    alpha: float = 0.05,
    bound: Bound | None = None,
) -> Adjusted:
    """Compare a treatment with control, less what their pasts explain.

    With Y the metric and X the same of the time before, per arm, the difference is
    ΔY - θ ΔX with θ = Cov(ΔY, ΔX)/Var(ΔX), the arms independent; its variance is
    Var(ΔY)(1 - ρ²). Ratios are linearised: Y = Σy/Σx has the influence (y - Yx)/x̄ per unit, and X
    = Σp/Σq likewise. A mean is a ratio over the constant 1, so one line of arithmetic serves all
    kinds. For the lift, each arm is moved to the common past of both arms.

    Args:
        metric: A metric with a past (`metric.pre`).
        control: Aggregates of the control arm.
        treatment: Aggregates of the treatment arm.
        alpha: Two-sided error rate.
        bound: Gives k from the variance of the difference and alpha; the normal quantile if None.

    Raises:
        NotEnoughData: Fewer than 100 units (or with a history), fewer than 5 events, or a past in
            which nothing varies yet.
        Undefined: The metric keeps no past, it was not recorded, or nothing varies once it is
            taken out.
        InvalidInput: `alpha` is not between 0 and 1.

    Reference:
        Deng, Xu, Kohavi, Walker (WSDM 2013), Improving the sensitivity of online controlled
        experiments by utilizing pre-experiment data, sections 3.2 and appendix B.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> def arm(shift):
        ...     rows = [{"revenue": i % 7 + shift, "converted": 1, "pre_revenue": i % 7 + i % 2}
        ...             for i in range(700)]
        ...     return Aggregates.of_units(rows)
        >>> found = compare(CATALOGUE["revenue_per_visitor"], arm(1), arm(2))
        >>> round(found.difference, 6), round(found.theta, 3), round(found.variance_ratio, 3)
        (1.0, 0.941, 0.059)
    """
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
    past = before(metric)
    require(metric, control=control, treatment=treatment)
    require_history(metric, control=control, treatment=treatment)
    now, then = ((one.numerator, one.denominator or ONE) for one in (metric, past))
    old, new = _Arm.of(control, now, then), _Arm.of(treatment, now, then)
    if not old.past + new.past:
        raise NotEnoughData("Nothing varies in the time before.", field=HISTORY)
    return _adjusted(metric, old, new, alpha, bound or _once)


@dataclass(frozen=True, slots=True)
class _Arm:
    """An arm now and before: values, their variances and covariance, and its share of the past."""

    n: int
    now: float
    variance: float
    before: float
    past: float
    shared: float
    weight: int

    @classmethod
    def of(cls, arm: Aggregates, now: _Quotient, then: _Quotient) -> "_Arm":
        return cls(
            arm.n,
            _sum(arm, now[0]) / _sum(arm, now[1]),
            _covariance(arm, now, now),
            _sum(arm, then[0]) / _sum(arm, then[1]),
            _covariance(arm, then, then),
            _covariance(arm, now, then),
            _sum(arm, then[1]),
        )


def _adjusted(metric: Metric, old: _Arm, new: _Arm, alpha: float, bound: Bound) -> Adjusted:
    theta, ratio, variance = _taken_out(metric, old, new)
    control, treatment, parts = _moved(old, new, theta, variance)
    error, k = math.sqrt(variance), bound(variance, alpha)
    tail = normal_two_sided(parts.difference / error)
    lift, lift_interval, gap = _lift(parts, k, 1 - alpha)
    reach = k * error
    return Adjusted(
        metric=metric.key,
        theta=theta,
        variance_ratio=ratio,
        control=control,
        treatment=treatment,
        difference=parts.difference,
        interval=Interval(parts.difference - reach, parts.difference + reach, 1 - alpha),
        lift=lift,
        lift_interval=lift_interval,
        lift_gap=gap,
        statistic=parts.difference / error,
        p=tail.p,
        log10_p=tail.log10_p,
        standard_error=error,
        bound=k,
        alpha=alpha,
    )


def _taken_out(metric: Metric, old: _Arm, new: _Arm) -> tuple[float, float, float]:
    plain, past = old.variance + new.variance, old.past + new.past
    shared = old.shared + new.shared
    ratio = 1 - shared**2 / (plain * past) if plain else 0.0
    if not ratio > _ROUNDING:
        raise Undefined(f"Nothing of '{metric.key}' varies, or nothing once its past is taken out.")
    return shared / past, ratio, plain * ratio


def _moved(
    old: _Arm, new: _Arm, theta: float, variance: float
) -> tuple[ArmEstimate, ArmEstimate, Parts]:
    # Each arm at the common past, of which `far` is the other arm's share: the part that moves it.
    past, apart = old.past + new.past, new.before - old.before
    far_old = new.weight / (old.weight + new.weight)
    far_new = 1 - far_old

    def at(arm: _Arm, far: float, side: float) -> ArmEstimate:
        spread = arm.variance - 2 * theta * far * arm.shared + (theta * far) ** 2 * past
        return ArmEstimate(arm.n, arm.now + side * theta * far * apart, spread)

    control, treatment = at(old, far_old, 1.0), at(new, far_new, -1.0)
    both = theta * (far_new * old.shared + far_old * new.shared)
    together = both - theta**2 * far_old * far_new * past
    difference = new.now - old.now - theta * apart
    parts = Parts(
        control.value, difference, control.variance, variance, together - control.variance
    )
    return control, treatment, parts


def _lift(parts: Parts, k: float, level: float) -> Lift:
    if parts.base <= 0:
        return None, None, LiftGap.CONTROL_NOT_POSITIVE
    interval = fieller(parts, multiplier=k, level=level)
    gap = None if interval else LiftGap.NOT_MEASURABLE_YET
    return parts.difference / parts.base, interval, gap


def _covariance(arm: Aggregates, one: _Quotient, other: _Quotient) -> float:
    # n Σ(y - Rx)(p - Sq) / ((n-1) Σx Σq) with R = Σy/Σx and S = Σp/Σq, times (Σx Σq)/(Σx Σq) so
    # that everything is whole until the one division.
    (y, x), (p, q) = one, other
    sum_y, sum_x, sum_p, sum_q = (_sum(arm, name) for name in (y, x, p, q))
    scatter = (
        sum_x * sum_q * _product(arm, y, p)
        - sum_x * sum_p * _product(arm, y, q)
        - sum_y * sum_q * _product(arm, x, p)
        + sum_y * sum_p * _product(arm, x, q)
    )
    return arm.n * scatter / ((arm.n - 1) * (sum_x * sum_q) ** 2)


def _sum(arm: Aggregates, name: str) -> int:
    return arm.n if name == ONE else arm.sum(name)


def _product(arm: Aggregates, one: str, other: str) -> int:
    if one == ONE:
        return _sum(arm, other)
    return arm.sum(one) if other == ONE else arm.product(one, other)


def _once(_variance: float, alpha: float) -> float:
    return normal_quantile(alpha)
