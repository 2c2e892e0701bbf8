"""A metric in one arm: its value, the variance of that value, and whether there is enough of it."""

from dataclasses import replace
from typing import Final

from engine.errors import NotEnoughData, Shortage, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.inference import ArmEstimate
from engine.stats.metrics import Kind, Metric

__all__ = [
    "MIN_EVENTS",
    "MIN_UNITS",
    "design_effect",
    "estimate",
    "reduced",
    "require",
    "shortages",
    "value",
]

MIN_UNITS: Final = 100
"""Fewest units in an arm: below, skewed totals are too far from normal."""
MIN_EVENTS: Final = 5
"""Fewest events (and, for shares, non-events) in an arm: the usual np >= 5 rule."""


def value(metric: Metric, arm: Aggregates) -> float:
    """Compute a metric in one arm.

    Returns:
        A share for proportions, otherwise numerator per denominator; money in minor units.

    Raises:
        NotEnoughData: The denominator is zero so far.
        Undefined: A total was not recorded, or a proportion's total is not 0/1.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> value(CATALOGUE["ctr"], Aggregates.of_impressions(1000, 20))
        0.02
    """
    below = arm.sum(metric.denominator) if metric.denominator else arm.n
    if not below:
        what = metric.denominator or "units"
        raise NotEnoughData(
            f"'{metric.key}' has no {what} yet.", field=what, missing=[Shortage("", what, 0, 1)]
        )
    if metric.kind is Kind.PROPORTION and not _is_binary(arm, metric.numerator):
        raise Undefined(f"'{metric.numerator}' is not 0 or 1 per unit.", field=metric.numerator)
    return arm.sum(metric.numerator) / below


def estimate(metric: Metric, arm: Aggregates) -> ArmEstimate:
    """Compute a metric in one arm with the variance of the estimate.

    Proportion: p(1 - p)/n. Mean: s²/n. Ratio R = Σy/Σx: (s_yy - 2R s_xy + R² s_xx)/(n x̄²), the
    delta method over units; the scatter of y - Rx is summed in whole numbers and divided once.

    Raises:
        NotEnoughData: No denominator, or fewer than two units.
        Undefined: See `value`.

    Reference:
        Deng, Knoblich, Lu (KDD 2018), arXiv 1803.06336, section 2.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> estimate(CATALOGUE["conversion_rate"], Aggregates.of_converted(200, 50))
        ArmEstimate(n=200, value=0.25, variance=0.0009375)
    """
    point = value(metric, arm)
    if arm.n == 1:
        raise NotEnoughData("A variance needs at least two units.", field="units")
    if metric.kind is Kind.PROPORTION:
        return ArmEstimate(arm.n, point, point * (1 - point) / arm.n)
    if metric.denominator is None:
        return ArmEstimate(arm.n, point, arm.variance(metric.numerator) / arm.n)
    return ArmEstimate(arm.n, point, _delta(arm, metric.numerator, metric.denominator))


def reduced(metric: Metric, *arms: Aggregates) -> Metric:
    """Give a ratio as the proportion it is, where every unit owns exactly one of the denominator.

    So a test of which only totals exist (the impression is the unit) gets the exact arithmetic of
    proportions. Any other metric comes back as it is.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> reduced(CATALOGUE["ctr"], Aggregates.of_impressions(1000, 20)).kind
        <Kind.PROPORTION: 'proportion'>
    """
    below = metric.denominator
    if below is None or not all(
        arm.n == arm.sum(below) == arm.product(below, below) and _is_binary(arm, metric.numerator)
        for arm in arms
    ):
        return metric
    return replace(metric, kind=Kind.PROPORTION, denominator=None)


def shortages(metric: Metric, arm: Aggregates, *, name: str = "") -> tuple[Shortage, ...]:
    """List what an arm still lacks for an honest comparison; empty when it lacks nothing.

    Args:
        metric: The metric to be compared.
        arm: Its aggregates.
        name: How to call the arm in the answer.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> shortages(CATALOGUE["ctr"], Aggregates.of_impressions(1000, 3), name="control")
        (Shortage(arm='control', what='clicks', have=3, need=5),)
    """
    events = arm.sum(metric.counted_by)
    counts = [("units", arm.n, MIN_UNITS), (metric.counted_by, events, MIN_EVENTS)]
    if metric.kind is Kind.PROPORTION:
        counts.append((f"not_{metric.counted_by}", arm.n - events, MIN_EVENTS))
    return tuple(Shortage(name, what, have, need) for what, have, need in counts if have < need)


def require(metric: Metric, **arms: Aggregates) -> None:
    """Refuse to go on while an arm lacks something.

    Raises:
        NotEnoughData: `missing` lists every shortage of every arm.
    """
    missing = [lack for name, arm in arms.items() for lack in shortages(metric, arm, name=name)]
    if missing:
        said = "; ".join(f"{s.arm}: {s.have} of {s.need} {s.what}" for s in missing)
        raise NotEnoughData(f"Too little for '{metric.key}' ({said}).", missing=missing)


def design_effect(metric: Metric, arm: Aggregates) -> float:
    """How many times larger the variance of a rate is than if every event were independent.

    A calculator that takes impressions as independent plans a test this many times too small.

    Args:
        metric: A ratio of events to opportunities, such as clicks over impressions.
        arm: Its aggregates.

    Raises:
        Undefined: Not a ratio, or a rate of 0, 1 or more.
        NotEnoughData: See `estimate`.

    Reference:
        Kish (1965), Survey Sampling, section 8.2.

    Example:
        >>> from engine.stats.metrics import CATALOGUE
        >>> units = [{"impressions": 10, "clicks": 2}, {"impressions": 10}] * 50
        >>> round(design_effect(CATALOGUE["ctr"], Aggregates.of_units(units)), 2)
        1.12
    """
    arm_estimate = estimate(metric, arm)
    rate = arm_estimate.value
    if metric.denominator is None or not 0 < rate < 1:
        raise Undefined(f"'{metric.key}' has no binomial variance to compare with.")
    return arm_estimate.variance * arm.sum(metric.denominator) / (rate * (1 - rate))


def _is_binary(arm: Aggregates, name: str) -> bool:
    # Whole numbers with Σx² = Σx are 0 or 1, every one of them.
    return arm.product(name, name) == arm.sum(name)


def _delta(arm: Aggregates, y: str, x: str) -> float:
    # Var(R) = n Σ(y - Rx)² / ((n-1) Σx²) with R = Σy/Σx, times (Σx)²/(Σx)² to stay whole.
    above, below = arm.sum(y), arm.sum(x)
    scatter = (
        below**2 * arm.product(y, y)
        - 2 * above * below * arm.product(x, y)
        + above**2 * arm.product(x, x)
    )
    return arm.n * scatter / ((arm.n - 1) * below**4)
