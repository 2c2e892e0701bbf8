"""Two arms compared day by day and then put together: right when shares change on the way.

Where the share of an arm changes while the rate changes too (a ramp, a policy that moves), totals
over all days compare early visitors of one arm with late ones of the other. Within a day the two
arms are alike, so the difference is taken there.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from engine.errors import Undefined
from engine.stats import frequentist
from engine.stats.aggregates import Aggregates, total
from engine.stats.estimate import MIN_UNITS, estimate, require
from engine.stats.frequentist import Outcome, comparison
from engine.stats.inference import ArmEstimate, Comparison, Method
from engine.stats.metrics import Kind, Metric
from engine.stats.reading import ONCE, Reading
from engine.stats.tails import normal_two_sided, t_of_z, t_two_sided

__all__ = ["EVENTS_EXPECTED", "Stratum", "compare", "estimates", "strata"]

EVENTS_EXPECTED: Final = 20
"""Events that each arm of a stratum expects at the common rate: below, a ratio is skewed and its
variance often guessed as nothing, and many strata would add such errors up."""

ByDay = Mapping[date, Aggregates]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units of both arms that first came in the same days."""

    control: Aggregates
    treatment: Aggregates

    @property
    def n(self) -> int:
        """Units in both arms."""
        return self.control.n + self.treatment.n


@dataclass(frozen=True, slots=True)
class _Part:
    weight: float
    control: ArmEstimate
    treatment: ArmEstimate


def compare(
    metric: Metric,
    control: ByDay,
    treatment: ByDay,
    *,
    alpha: float = 0.05,
    reading: Reading = ONCE,
) -> Comparison:
    """Compare a treatment with control on one metric, stratified by day of first exposure.

    With w_d the share of stratum d in all units, the difference is Σ w_d (t_d - c_d) with variance
    Σ w_d² (v_t,d + v_c,d); the lift and Fieller's interval are those of the stratified arm means
    Σ w_d t_d and Σ w_d c_d. Means use t with Satterthwaite's degrees of freedom over all cells,
    proportions and ratios z with the unpooled variance. One stratum alone is compared as
    `frequentist.compare` does, also where its events are few.

    Args:
        metric: What is measured.
        control: Aggregates of the control arm per day of first exposure; days may be missing.
        treatment: The same for the treatment.
        alpha: Two-sided error rate; intervals cover 1 - alpha, over all looks together.
        reading: How often the experiment is looked at, and where it stands.

    Raises:
        NotEnoughData: Fewer than 100 units or 5 events in an arm; `missing` says which.
        Undefined: Nothing varies in either arm, or a total was not recorded.
        InvalidInput: `alpha` is not between 0 and 1.

    Reference:
        Miratrix, Sekhon, Yu (2013), Adjusting treatment effect estimates by post-stratification,
        JRSS B 75; Satterthwaite (1946), Biometrics Bulletin 2.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> early, late = date(2026, 11, 1), date(2026, 11, 2)
        >>> arm = Aggregates.of_converted
        >>> old = {early: arm(1800, 360), late: arm(400, 40)}
        >>> new = {early: arm(200, 40), late: arm(400, 40)}
        >>> compare(CATALOGUE["conversion_rate"], old, new).difference
        0.0
    """
    parts = _parts(metric, control, treatment)
    if len(parts) == 1:
        arms = total(control.values()), total(treatment.values())
        whole = frequentist.compare(metric, *arms, alpha=alpha, reading=reading)
        return replace(whole, method=Method.STRATIFIED)
    old, new = _together(parts)
    if not old.variance + new.variance:
        raise Undefined(f"'{metric.key}' does not vary at all in either arm.")
    k = reading.bound(old.variance + new.variance, alpha)
    return comparison(metric, old, new, _test(metric, parts, old, new, k), alpha)


def estimates(metric: Metric, control: ByDay, treatment: ByDay) -> tuple[ArmEstimate, ArmEstimate]:
    """Compute the stratified mean of each arm, control first.

    Raises:
        NotEnoughData: See `compare`.
        Undefined: A total was not recorded.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> arm = {date(2026, 11, 1): Aggregates.of_converted(500, 50)}
        >>> estimates(CATALOGUE["conversion_rate"], arm, arm)[0].value
        0.1
    """
    return _together(_parts(metric, control, treatment))


