"""What the moves of an experiment are told, in JSON, and as the forms of their pages read it."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers

from audiences.models import Segment
from engine.errors import InvalidInput
from experiments.action import Action
from experiments.action_forms import LEAVE, DecideForm
from experiments.models import Experiment
from experiments.moves import ACTIONS
from experiments.policy_forms import PREFIX, WEIGHT
from workspace.api.form_bodies import Body, body_of, typed
from workspace.api.refusals import refusal, unknown

WEIGHTS: Final = "weights"


class SegmentWeights(serializers.Serializer[Any]):
    """What visitors of a segment get: a weight per variant key."""

    segment = serializers.CharField(help_text="Key of the segment.")
    weights = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10_000))


@cache
def body(name: str) -> Body:
    """What the move is told: the fields of its form, and what JSON says better."""
    instead: dict[str, Any] = {}
    form = ACTIONS[name].form
    if name == "split":
        instead[WEIGHTS] = serializers.DictField(
            child=serializers.IntegerField(min_value=1, max_value=10_000),
            help_text="A weight for every variant key.",
        )
    if "policy" in form.base_fields:
        instead["rules"] = SegmentWeights(many=True, required=False)
    if issubclass(form, DecideForm):
        instead["variant"] = serializers.CharField(
            allow_null=True, help_text="Key of the variant for everybody; null: leave the default."
        )
        instead["tags"] = serializers.ListField(
            child=serializers.CharField(max_length=40), required=False
        )
    return body_of(form, f"{name.title().replace('_', '')}Move", **instead)


def as_typed(action: Action, experiment: Experiment, values: Mapping[str, Any]) -> QueryDict:
    """The same as somebody would have filled in the form."""
    plain = dict(values)
    weights, rules = plain.pop(WEIGHTS, {}), plain.pop("rules", None)
    known = {variant.key for variant in experiment.variants.all()}
    for key in weights:
        if key not in known:
            raise unknown(f"{WEIGHTS}.{key[:50]}", key, sorted(known))
    if isinstance(plain.get("tags"), list):
        plain["tags"] = ", ".join(plain["tags"])
    if "variant" in plain and not plain["variant"] and issubclass(action.form, DecideForm):
        plain["variant"] = LEAVE
    data = typed(plain)
    _fill(data, typed(weights, prefix=WEIGHT))
    if rules is not None:
        _add_rules(data, experiment, rules)
    return data


def _add_rules(data: QueryDict, experiment: Experiment, rules: list[Mapping[str, Any]]) -> None:
    segments = dict(Segment.objects.filter(site=experiment.site).values_list("key", "pk"))
    data[f"{PREFIX}-TOTAL_FORMS"], data[f"{PREFIX}-INITIAL_FORMS"] = str(len(rules)), "0"
    for row, rule in enumerate(rules):
        if rule["segment"] not in segments:
            raise unknown(f"rules[{row}].segment", rule["segment"], sorted(segments))
        data[f"{PREFIX}-{row}-segment"] = str(segments[rule["segment"]])
        _fill(data, typed(rule[WEIGHTS], prefix=f"{PREFIX}-{row}-{WEIGHT}"))


def _fill(data: QueryDict, more: QueryDict) -> None:
    for name in more:
        data.setlist(name, more.getlist(name))


def checked(form: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the forms of moves
    """What the form has read; raises InvalidInput with the first field."""
    if form.is_valid():
        found: dict[str, Any] = form.cleaned_data
        return found
    rows = getattr(form, "rows", None)
    errors: dict[str, Any] = {_named(name): list(told) for name, told in form.errors.items()}
    if not errors and rows is not None:
        errors = {"rules": [*rows.non_form_errors()] or [dict(one) for one in rows.errors]}
    raise refusal(errors) if errors else InvalidInput(str(form.errors))


def _named(name: str) -> str:
    return f"{WEIGHTS}.{name.removeprefix(WEIGHT)}" if name.startswith(WEIGHT) else name
