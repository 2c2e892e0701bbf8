"""The four steps to a sound experiment; every step saves the draft."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.errors import Conflict, IllegalMove, InvalidInput, LabError, NotFound, StateError
from experiments import design, moves, outlook
from experiments.action import Action
from experiments.action_forms import ActionForm
from experiments.models import Experiment, Status
from experiments.planning import Plan
from experiments.views.editing import wanted_placement
from experiments.views.finding import find_plan
from experiments.wizard import remedies
from experiments.wizard.audience import AudienceStep
from experiments.wizard.creatives import CreativesStep
from experiments.wizard.goal import GoalStep
from experiments.wizard.launch import LaunchStep
from experiments.wizard.step import Draft, Step
from workspace import access
from workspace.access import GRANTS, Permission, SiteRequest, site_page

NOTHING_NEW, CONFLICT, UNPROCESSABLE = 204, 409, 422
STEPS: Mapping[str, type[Step]] = {
    kind.slug: kind for kind in (GoalStep, CreativesStep, AudienceStep, LaunchStep)
}
ORDER = tuple(STEPS)
LAUNCHING = ("submit", "start", "schedule")
"""Moves that the last step leads to; which of them there are, the life cycle says."""


@site_page(Permission.EDIT)
def begin(request: SiteRequest) -> HttpResponse:
    """The first step of an experiment that is not there yet."""
    values: dict[str, Any] = {"placement": wanted_placement(request)}
    return _page(request, GoalStep, Draft(request.site, None, values))


@site_page(Permission.EDIT)
def step(request: SiteRequest, key: str, slug: str) -> HttpResponse:
    """One step of a draft."""
    if slug not in STEPS:
        raise NotFound(_("There is no such step."))
    experiment = find_plan(request.site, key)
    if experiment.status != Status.DRAFT and _asks_summary(request):
        return HttpResponse(status=NOTHING_NEW)  # it was started while the summary was on its way
    if experiment.status != Status.DRAFT:
        raise IllegalMove(
            _("“%(name)s” is no draft any more: its plan is fixed.") % {"name": experiment.name},
            hint=_("Its Design page says what is set, and what can be done with it now."),
        )
    return _page(request, STEPS[slug], Draft.of(experiment))


def _page(request: SiteRequest, kind: type[Step], draft: Draft) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, kind(draft, None))
    if _asks_summary(request):
        return _summary(request, kind(draft, request.POST))
    data = kind.reshaped(request.POST)
    if data is None:
        return _saved(request, kind(draft, request.POST))
    return _shown(request, kind(draft, data), quiet=True)


def _asks_summary(request: SiteRequest) -> bool:
    return request.method == "POST" and request.GET.get("part") == "summary"


def _saved(request: SiteRequest, page: Step) -> HttpResponse:
    if not page.is_valid():
        return _shown(request, page, status=UNPROCESSABLE)
    try:
        experiment = _save(request, page)
    except (InvalidInput, NotFound, Conflict) as error:
        page.refuse(error)
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        return _shown(request, page, status=status)
    action = moves.ACTIONS.get(str(request.POST.get("move", "")))
    if action is not None and action.name in LAUNCHING:
        return _launched(request, experiment, action)
    return _onward(request, page, experiment)


def _save(request: SiteRequest, page: Step) -> Experiment:
    draft = page.draft
    changes = page.changes()
    if draft.experiment is not None and page.revision is not None:
        # Compare with what this person saw when the page was opened, not with what is there now.
        draft.experiment.revision = page.revision
    plan = Plan(**{**draft.values, **changes})
    now = timezone.now()
    return design.save(draft.site, plan, actor=request.user, now=now, experiment=draft.experiment)


def _onward(request: SiteRequest, page: Step, experiment: Experiment) -> HttpResponse:
    """To the step that was asked for, or the next one; after the last to the whole plan."""
    wanted = str(request.POST.get("go", ""))
    if wanted not in STEPS:
        wanted = dict(pairwise(ORDER)).get(page.slug, "")
    if wanted:
        return redirect("experiments:plan", request.site.key, experiment.key, wanted)
    messages.success(request, _("“%(name)s” is saved.") % {"name": experiment.name})
    return redirect("experiments:design", request.site.key, experiment.key)


def _launched(request: SiteRequest, experiment: Experiment, action: Action) -> HttpResponse:
    """Do it, or go to the page that asks for more."""
    access.require(request.user, request.site, action.permission)
    if action.form is not ActionForm:
        return redirect("experiments:act", request.site.key, experiment.key, action.name)
    try:
        said = action.apply(experiment, {}, request.user, timezone.now())
    except StateError as error:
        page = LaunchStep(Draft.of(find_plan(request.site, experiment.key)), None)
        return _shown(request, page, status=CONFLICT, said=error)
    messages.success(request, f"{experiment.name}: {said or action.done}")
    return redirect("experiments:detail", request.site.key, experiment.key)


def _outlook(page: Step) -> outlook.Outlook:
    draft = page.draft
    values = {**draft.values, **(page.start() if page.data is None else page.values())}
    if draft.experiment is not None:
        values.setdefault("key", draft.experiment.key)
    return outlook.of(draft.site, values, now=timezone.now(), saved=draft.experiment)


def _summary(request: SiteRequest, page: Step) -> HttpResponse:
    return render(request, "experiments/wizard/_summary.html", _beside(page, _outlook(page)))


def _beside(page: Step, view: outlook.Outlook) -> dict[str, Any]:
    line = page.line(view.experiment) if isinstance(page, AudienceStep) else None
    return {"outlook": view, "line": line, "step": page}


def _shown(
    request: SiteRequest,
    page: Step,
    *,
    status: int = 200,
    quiet: bool = False,
    said: LabError | None = None,
) -> HttpResponse:
    view = _outlook(page)
    if quiet:
        page.quiet()
    search = " ".join(request.POST.get("search", "").split())
    context = _beside(page, view) | page.context(view, search=search)
    context |= {
        "experiment": page.draft.experiment,
        "form": page.form,
        "steps": _steps(view),
        "said": said,
        "actions": _actions(request, page.draft.experiment),
        "back": _back(page),
    }
    return render(request, f"experiments/wizard/{page.slug}.html", context, status=status)


def _steps(view: outlook.Outlook) -> list[tuple[type[Step], int]]:
    """Each step with the number of things that are missing in it."""
    missing = [remedies.step_of(problem) for problem in view.problems]
    return [(kind, missing.count(slug)) for slug, kind in STEPS.items()]


def _actions(request: SiteRequest, experiment: Experiment | None) -> list[Action]:
    if experiment is None:
        return []
    offered = moves.offered(experiment, GRANTS.get(request.role, frozenset()))
    return [action for action in offered if action.name in LAUNCHING]


def _back(page: Step) -> str:
    draft, before = page.draft, ORDER.index(page.slug) - 1
    if draft.experiment is None:
        return reverse("experiments:list", args=[draft.site.key])
    if before < 0:
        return reverse("experiments:design", args=[draft.site.key, draft.experiment.key])
    return reverse("experiments:plan", args=[draft.site.key, draft.experiment.key, ORDER[before]])