def strata(metric: Metric, control: ByDay, treatment: ByDay) -> tuple[Stratum, ...]:
    """Put days together until each stratum can stand on its own; nothing is dropped.

    Days are walked in order. A stratum is closed at the end of the day on which each arm has 100
    units and as many as it takes to expect 20 events at the rate of both arms over all days, and
    something in its denominator; what is left at the end joins the last one. The limit is on
    units, not on the events themselves: closing a stratum when an arm has its n-th click would
    favour that arm.

    Returns:
        At least one stratum; one with everything if there is too little for more.

    Example:
        >>> from datetime import timedelta
        >>> from engine.stats.metrics import CATALOGUE
        >>> days = {date(2026, 11, 1) + timedelta(i): Aggregates.of_converted(60, 30)
        ...         for i in range(5)}
        >>> [part.n for part in strata(CATALOGUE["conversion_rate"], days, days)]
        [240, 360]
    """
    need = _units_needed(metric, total([*control.values(), *treatment.values()]))
    closed: list[Stratum] = []
    rest = Stratum(Aggregates(), Aggregates())
    for day in sorted(control.keys() | treatment.keys()):
        today = Stratum(control.get(day, Aggregates()), treatment.get(day, Aggregates()))
        rest = _joined(rest, today)
        if _stands(metric, rest, need):
            closed.append(rest)
            rest = Stratum(Aggregates(), Aggregates())
    return (*closed[:-1], _joined(closed[-1], rest)) if closed else (rest,)


def _units_needed(metric: Metric, both: Aggregates) -> int:
    names = {metric.counted_by, metric.denominator or metric.counted_by}
    rarest = min(both.sum(name) for name in names)
    # Without a single event nothing can be told apart: everything is one stratum.
    return max(MIN_UNITS, math.ceil(EVENTS_EXPECTED * both.n / rarest) if rarest else both.n)


def _stands(metric: Metric, stratum: Stratum, need: int) -> bool:
    arms = (stratum.control, stratum.treatment)
    below = metric.denominator
    return all(arm.n >= need and (below is None or arm.sum(below) > 0) for arm in arms)


def _joined(one: Stratum, other: Stratum) -> Stratum:
    return Stratum(one.control + other.control, one.treatment + other.treatment)


def _parts(metric: Metric, control: ByDay, treatment: ByDay) -> tuple[_Part, ...]:
    require(metric, control=total(control.values()), treatment=total(treatment.values()))
    found = strata(metric, control, treatment)
    units = sum(stratum.n for stratum in found)
    return tuple(
        _Part(
            stratum.n / units,
            estimate(metric, stratum.control),
            estimate(metric, stratum.treatment),
        )
        for stratum in found
    )


def _together(parts: tuple[_Part, ...]) -> tuple[ArmEstimate, ArmEstimate]:
    weights = [part.weight for part in parts]
    return (
        _weighted(weights, [part.control for part in parts]),
        _weighted(weights, [part.treatment for part in parts]),
    )


def _weighted(weights: list[float], arms: list[ArmEstimate]) -> ArmEstimate:
    pairs = list(zip(weights, arms, strict=True))
    return ArmEstimate(
        sum(arm.n for arm in arms),
        math.fsum(weight * arm.value for weight, arm in pairs),
        math.fsum(weight**2 * arm.variance for weight, arm in pairs),
    )


def _test(
    metric: Metric, parts: tuple[_Part, ...], old: ArmEstimate, new: ArmEstimate, k: float
) -> Outcome:
    statistic = (new.value - old.value) / math.sqrt(old.variance + new.variance)
    if metric.kind is not Kind.MEAN:
        tail = normal_two_sided(statistic)
        return Outcome(Method.STRATIFIED, statistic, tail, k)
    df = _degrees(parts, old.variance + new.variance)
    tail = t_two_sided(statistic, df)
    return Outcome(Method.STRATIFIED, statistic, tail, t_of_z(k, df), df=df)


def _degrees(parts: tuple[_Part, ...], variance: float) -> float:
    # As shares of the sum, so that tiny variances do not underflow when squared.
    shares = ((w**2 * arm.variance / variance, arm.n - 1) for w, arm in _cells(parts))
    return 1 / math.fsum(share**2 / below for share, below in shares)


def _cells(parts: tuple[_Part, ...]) -> Iterator[tuple[float, ArmEstimate]]:
    for part in parts:
        yield part.weight, part.control
        yield part.weight, part.treatment
