"""What a treatment is worth: gain, cost and return, each with the interval its noise deserves.

Known prices are straight lines through what a unit did: media for its impressions, discount on its
revenue. So the cost of an arm has a variance, and it hangs together with the revenue, and both come
from the sums of products that are kept anyway. One bound serves every interval here.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from engine.errors import InvalidInput, Undefined
from engine.stats.aggregates import Aggregates
from engine.stats.bayes import PRIOR_SD, expected_gain, lift_variance
from engine.stats.cuped import Bound
from engine.stats.estimate import require
from engine.stats.inference import ArmEstimate, Interval
from engine.stats.metrics import CATALOGUE
from engine.stats.quotient import Parts, fieller
from engine.stats.tails import normal_quantile

__all__ = ["RoiGap", "UnitCost", "Worth", "worth"]

_REVENUE: Final = CATALOGUE["revenue_per_visitor"]
_THOUSAND: Final = 1000


class RoiGap(StrEnum):
    """Why there is no return, or no interval of it."""

    NO_EXTRA_COST = "no_extra_cost"
    COST_NOT_MEASURABLE_YET = "cost_not_measurable_yet"


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What showing an arm costs as it goes.

    Attributes:
        media_per_thousand: Minor units per thousand impressions.
        discount: Share of revenue that is given away, in [0, 1].

    Raises:
        InvalidInput: Outside their range.

    Example:
        >>> UnitCost(media_per_thousand=250, discount=0.1).media_per_thousand
        250
    """

    media_per_thousand: int = 0
    discount: float = 0.0

    def __post_init__(self) -> None:
        if not self.media_per_thousand >= 0 or not 0 <= self.discount <= 1:
            raise InvalidInput("A price is not negative, a discount a share.", field="costs")


@dataclass(frozen=True, slots=True)
class Worth:
    """A treatment against control in money, minor units, if everybody sees it.

    Attributes:
        visitors_per_week: Units that a week brings.
        weeks: Over which the return is reckoned.
        once: What the treatment costs more once.
        gain: Revenue per week more than control.
        gain_interval: Its interval.
        cost: Media and discount per week more than control; below zero it saves.
        cost_interval: Its interval.
        net: Gain less cost, per week; `once` is not in it.
        net_interval: Its interval.
        roi: (ΔR - ΔC)/ΔC over all weeks, `once` in ΔC; None where nothing more is spent.
        roi_interval: Fieller's interval of it.
        roi_gap: Why the return or its interval is missing.
        waiting: What another week of testing is expected to cost.
    """

    visitors_per_week: float
    weeks: int
    once: int
    gain: float
    gain_interval: Interval
    cost: float
    cost_interval: Interval
    net: float
    net_interval: Interval
    roi: float | None
    roi_interval: Interval | None
    roi_gap: RoiGap | None
    waiting: float


def worth(
    control: Aggregates,
    treatment: Aggregates,
    *,
    costs_control: UnitCost,
    costs_treatment: UnitCost,
    once: int,
    visitors_per_week: float,
    weeks: int,
    treated_share: float,
    alpha: float = 0.05,
    bound: Bound | None = None,
) -> Worth:
    """Put a treatment into money.

    Per unit of an arm the revenue is r and the cost c = media · impressions/1000 + discount · r.
    Gain is ΔE[r], cost ΔE[c], net ΔE[r - c], times the visitors of a week; each ± k standard
    errors. Over W weeks the return is ΔR/ΔC - 1 with ΔR = W · gain, ΔC = W · cost + once, and
    Fieller's interval with the covariance of the two.

    Waiting: the week's net gain as it is believed under a N(0, 10 %) prior on the lift of revenue,
    of which only what is positive would be taken: E[max(net, 0)], for the share of visitors that
    does not get the treatment while the test goes on. If waiting shows that control is better,
    nothing was lost by it.

    Args:
        control: Aggregates of the control arm, with revenue and impressions.
        treatment: Aggregates of the treatment arm.
        costs_control: Running prices of control.
        costs_treatment: Running prices of the treatment.
        once: What the treatment costs more once (a creative), minor units; may be negative.
        visitors_per_week: Units per week if everybody is in, above 0.
        weeks: For the return, at least 1.
        treated_share: Share of visitors that sees the treatment during the test, in [0, 1].
        alpha: Two-sided error rate.
        bound: Gives k from the variance of the difference of revenue per unit and alpha; the normal
            quantile if None.

    Raises:
        NotEnoughData: Fewer than 100 units or 5 buyers in an arm; `missing` says which.
        Undefined: Revenue does not vary, control has none, or a total was not recorded.
        InvalidInput: An argument outside its range.

    Reference:
        Fieller (1954), JRSS B 16; Raiffa, Schlaifer (1961), Applied Statistical Decision Theory,
        chapter 4 (value of information; waiting is what it has to be weighed against).

    Example:
        >>> def arm(buyers):
        ...     rows = [{"impressions": 5, "converted": int(i < buyers), "orders": int(i < buyers),
        ...              "revenue": 4000 * (i < buyers)} for i in range(5000)]
        ...     return Aggregates.of_units(rows)
        >>> found = worth(arm(200), arm(250), costs_control=UnitCost(),
        ...               costs_treatment=UnitCost(media_per_thousand=2000), once=50_000,
        ...               visitors_per_week=10_000, weeks=4, treated_share=0.5)
        >>> found.gain, found.cost, found.net, round(found.roi, 3)
        (400000.0, 100000.0, 300000.0, 2.556)
    """
    _check(alpha, visitors_per_week, weeks, treated_share)
    require(_REVENUE, control=control, treatment=treatment)
    change = _Change(_Arm.of(control, costs_control), _Arm.of(treatment, costs_treatment))
    if not change.revenue_variance:
        raise Undefined("Revenue does not vary at all in either arm.", field="revenue")
    k = bound(change.revenue_variance, alpha) if bound else normal_quantile(alpha)
    week = _Week(visitors_per_week, k, 1 - alpha)
    roi, roi_interval, roi_gap = _return(change, week, weeks, once)
    return Worth(
        visitors_per_week=visitors_per_week,
        weeks=weeks,
        once=once,
        gain=change.revenue * visitors_per_week,
        gain_interval=week.span(change.revenue, change.revenue_variance),
        cost=change.cost * visitors_per_week,
        cost_interval=week.span(change.cost, change.cost_variance),
        net=change.net * visitors_per_week,
        net_interval=week.span(change.net, change.net_variance),
        roi=roi,
        roi_interval=roi_interval,
        roi_gap=roi_gap,
        waiting=_to_win(change) * visitors_per_week * (1 - treated_share),
    )


