"""What may be sent about the plan of a draft: every field of `design.Plan`, by name.

Fields that a plan does not have are not offered, so that this list follows the use-case.
"""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _
from rest_framework import serializers

from audiences.models import Segment
from creatives.models import Creative, Placement
from experiments import design, policies, watching
from experiments.design import Plan, VariantPlan
from experiments.models import Experiment, Watched
from experiments.policies import RulePlan
from experiments.watching import WatchPlan
from workspace.api.fields import Named
from workspace.models import Site, validate_key

MOVED: Final = ("status", "phase", "decision", "started_at", "stopped_at", "decided_at")
MOST_MONEY: Final = 10**14
MOST_VISITORS: Final = 2_000_000_000
PLANNED: Final = frozenset(field.name for field in dataclasses.fields(Plan))
OF_VARIANTS: Final = frozenset(field.name for field in dataclasses.fields(VariantPlan))


class OfPlan(serializers.Serializer[Any]):
    """Fields that the plan knows, with the rows of the caller's site to choose from."""

    known: frozenset[str] = PLANNED

    def get_fields(self) -> dict[str, Any]:
        found = {name: one for name, one in super().get_fields().items() if name in self.known}
        site = self.context.get("site")
        for field in found.values():
            related: Any = getattr(field, "child_relation", field)
            if site is not None and getattr(related, "slug_field", None):
                related.queryset = related.queryset.model.objects.filter(site=site)
        return found


def _row(model: Any, **options: Any) -> Named:  # noqa: ANN401 - a model with a key
    usual = {"required": False, "allow_null": True} | options
    return serializers.SlugRelatedField(slug_field="key", queryset=model.objects.none(), **usual)


class VariantInput(OfPlan):
    """One side; the first of the list is the control. Money in minor units."""

    known = OF_VARIANTS
    key = serializers.CharField(max_length=64, validators=[validate_key])
    name = serializers.CharField(max_length=300)
    creative = _row(Creative)
    placement = _row(Placement)
    levels = serializers.DictField(child=serializers.CharField(max_length=100), required=False)
    weight = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    creative_cost = serializers.IntegerField(min_value=0, max_value=MOST_MONEY, required=False)
    media_cost = serializers.IntegerField(min_value=0, max_value=MOST_MONEY, required=False)
    discount = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False
    )


class WatchedInput(serializers.Serializer[Any]):
    """A metric beside the primary one; a guardrail has a margin in percent of the control."""

    metric = serializers.ChoiceField(list(watching.watchable()))
    role = serializers.ChoiceField(Watched.Role.choices, required=False)
    margin = serializers.DecimalField(
        max_digits=4, decimal_places=2, min_value=Decimal("0.01"), required=False, allow_null=True
    )


class RuleInput(OfPlan):
    """What visitors of a segment get: a weight per variant key."""

    known = frozenset({"segment", "weights"})
    segment = _row(Segment, required=True, allow_null=False)
    weights = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10_000))


class PlanInput(OfPlan):
    """Everything that can be set before the start; a draft may be incomplete."""

    name = serializers.CharField(max_length=150)
    key = serializers.CharField(required=False, max_length=64, validators=[validate_key])
    placement = _row(Placement, required=True, allow_null=False)
    also_on = _row(Placement, many=True, allow_null=False)
    audience = _row(Segment)
    targeting = serializers.DictField(required=False, help_text="A rule; empty: everybody.")
    hypothesis = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    variants = VariantInput(many=True, required=False)
    primary_metric = serializers.ChoiceField(Experiment.Metric.choices, required=False)
    mde = serializers.DecimalField(
        max_digits=7,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=Decimal(1000),
        required=False,
        allow_null=True,
    )
    mde_kind = serializers.ChoiceField(Experiment.MdeKind.choices, required=False)
    planned_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    planned_visitors = serializers.IntegerField(
        min_value=0, max_value=MOST_VISITORS, required=False
    )
    traffic_share = serializers.IntegerField(min_value=1, max_value=100, required=False)
    policy = serializers.ChoiceField(Experiment.Policy.choices, required=False)
    exploration_share = serializers.IntegerField(
        min_value=policies.LEAST_SLICE, max_value=policies.LARGEST_SLICE, required=False
    )
    rules = RuleInput(many=True, required=False)
    reading = serializers.ChoiceField(Experiment.Reading.choices, required=False)
    watched = WatchedInput(many=True, required=False)
    block_hours = serializers.IntegerField(min_value=0, max_value=168, required=False)
    local = serializers.BooleanField(
        required=False, help_text="GrowthBook's SDKs may decide it by themselves."
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    end_action = serializers.ChoiceField(Experiment.EndAction.choices, required=False)
    end_variant = serializers.CharField(required=False, allow_blank=True, max_length=64)
    ramp = serializers.ListField(child=serializers.DictField(), required=False)
    links = serializers.ListField(child=serializers.CharField(max_length=500), required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse by name what only a move changes."""
        sent = next((name for name in MOVED if name in self.initial_data), None)
        if sent:
            raise serializers.ValidationError(
                {sent: _("This is not written: POST …/start/, …/stop/ and the like move it.")}
            )
        return attrs


class PlanChange(PlanInput):
    """The fields that change; lists, such as `variants`, are replaced as a whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs | {"partial": True})


def new(site: Site, values: Mapping[str, Any]) -> Plan:
    """A plan; without a key it gets one from its name."""
    key = values.get("key") or design.free_key(
        site, slugify(values["name"])[:56].strip("-_") or "test"
    )
    return Plan(**{**_planned(values), "key": key})


def changed(experiment: Experiment, values: Mapping[str, Any]) -> Plan:
    """The plan of a draft with what was sent in its place."""
    return dataclasses.replace(_plan_of(experiment), **_planned(values))


def _planned(values: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(values)
    for name, row in (("variants", VariantPlan), ("watched", WatchPlan), ("rules", RulePlan)):
        if name in made:
            made[name] = tuple(row(**one) for one in made[name])
    return {name: tuple(v) if isinstance(v, list) else v for name, v in made.items()}


def _plan_of(experiment: Experiment) -> Plan:
    """The plan as it is stored."""
    rows: dict[str, Any] = {
        "variants": tuple(_variant(row) for row in experiment.variants.all()),
        "rules": policies.plans_of(experiment),
        "watched": watching.plans_of(experiment),
        "also_on": tuple(experiment.also_on.all()),
    }
    kept = {name: rows[name] for name in PLANNED & rows.keys()}
    stored = {name: getattr(experiment, name) for name in PLANNED - rows.keys()}
    for name, value in stored.items():
        kept[name] = tuple(value) if isinstance(value, list) else value
    return Plan(**kept)


def _variant(row: Any) -> VariantPlan:  # noqa: ANN401 - a variant
    return VariantPlan(**{name: getattr(row, name) for name in OF_VARIANTS})
