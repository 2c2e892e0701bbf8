"""How the audit log speaks of experiments, and which changes of a draft can be taken back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives.models import Creative, Placement
from engine.errors import Conflict, IllegalMove
from experiments import compare_and_set, design, lifecycle, planning, policies, words
from experiments.models import Experiment
from experiments.watching import WatchPlan
from workspace import undoing
from workspace.audit_words import Kind, register
from workspace.models import AuditEntry, Site

FIELDS = {
    "variants": gettext_lazy("Variants"),
    "watched": gettext_lazy("Watched metrics"),
    "decision_request": gettext_lazy("Decision asked for"),
    "report": gettext_lazy("Report"),
}
"""What the log knows of an experiment beside its own fields."""
SILENT = frozenset(
    {"status", "slice", "phase", "started_at", "stopped_at", "decided_at"}
    | {"submitted_at", "approved_at", "archived_from", "end_handled_at", "ramp_since"}
)
"""Fields whose change is said by the action itself."""


def announce() -> None:
    """Once, when the product starts."""
    known = Kind(
        actions=words.DONE,
        fields=FIELDS,
        silent=SILENT,
        text=_text,
        address="experiments:detail",
    )
    register("experiment", known)
    undoing.register("experiment", "edit", _as_before)
    undoing.register("experiment", "delete", _bring_back)
    undoing.register("experiment", "archive", _out_of_the_archive)


def _text(name: str, value: Any, _site: Site) -> str | None:  # noqa: ANN401 - as logged
    if name == "variants" and isinstance(value, list):
        return ", ".join(_variant(one) for one in value if isinstance(one, dict))
    return None


def _variant(value: Mapping[str, Any]) -> str:
    parts = [value.get("creative") or "–", value.get("weight")]
    if any(str(cost) not in {"0", "0.0"} for cost in value.get("costs", ())):
        parts.append("/".join(map(str, value["costs"])))
    return f"{value.get('name')} ({', '.join(map(str, parts))})"


def _as_before(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    before, experiment = undoing.before_of(entry), _unchanged(entry)
    plan = _plan(experiment.site, before, rules=policies.plans_of(experiment))
    return design.save(experiment.site, plan, actor=actor, now=now, experiment=experiment)


def _unchanged(entry: AuditEntry) -> Experiment:
    """The experiment, if nobody has changed it since; raises Conflict."""
    known = undoing.before_of(entry)
    experiment = Experiment.objects.filter(site=entry.site_id, pk=known["id"]).first()
    if experiment is None:
        raise Conflict(undoing.GONE)
    undoing.check_unchanged(entry, compare_and_set.state_of(experiment))
    return experiment


def _out_of_the_archive(
    entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime
) -> models.Model:
    experiment = _unchanged(entry)
    lifecycle.restore(experiment, actor=actor, now=now)
    return experiment


def _bring_back(entry: AuditEntry, actor: AbstractBaseUser, now: dt.datetime) -> models.Model:
    before, site = undoing.before_of(entry), Site.objects.get(pk=entry.site_id or 0)
    if before.get("policy") == Experiment.Policy.RULES:
        raise IllegalMove(_("The log does not keep the rules of who sees what: make it anew."))
    return design.save(site, _plan(site, before), actor=actor, now=now)


def _plan(site: Site, state: Mapping[str, Any], rules: Any = ()) -> design.Plan:  # noqa: ANN401
    """The plan that the log has, for the ordinary way to save one."""
    known = {name: _value(name, state[name]) for name in planning.COLUMNS if name in state}
    known |= {name: tuple(state.get(name) or ()) for name in planning.LISTS}
    known["placement"] = Placement.objects.get(site=site, pk=state["placement"])
    others = Placement.objects.filter(site=site, key__in=state.get("also_on") or ())
    return design.Plan(
        **known,
        targeting=state.get("targeting") or {},
        also_on=tuple(others),
        variants=tuple(_variant_plan(site, one) for one in state.get("variants", ())),
        watched=tuple(_watched(text) for text in state.get("watched", ())),
        rules=tuple(rules),
    )


def _value(name: str, value: object) -> Any:  # noqa: ANN401 - of many kinds
    column = Experiment._meta.get_field(name)
    if isinstance(column, models.ForeignKey):
        related: type[models.Model] = column.related_model
        return related._default_manager.filter(pk=value).first() if value else None  # noqa: SLF001 - the one every model has
    return column.to_python(value) if isinstance(column, models.Field) else value


def _variant_plan(site: Site, state: Mapping[str, Any]) -> design.VariantPlan:
    known = {field.name for field in fields_of(design.VariantPlan)} - {"creative", "placement"}
    once, media, discount = state.get("costs") or (0, 0, 0)
    given = {name: state[name] for name in known if name in state} | {
        "placement": Placement.objects.filter(site=site, key=state.get("placement") or "").first(),
        "creative": Creative.objects.filter(site=site, key=state.get("creative") or "").first(),
        "creative_cost": once,
        "media_cost": media,
        "discount": Decimal(str(discount)),
    }
    return design.VariantPlan(**given)


def _watched(text: str) -> WatchPlan:
    metric, role, *margin = text.split()
    return WatchPlan(metric, role, Decimal(margin[0].rstrip("%")) if margin else None)
