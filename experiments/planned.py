"""The plan of an experiment as plain JSON: what is sealed at the start, and compared later."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from experiments.models import Experiment, PolicyRule, Variant, Watched

Body = dict[str, Any]
PLAIN: Final = (
    "hypothesis",
    "primary_metric",
    "mde",
    "mde_kind",
    "reading",
    "planned_days",
    "planned_visitors",
    "traffic_share",
    "policy",
    "exploration_share",
    "unit",
    "block_hours",
    "local",
    "targeting",
    "starts_at",
    "ends_at",
    "end_action",
    "end_variant",
    "ramp",
)
"""Fields that are sealed as they are."""


def body_of(experiment: Experiment, open_checks: Sequence[str] = ()) -> Body:
    """Everything that was planned.

    Args:
        experiment: Any.
        open_checks: Sentences of the checks that spoke against it and did not keep it from going.
    """
    body: Body = {name: getattr(experiment, name) for name in PLAIN}
    body |= {
        "mde": _number(experiment.mde),
        "watched": [_watched(row) for row in experiment.watched.all()],
        "split": [_variant(row) for row in experiment.variants.select_related("creative")],
        "rules": [_rule(row) for row in experiment.rules.select_related("segment")],
        "placements": _placements(experiment),
        "audience": _audience(experiment),
        "open_checks": list(open_checks),
    }
    plain: Body = json.loads(json.dumps(body, cls=DjangoJSONEncoder))
    return plain


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{Decimal(value).normalize():f}"


def _watched(row: Watched) -> Body:
    return {"metric": row.metric, "role": row.role, "margin": _number(row.margin)}


def _variant(row: Variant) -> Body:
    return {
        "key": row.key,
        "name": row.name,
        "weight": row.weight,
        "creative": row.creative.key if row.creative else None,
        "placement": row.placement.key if row.placement else None,
        "levels": row.levels,
    }


def _rule(row: PolicyRule) -> Body:
    return {"segment": row.segment.key, "rule": row.segment.rule, "weights": row.weights}


def _placements(experiment: Experiment) -> list[str]:
    first = [experiment.placement.key] if experiment.placement else []
    return first + sorted(experiment.also_on.values_list("key", flat=True))


def _audience(experiment: Experiment) -> Body | None:
    """The segment with its rule: who changes the segment changes who takes part."""
    segment = experiment.audience
    return None if segment is None else {"segment": segment.key, "rule": segment.rule}
