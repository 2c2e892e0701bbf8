"""One page per action: it says who will see what and who is counted, then does it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.errors import Conflict, InvalidInput, NotFound, StateError
from experiments import consequences, launch, lifecycle, moves
from experiments.action import Action
from experiments.action_forms import ActionForm
from experiments.compare_and_set import ChangedMeanwhile
from experiments.models import Experiment
from experiments.moves import ACTIONS
from experiments.reports import decision_words
from experiments.views.finding import find
from workspace import access, undoing
from workspace.access import GRANTS, Permission, SiteRequest, site_page
from workspace.models import AuditEntry
from workspace.sentences import together

UNPROCESSABLE, CONFLICT = 422, 409
BEGINS = {"start", "approve", "submit", "schedule"}
"""Actions that put a plan before visitors, or ask for it: what it lacks stands above them."""
ANSWERS = {"confirm", "decline"}
"""Actions on a decision that waits: who answers reads it first."""


@site_page(Permission.VIEW)
def act(request: SiteRequest, key: str, action: str) -> HttpResponse:
    """Ask, then do."""
    chosen = ACTIONS[action]
    access.require(request.user, request.site, chosen.permission)
    experiment = find(request.site, key)
    if request.method != "POST":
        form = chosen.form(experiment=experiment, actor=request.user, initial=_initial(request))
        return _ask(request, chosen, experiment, form)
    reshaped = chosen.form.reshaped(request.POST)
    if reshaped is not None:
        form = chosen.form(reshaped, experiment=experiment, actor=request.user)
        form.quiet()
        return _ask(request, chosen, experiment, form)
    form = chosen.form(request.POST, experiment=experiment, actor=request.user)
    if not form.is_valid():
        return _ask(request, chosen, experiment, form, UNPROCESSABLE)
    return _do(request, chosen, experiment, form)


def _initial(request: SiteRequest) -> dict[str, str]:
    """A page may link to an action with its fields filled in, such as `?variant=b`."""
    typed = (item for item in request.GET.items() if item[0] != "revision")
    return {name: value for name, value in typed if isinstance(value, str)}


def _do(
    request: SiteRequest, action: Action, experiment: Experiment, form: ActionForm
) -> HttpResponse:
    name = experiment.name
    if form.cleaned_data["revision"] is not None:
        experiment.revision = form.cleaned_data["revision"]
    try:
        said = action.apply(experiment, form.cleaned_data, request.user, timezone.now())
    except (InvalidInput, NotFound) as error:
        form.add_error(error.field if error.field in form.fields else None, _whole(error))
        return _ask(request, action, experiment, form, UNPROCESSABLE)
    except StateError as error:
        fresh = find(request.site, experiment.key)
        form.add_error(None, _whole(error) + _who(fresh, error))
        return _ask(request, action, fresh, form, CONFLICT)
    undoing.tell(request, f"{name}: {said or action.done}")
    if experiment.pk is None:
        return redirect("experiments:list", request.site.key)
    return redirect("experiments:detail", request.site.key, experiment.key)


def _instead(request: SiteRequest, action: Action, experiment: Experiment) -> Action | None:
    """The step that leads on where this one does not: submitting, where starting is refused."""
    if action.is_offered(experiment):
        return None
    offered = moves.offered(experiment, GRANTS[request.role], request.user)
    return next((one for one in offered if experiment.status in one.leads_from), None)


def _whole(error: StateError | InvalidInput) -> str:
    return together((error.detail, error.hint))


def _who(experiment: Experiment, error: StateError) -> str:
    """Who was first, when somebody was."""
    if not isinstance(error, Conflict):
        return ""
    if isinstance(error, ChangedMeanwhile) and error.differences:
        return ""
    last = AuditEntry.objects.filter(
        site=experiment.site_id, object_type="experiment", object_key=experiment.key
    ).first()
    return " " + _("Last change: %(who)s.") % {"who": last.actor_name} if last else ""


def _ask(
    request: SiteRequest,
    action: Action,
    experiment: Experiment,
    form: ActionForm,
    status: int = 200,
) -> HttpResponse:
    problems = launch.problems(experiment, now=timezone.now()) if action.name in BEGINS else ()
    context = {
        "experiment": experiment,
        "action": action,
        "form": form,
        "offered": action.is_offered(experiment),
        "instead": _instead(request, action, experiment),
        "own": not action.for_person(experiment, request.user),
        "refused": [problem for problem in problems if lifecycle.refuses(action.name, problem)],
        "consequence": consequences.of(action.name, experiment),
        "problems": problems,
        "waiting": decision_words.waiting(experiment) if action.name in ANSWERS else None,
        "parts": consequences.shares(list(experiment.variants.all())),
    }
    return render(request, "experiments/action.html", context, status=status)
