"""The replay: what would this plan have done with the visitors of the last weeks?"""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from engine.errors import LabError
from experiments.models import Experiment
from experiments.rehearsals import replay, replay_outcome, replay_words
from experiments.views.detail import frame
from experiments.views.finding import find
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job
from workspace.sentences import together

UNPROCESSABLE = 422
LONGEST_ID = 18


def _spans() -> list[tuple[int, str]]:
    return [
        (days, ngettext("the last %(n)s day", "the last %(n)s days", days) % {"n": days})
        for days in replay.DAYS
    ]


class ReplayForm(forms.Form):
    """How far back."""

    days = forms.TypedChoiceField(
        label=_("Visitors of"),
        coerce=int,
        initial=replay.DAYS[-1],
        choices=_spans,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.VIEW)
def index(request: SiteRequest, key: str) -> HttpResponse:
    """Ask for a replay, watch it, read it. It changes nothing for shoppers."""
    experiment = find(request.site, key)
    form = ReplayForm(request.POST or None)
    if request.method != "POST":
        return _page(request, experiment, form)
    if not form.is_valid():
        return _page(request, experiment, form, UNPROCESSABLE)
    try:
        replay.check(experiment)
    except LabError as error:
        form.add_error(None, together((error.detail, error.hint)))
        return _page(request, experiment, form, UNPROCESSABLE)
    job = jobs.enqueue(
        replay.KIND,
        site=request.site,
        subject=experiment.key,
        parameters={
            "experiment": experiment.pk,
            "revision": experiment.revision,
            "days": form.cleaned_data["days"],
        },
        actor=request.user,
        now=timezone.now(),
    )
    address = reverse("experiments:replay", args=[request.site.key, key])
    return redirect(f"{address}?job={job.pk}")


def _page(
    request: SiteRequest, experiment: Experiment, form: ReplayForm, status: int = 200
) -> HttpResponse:
    job = _shown(request, experiment)
    found = replay_outcome.decode(job.result.get("outcome")) if job and job.result else None
    context = frame(request, experiment, "design") | {
        "form": form,
        "job": job,
        "told": replay_words.tell(found) if found else None,
        "stale": found is not None and found.revision != experiment.revision,
        "planned": experiment.status in replay.PLANNED,
        "workers": jobs.workers(now=timezone.now()),
    }
    return render(request, "experiments/replay.html", context, status=status)


def _shown(request: SiteRequest, experiment: Experiment) -> Job | None:
    """The one in the address, else the newest of this experiment."""
    rows = Job.objects.filter(
        site=request.site, kind=replay.KIND, parameters__experiment=experiment.pk
    )
    wanted = request.GET.get("job", "")
    if not wanted:
        return rows.order_by("-pk").first()
    known = wanted.isascii() and wanted.isdecimal() and len(wanted) <= LONGEST_ID
    job = rows.filter(pk=wanted).first() if known else None
    if job is None:
        raise Http404
    return job
