"""One experiment: its design, its history. Results live in `experiments.reports`."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from experiments import (
    audience,
    changes,
    consequences,
    first_hour,
    launch,
    layers,
    moves,
    policy_view,
    schedules,
    sealed_view,
    sizing,
    standing,
    telling,
    timing_words,
)
from experiments.models import Experiment, Status
from experiments.reports import page, sharing
from experiments.views import keeping, taking
from experiments.views.finding import find
from workspace import audit_lines, seen
from workspace.access import GRANTS, Permission, SiteRequest, site_page

ENTRIES_PER_PAGE = 30


def frame(request: SiteRequest, experiment: Experiment, tab: str) -> dict[str, Any]:
    """What every tab needs: the experiment, its actions, which tab is open."""
    granted = GRANTS.get(request.role, frozenset())
    actions = moves.offered(experiment, granted, request.user)
    return {
        "experiment": experiment,
        "tab": tab,
        "holes": standing.holes(experiment, now=timezone.now()),
        "actions": actions,
        "shortcuts": [action for action in actions if not action.danger][:2],
        "main_action": next((a for a in actions if experiment.status in a.leads_from), None),
        "told": telling.sentence(experiment),
        "timing": timing_words.of(experiment, now=timezone.now()),
        "may_time": Permission.LAUNCH in granted and experiment.status in schedules.OPEN,
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
    shown = results["results"]
    sealed = shown.sealed if shown else sealed_view.of(experiment)
    context = frame(request, experiment, "results") | results | files | {"sealed": sealed}
    return render(request, "experiments/detail.html", context)


@site_page(Permission.VIEW)
def design(request: SiteRequest, key: str) -> HttpResponse:
    """What is set, who sees what, and what can be done."""
    experiment = find(request.site, key)
    variants = list(experiment.variants.all())
    is_draft, now = experiment.status == Status.DRAFT, timezone.now()
    is_plan, also_on = not experiment.has_begun, list(experiment.also_on.all())
    context = frame(request, experiment, "design") | {
        "parts": consequences.shares(variants),
        "policy": policy_view.of(experiment, variants),
        "problems": launch.problems(experiment, now=now) if is_plan else (),
        "sealed": sealed_view.of(experiment),
        "consequence": consequences.of_start(experiment, variants, also_on),
        "neighbours": _neighbours(experiment),
        "watched": list(experiment.watched.all()),
        "also_on": also_on,
        "audience": audience.words_of(experiment),
        "sizing": sizing.of(experiment, variants, now=now) if is_draft else None,
    }
    return render(request, "experiments/design.html", context)


def _neighbours(experiment: Experiment) -> list[Experiment]:
    if experiment.placement is None:
        return []
    return list(layers.neighbours(experiment.placement, but=experiment))


@site_page(Permission.VIEW)
def history(request: SiteRequest, key: str) -> HttpResponse:
    """Who changed what."""
    experiment = find(request.site, key)
    entries = changes.entries_of(experiment)
    shown = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = frame(request, experiment, "history") | {
        "page": shown,
        "lines": audit_lines.lines(shown, request.site),
        "versions": keeping.listed(experiment),
        "may_keep": sharing.may_share(request.role),
    }
    return render(request, "experiments/history.html", context)
