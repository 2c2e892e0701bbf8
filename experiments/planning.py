"""What a plan holds: everything that can be set before the start, and how a saved one is read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final

from audiences.models import Segment
from creatives.models import Creative, Placement
from experiments import policies, watching
from experiments.models import Experiment, Variant
from experiments.policies import RulePlan
from experiments.watching import WatchPlan


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """One variant; the first of a plan is the control. Money in minor units, discount in percent.

    `creative_cost` is spent once, `media_cost` per 1,000 impressions. `placement` is the only one
    of several placements on which it shows its creative, None all of them; `levels` are its level
    of each factor.
    """

    key: str
    name: str
    creative: Creative | None = None
    weight: int = 1
    creative_cost: int = 0
    media_cost: int = 0
    discount: Decimal = Decimal(0)
    placement: Placement | None = None
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that can be set before the start. A draft may be incomplete; the start checks.

    `watched` None gives a new draft the usual guardrails, and leaves an older one what it has.
    `block_hours` above 0 draws one variant for everybody and so many hours, instead of one for
    each visitor. `targeting` is the document of a rule; empty is everybody. `local` lets shops
    decide by themselves.
    """

    key: str
    name: str
    placement: Placement
    variants: tuple[VariantPlan, ...] = ()
    hypothesis: str = ""
    primary_metric: str = Experiment.Metric.CTR
    mde: Decimal | None = None
    mde_kind: str = Experiment.MdeKind.RELATIVE
    planned_days: int = 14
    planned_visitors: int = 0
    traffic_share: int = 100
    policy: str = Experiment.Policy.FIXED
    exploration_share: int = 10
    rules: tuple[RulePlan, ...] = ()
    reading: str = Experiment.Reading.PLANNED
    watched: tuple[WatchPlan, ...] | None = None
    also_on: tuple[Placement, ...] = ()
    audience: Segment | None = None
    targeting: Mapping[str, Any] = field(default_factory=dict)
    block_hours: int = 0
    local: bool = False
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    end_action: str = Experiment.EndAction.NOTIFY
    end_variant: str = ""
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


COLUMNS: Final = (
    "key", "name", "placement", "hypothesis", "primary_metric", "mde", "mde_kind", "planned_days",
    "planned_visitors", "traffic_share", "policy", "exploration_share", "reading", "audience",
    "block_hours", "local", "starts_at", "ends_at", "end_action", "end_variant",
)  # fmt: skip
"""Fields of a plan that an experiment keeps as they are."""
LISTS: Final = ("links", "tags")
ROWS: Final = ("variants", "rules", "watched", "also_on")
"""Fields that are rows of their own."""
OF_VARIANTS: Final = tuple(one.name for one in fields(VariantPlan))


def of(experiment: Experiment) -> Plan:
    """The plan of a saved experiment: `design.save` with it changes nothing."""
    assert experiment.placement is not None  # noqa: S101 - a database constraint of live experiments
    kept = {name: getattr(experiment, name) for name in COLUMNS}
    kept |= {name: tuple(getattr(experiment, name)) for name in LISTS}
    return Plan(
        **kept,
        targeting=dict(experiment.targeting),
        variants=tuple(map(_variant, experiment.variants.all())),
        rules=policies.plans_of(experiment),
        watched=watching.plans_of(experiment),
        also_on=tuple(experiment.also_on.all()),
    )


def _variant(row: Variant) -> VariantPlan:
    return VariantPlan(**{name: getattr(row, name) for name in OF_VARIANTS})


def fill(experiment: Experiment, values: Mapping[str, Any]) -> None:
    """Set the fields of a plan that are columns; `values` may hold only some of them."""
    for name in COLUMNS:
        if name in values:
            setattr(experiment, name, values[name])
    for name in LISTS:
        if name in values:
            setattr(experiment, name, list(values[name]))
    if "targeting" in values:
        experiment.targeting = dict(values["targeting"])
    if "block_hours" in values:
        experiment.unit = _unit(experiment, values["block_hours"])


def _unit(experiment: Experiment, block_hours: int) -> str:
    if block_hours:
        return Experiment.Unit.BLOCK
    is_block = experiment.unit == Experiment.Unit.BLOCK
    return Experiment.Unit.VISITOR if is_block else experiment.unit


def values_of(plan: Plan) -> dict[str, Any]:
    """Field by field, not taken apart any further."""
    return {one.name: getattr(plan, one.name) for one in fields(plan)}


def variants_of(plans: tuple[VariantPlan, ...], experiment: Experiment) -> list[Variant]:
    """The variants as rows that have not been saved."""
    return [
        Variant(
            experiment=experiment,
            position=position,
            **{name: getattr(plan, name) for name in OF_VARIANTS if name != "levels"},
            levels=dict(plan.levels),
        )
        for position, plan in enumerate(plans)
    ]
