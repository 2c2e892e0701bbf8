"""The page of a schedule: when it begins and ends, what happens then, and the ramp."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.errors import InvalidInput, StateError
from experiments import schedules, timing_words
from experiments.models import Experiment
from experiments.schedule_form import ScheduleForm
from experiments.views.finding import find
from workspace.access import Permission, SiteRequest, site_page
from workspace.sentences import together

UNPROCESSABLE, CONFLICT = 422, 409


@site_page(Permission.LAUNCH)
def timing(request: SiteRequest, key: str) -> HttpResponse:
    """Show what is set, or set it."""
    experiment = find(request.site, key)
    if request.method != "POST":
        return _show(request, experiment, ScheduleForm(experiment=experiment))
    form = ScheduleForm(request.POST, experiment=experiment)
    if not form.is_valid():
        return _show(request, experiment, form, UNPROCESSABLE)
    return _save(request, experiment, form)


def _save(request: SiteRequest, experiment: Experiment, form: ScheduleForm) -> HttpResponse:
    if form.cleaned_data["revision"] is not None:
        experiment.revision = form.cleaned_data["revision"]
    try:
        schedules.change(experiment, form.wishes(), actor=request.user, now=timezone.now())
    except InvalidInput as error:
        form.add_error(error.field, together((error.detail, error.hint)))
        return _show(request, experiment, form, UNPROCESSABLE)
    except StateError as error:
        form.add_error(None, together((error.detail, error.hint)))
        return _show(request, find(request.site, experiment.key), form, CONFLICT)
    words = {"name": experiment.name}
    messages.success(request, _("%(name)s: the schedule is saved.") % words)
    return redirect("experiments:design", request.site.key, experiment.key)


def _show(
    request: SiteRequest, experiment: Experiment, form: ScheduleForm, status: int = 200
) -> HttpResponse:
    context = {
        "experiment": experiment,
        "form": form,
        "timing": timing_words.of(experiment, now=timezone.now()),
        "open": experiment.status in schedules.OPEN,
    }
    return render(request, "experiments/timing.html", context, status=status)