class _Week(NamedTuple):
    """How a number per unit becomes an interval per week."""

    visitors: float
    multiplier: float
    level: float

    def span(self, value: float, variance: float) -> Interval:
        reach = self.multiplier * math.sqrt(variance)
        low, high = ((value + side * reach) * self.visitors for side in (-1, 1))
        return Interval(low, high, self.level)


@dataclass(frozen=True, slots=True)
class _Arm:
    """Revenue and cost per unit of an arm, and how well they are known."""

    revenue: ArmEstimate
    cost: ArmEstimate
    covariance: float

    @classmethod
    def of(cls, arm: Aggregates, prices: UnitCost) -> "_Arm":
        media, off = prices.media_per_thousand / _THOUSAND, prices.discount
        revenue, seen = arm.mean("revenue"), arm.mean("impressions")
        spent, both, views = (
            arm.covariance(*pair) / arm.n
            for pair in (
                ("revenue", "revenue"),
                ("revenue", "impressions"),
                ("impressions", "impressions"),
            )
        )
        variance = media**2 * views + 2 * media * off * both + off**2 * spent
        return cls(
            ArmEstimate(arm.n, revenue, spent),
            ArmEstimate(arm.n, media * seen + off * revenue, max(0.0, variance)),
            media * both + off * spent,
        )


@dataclass(frozen=True, slots=True)
class _Change:
    """Treatment minus control, per unit."""

    old: _Arm
    new: _Arm

    @property
    def revenue(self) -> float:
        return self.new.revenue.value - self.old.revenue.value

    @property
    def cost(self) -> float:
        return self.new.cost.value - self.old.cost.value

    @property
    def net(self) -> float:
        return self.revenue - self.cost

    @property
    def revenue_variance(self) -> float:
        return self.new.revenue.variance + self.old.revenue.variance

    @property
    def cost_variance(self) -> float:
        return self.new.cost.variance + self.old.cost.variance

    @property
    def covariance(self) -> float:
        return self.new.covariance + self.old.covariance

    @property
    def net_variance(self) -> float:
        return max(0.0, self.revenue_variance - 2 * self.covariance + self.cost_variance)


def _return(
    change: _Change, week: _Week, weeks: int, once: int
) -> tuple[float | None, Interval | None, RoiGap | None]:
    visitors = week.visitors * weeks
    cost = change.cost * visitors + once
    if cost <= 0:
        return None, None, RoiGap.NO_EXTRA_COST
    parts = Parts(
        base=cost,
        difference=change.net * visitors - once,
        base_variance=change.cost_variance * visitors**2,
        difference_variance=change.net_variance * visitors**2,
        covariance=(change.covariance - change.cost_variance) * visitors**2,
    )
    interval = fieller(parts, multiplier=week.multiplier, level=week.level)
    gap = None if interval else RoiGap.COST_NOT_MEASURABLE_YET
    return parts.difference / cost, interval, gap


def _to_win(change: _Change) -> float:
    # The prior speaks of revenue only; net follows it as far as the two hang together.
    kept = PRIOR_SD**2 / (PRIOR_SD**2 + lift_variance(change.old.revenue, change.new.revenue))
    slope = 1 - change.covariance / change.revenue_variance
    drawn = slope**2 * change.revenue_variance
    mean = change.net - slope * (1 - kept) * change.revenue
    variance = max(0.0, change.net_variance - drawn) + drawn * kept
    return expected_gain(mean, math.sqrt(variance))


def _check(alpha: float, visitors: float, weeks: int, share: float) -> None:
    if not 0 < alpha < 1:
        raise InvalidInput("An error rate lies between 0 and 1.", field="alpha")
    if not 0 < visitors < math.inf:
        raise InvalidInput("A week without visitors is worth nothing.", field="visitors_per_week")
    if weeks < 1:
        raise InvalidInput("At least one week.", field="weeks")
    if not 0 <= share <= 1:
        raise InvalidInput("A share lies between 0 and 1.", field="treated_share")
