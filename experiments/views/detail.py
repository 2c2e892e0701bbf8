"""One experiment: its design, its history. Results live in `experiments.reports`."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from experiments import (
    audience,
    consequences,
    first_hour,
    launch,
    layers,
    moves,
    policy_view,
    sizing,
    standing,
)
from experiments.models import Experiment, Status
from experiments.reports import page, sharing
from experiments.views import keeping, taking
from experiments.views.finding import find
from workspace import seen
from workspace.access import GRANTS, Permission, SiteRequest, site_page
from workspace.models import AuditEntry

ENTRIES_PER_PAGE = 30
MORE = {
    "variants": gettext_lazy("Variants"),
    "also_on": gettext_lazy("Also on"),
    "watched": gettext_lazy("Watched metrics"),
    "decision_request": gettext_lazy("Decision asked for"),
}
"""What the log knows of an experiment beside its own fields."""
SILENT = frozenset(
    {"id", "site", "revision", "status", "slice", "phase", "created_at"}
    | {"started_at", "stopped_at", "decided_at"}
)
"""Fields whose change is said by the action itself."""


def frame(request: SiteRequest, experiment: Experiment, tab: str) -> dict[str, Any]:
    """What every tab needs: the experiment, its actions, which tab is open."""
    granted = GRANTS.get(request.role, frozenset())
    actions = moves.offered(experiment, granted)
    return {
        "experiment": experiment,
        "tab": tab,
        "holes": standing.holes(experiment, now=timezone.now()),
        "actions": actions,
        "shortcuts": [action for action in actions if not action.danger][:2],
        "main_action": next((a for a in actions if experiment.status in a.leads_from), None),
        "editable": experiment.status == Status.DRAFT and Permission.EDIT in granted,
    }


@site_page(Permission.VIEW)
def results(request: SiteRequest, key: str) -> HttpResponse:
    """Where does this one stand?"""
    experiment = find(request.site, key)
    if request.site.is_demo and first_hour.is_finished(experiment):
        seen.note(request.site, request.user, first_hour.READ, now=timezone.now())
    asked = {name: request.GET.get(name, "") for name in ("phase", "version")}
    results = page.context(experiment, now=timezone.now(), **asked)
    files = taking.offered(request, experiment, results)
    context = frame(request, experiment, "results") | results | files
    return render(request, "experiments/detail.html", context)


@site_page(Permission.VIEW)
def design(request: SiteRequest, key: str) -> HttpResponse:
    """What is set, who sees what, and what can be done."""
    experiment = find(request.site, key)
    variants = list(experiment.variants.all())
    is_draft, now = experiment.status == Status.DRAFT, timezone.now()
    context = frame(request, experiment, "design") | {
        "parts": consequences.shares(variants),
        "policy": policy_view.of(experiment, variants),
        "problems": launch.problems(experiment, now=now) if is_draft else (),
        "consequence": consequences.of_start(experiment, variants),
        "neighbours": _neighbours(experiment),
        "watched": list(experiment.watched.all()),
        "also_on": list(experiment.also_on.all()),
        "audience": audience.words_of(experiment),
        "sizing": sizing.of(experiment, variants, now=now) if is_draft else None,
    }
    return render(request, "experiments/design.html", context)


def _neighbours(experiment: Experiment) -> list[Experiment]:
    if experiment.placement is None:
        return []
    return list(layers.neighbours(experiment.placement, but=experiment))


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after."""

    name: str
    before: str
    after: str


@site_page(Permission.VIEW)
def history(request: SiteRequest, key: str) -> HttpResponse:
    """Who changed what."""
    experiment = find(request.site, key)
    # By id, not by key: the key of a draft may have changed, or an earlier draft have had it.
    entries = AuditEntry.objects.filter(
        Q(after__id=experiment.pk) | Q(before__id=experiment.pk),
        site=request.site,
        object_type="experiment",
    )
    shown = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = frame(request, experiment, "history") | {
        "page": shown,
        "entries": [(entry, _changes(entry)) for entry in shown],
        "versions": keeping.listed(experiment),
        "may_keep": sharing.may_share(request.role),
    }
    return render(request, "experiments/history.html", context)


def _changes(entry: AuditEntry) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    if not before:
        return []
    names = [name for name in after if name not in SILENT and before.get(name) != after[name]]
    return [Change(_label(name), _text(before.get(name)), _text(after[name])) for name in names]


def _label(name: str) -> str:
    names = {field.name: field for field in Experiment._meta.fields}
    if name in names:
        return str(capfirst(names[name].verbose_name))
    return str(MORE.get(name, name))


def _variant_text(value: dict[str, Any]) -> str:
    parts = [value.get("creative") or "–", value.get("weight")]
    if any(str(cost) not in {"0", "0.0"} for cost in value.get("costs", ())):
        parts.append("/".join(map(str, value["costs"])))
    if value.get("placement"):
        parts.append(value["placement"])
    parts += [f"{factor}={level}" for factor, level in (value.get("levels") or {}).items()]
    return f"{value.get('name')} ({', '.join(map(str, parts))})"


def _text(value: object) -> str:
    """A value of the log in words; texts are escaped by the template like everything else."""
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "–"
    if isinstance(value, dict):
        return _variant_text(value)
    return "–" if value in {None, ""} else str(value)
