"""What a treatment is worth in money."""

from collections.abc import Mapping
from typing import Final

from engine.errors import StatisticsError
from engine.stats import money
from engine.stats.aggregates import Aggregates
from engine.stats.reading import Reading
from experiments.models import Experiment
from experiments.reports import comparing, values
from experiments.reports.findings import Cost, Money
from experiments.reports.inputs import Inputs
from experiments.reports.looks import ALPHA
from experiments.reports.payload import Arm, Design

WEEKS: Final = 13
"""How long a banner is taken to run when its return is worked out: a quarter of a year."""


def money_of(inputs: Inputs, arms: Mapping[int, Aggregates], reading: Reading) -> tuple[Money, ...]:
    """Every treatment against control; nothing where nobody knows how many visitors come."""
    design, pace = inputs.design, inputs.visitors_per_week
    if design.adaptive or design.unit == Experiment.Unit.IMPRESSION or not pace:
        return ()
    if not any(arm.sums.get("revenue") for arm in arms.values()):
        return ()
    return tuple(_money(design, arms, arm, pace, reading) for arm in design.treatments)


def _money(
    design: Design, arms: Mapping[int, Aggregates], arm: Arm, pace: float, reading: Reading
) -> Money:
    costs = {cost.arm: cost for cost in design.costs}
    old, new = (costs.get(key, Cost(key)) for key in (design.control.id, arm.id))
    plain = Money(arm.id, pace, WEEKS, once=new.creative - old.creative)
    try:
        found = money.worth(
            arms[design.control.id],
            arms[arm.id],
            costs_control=_per_unit(old),
            costs_treatment=_per_unit(new),
            once=plain.once,
            visitors_per_week=pace,
            weeks=WEEKS,
            treated_share=arm.share * design.traffic_share / 100,
            alpha=ALPHA,
            bound=reading.bound,
        )
    except StatisticsError as error:
        return Money(arm.id, pace, WEEKS, once=plain.once, gap=values.gap_of(error))
    return Money(
        arm.id,
        pace,
        WEEKS,
        gain=found.gain,
        gain_span=comparing.span(found.gain_interval),
        cost=found.cost,
        cost_span=comparing.span(found.cost_interval),
        once=plain.once,
        net=found.net,
        net_span=comparing.span(found.net_interval),
        roi=found.roi,
        roi_span=comparing.span(found.roi_interval),
        waiting=found.waiting,
    )


def _per_unit(cost: Cost) -> money.UnitCost:
    return money.UnitCost(media_per_thousand=cost.media_per_thousand, discount=cost.discount)
