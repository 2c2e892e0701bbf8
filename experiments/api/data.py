"""What the management API says of experiments."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments import policies
from experiments.models import DecisionRequest, Experiment, Report, Variant, Watched
from experiments.words import VERDICTS
from workspace.api.fields import Named, keyed, person


class VariantData(serializers.ModelSerializer[Variant]):
    """One side of an experiment; the first one is the control."""

    creative = keyed()
    placement = keyed()
    levels = serializers.DictField(read_only=True)

    class Meta:
        model = Variant
        fields = (
            "key", "name", "creative", "placement", "levels", "weight", "creative_cost",
            "media_cost", "discount",
        )  # fmt: skip


class WatchedData(serializers.ModelSerializer[Watched]):
    """A metric beside the primary one; a guardrail may lose `margin` percent of the control."""

    class Meta:
        model = Watched
        fields = ("metric", "role", "margin")


class RuleData(serializers.Serializer[Any]):
    """What visitors of a segment get, under the policy `rules`: a weight per variant key."""

    segment = serializers.CharField(source="segment.key")
    weights = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10_000))


class ExperimentData(serializers.ModelSerializer[Experiment]):
    """An experiment with its plan, its state and its present verdict."""

    placement = keyed()
    also_on: Named = serializers.SlugRelatedField(slug_field="key", many=True, read_only=True)
    audience = keyed()
    owner = person()
    submitted_by = person()
    approved_by = person()
    decided_by = person()
    targeting = serializers.DictField(read_only=True)
    ramp = serializers.ListField(read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    links = serializers.ListField(read_only=True)
    variants = VariantData(many=True, read_only=True)
    watched = WatchedData(many=True, read_only=True)
    rules = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    as_of = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = (
            "key", "name", "status", "hypothesis", "placement", "also_on", "audience", "targeting",
            "owner", "origin", "unit", "block_hours", "local", "primary_metric", "mde", "mde_kind",
            "planned_days", "planned_visitors", "traffic_share", "policy", "exploration_share",
            "rules", "phase", "created_at", "starts_at", "ends_at", "end_action", "end_variant",
            "ramp", "started_at", "stopped_at", "decided_at", "submitted_by", "submitted_at",
            "approved_by", "approved_at", "returned_reason", "archived_from", "reading", "decision",
            "decision_reason", "decided_by", "recommended", "against_reason", "takeaways",
            "next_step", "tags", "links", "variants", "watched", "verdict", "as_of", "revision",
        )  # fmt: skip

    @extend_schema_field(RuleData(many=True))
    def get_rules(self, row: Experiment) -> list[dict[str, Any]]:
        if row.policy != Experiment.Policy.RULES:
            return []
        return [dict(RuleData(plan).data) for plan in policies.plans_of(row)]

    @extend_schema_field(serializers.ChoiceField(list(VERDICTS)))
    def get_verdict(self, row: Experiment) -> str:
        report = _present(row)
        return report.verdict if report else "no_data"

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_as_of(self, row: Experiment) -> str | None:
        report = _present(row)
        return report.as_of.isoformat() if report and report.as_of else None


class ReportData(serializers.ModelSerializer[Report]):
    """What is known about the present phase; `report` is null until there is something."""

    experiment = serializers.CharField(source="experiment.key", read_only=True)
    report = serializers.DictField(source="payload", read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = (
            "experiment", "phase", "verdict", "as_of", "method", "watermark",
            "last_error", "last_error_at", "report",
        )  # fmt: skip


class ProblemData(serializers.Serializer[Any]):
    """One thing that stands against the start; a soft one (`hard` false) is only said."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()
    field = serializers.CharField()
    hard = serializers.SerializerMethodField()

    def get_hard(self, problem: object) -> bool:
        return bool(getattr(problem, "hard", True))


class ChecksData(serializers.Serializer[Any]):
    """Whether it may start, and everything that stands against it."""

    ready = serializers.BooleanField()
    problems = ProblemData(many=True)


class NeedData(serializers.Serializer[Any]):
    """Visitors in all variants together; days are null beyond a year."""

    visitors = serializers.IntegerField()
    days = serializers.IntegerField(allow_null=True)


class EffectData(serializers.Serializer[Any]):
    """An effect and what it takes to find it in each reading; null where no rate is that high."""

    label = serializers.CharField()  # type: ignore[assignment]
    lift = serializers.CharField()
    planned = NeedData(allow_null=True)
    open = NeedData(allow_null=True)


class SizingData(serializers.Serializer[Any]):
    """What a plan needs, from the placement's own last 28 days; with a `gap` there are no rows."""

    place = serializers.CharField()
    gap = serializers.CharField()
    days = serializers.IntegerField()
    per_day = serializers.IntegerField()
    baseline = serializers.CharField()
    rows = EffectData(many=True)
    formula = serializers.CharField()


class StepData(serializers.Serializer[Any]):
    """A question of the decision and its answer."""

    question = serializers.CharField()
    answer = serializers.CharField()
    outcome = serializers.ChoiceField(["passed", "noted", "ended"])
    bucket = serializers.IntegerField(allow_null=True)


class WhyData(serializers.Serializer[Any]):
    """Why a visitor gets what they get: every step, and what comes out of it."""

    steps = StepData(many=True)
    variant = serializers.CharField(source="variant.key", allow_null=True, default=None)
    creative = serializers.CharField(source="creative.key", allow_null=True, default=None)
    reason = serializers.CharField()
    propensity = serializers.FloatField(allow_null=True)


class DecisionData(serializers.ModelSerializer[DecisionRequest]):
    """A decision against the report that waited for a second person, or still does."""

    asked_by = person()
    answered_by = person()
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = DecisionRequest
        fields = (
            "state", "variant", "reason", "against_reason", "recommended", "takeaways", "next_step",
            "tags", "asked_by", "asked_at", "answered_by", "answered_at",
        )  # fmt: skip


def _present(row: Experiment) -> Report | None:
    reports: list[Report] = getattr(row, "present", [])
    return next(iter(reports), None)
