"""The A/A rehearsal: can the test be trusted on our own traffic?"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from creatives.models import Placement
from experiments.rehearsals import outcome, words
from experiments.rehearsals.forms import DAYS, RehearsalForm
from experiments.rehearsals.job import KIND
from experiments.rehearsals.outcome import Outcome
from experiments.reports.names import metric_name
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job, Site

PAST = 20
LONGEST_ID = 18
UNFINISHED = (Job.Status.QUEUED, Job.Status.RUNNING)
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the list of rehearsals; no outcome for one that failed or is on its way."""

    job: Job
    placement: str
    metric: str
    days: int
    outcome: Outcome | None


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.VIEW)
def rehearsal(request: SiteRequest) -> HttpResponse:
    """Ask for one, watch it, read it, and see the earlier ones. It changes nothing for shoppers."""
    site = request.site
    if request.method != "POST":
        form = RehearsalForm(initial=_initial(request), site=site)
        return _page(request, form)
    form = RehearsalForm(request.POST, site=site)
    if not form.is_valid():
        return _page(request, form, UNPROCESSABLE)
    job = jobs.enqueue(
        KIND,
        site=site,
        subject=form.cleaned_data["placement"].key,
        parameters=form.parameters(),
        actor=request.user,
        now=timezone.now(),
    )
    return redirect(f"{reverse('experiments:rehearsal', args=[site.key])}?job={job.pk}")


def _initial(request: SiteRequest) -> dict[str, Any]:
    """A page may link here with the fields filled in."""
    asked = {name: request.GET[name] for name in ("placement", "metric") if name in request.GET}
    return {"days": DAYS} | asked


def _page(request: SiteRequest, form: RehearsalForm, status: int = 200) -> HttpResponse:
    done = list(
        Job.objects.filter(site=request.site, kind=KIND).order_by("-created_at", "-id")[:PAST]
    )
    job = _shown(request, done)
    found = outcome.decode(_result(job)) if job else None
    context = {
        "form": form,
        "job": job,
        "about": _past(request.site, [job])[0] if job else None,
        "told": words.tell(found) if found else None,
        "unfinished": job is not None and job.status in UNFINISHED,
        "past": _past(request.site, done),
        "workers": jobs.workers(now=timezone.now()),
        "placements": Placement.objects.filter(site=request.site).exists(),
    }
    return render(request, "experiments/rehearsal.html", context, status=status)


def _shown(request: SiteRequest, done: list[Job]) -> Job | None:
    """The one in the address, else the newest."""
    wanted = request.GET.get("job", "")
    if not wanted:
        return done[0] if done else None
    rows = Job.objects.filter(site=request.site, kind=KIND)
    job = (
        rows.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) <= LONGEST_ID else None
    )
    if job is None:
        raise Http404
    return job


def _past(site: Site, rows: list[Job]) -> list[Past]:
    names = dict(Placement.objects.filter(site=site).values_list("key", "name"))
    return [
        Past(
            job=row,
            placement=names.get(row.subject, row.subject),
            metric=metric_name(row.parameters.get("metric", "")),
            days=row.parameters.get("days", 0),
            outcome=outcome.decode(_result(row)),
        )
        for row in rows
    ]


def _result(job: Job) -> dict[str, Any] | None:
    return job.result.get("outcome") if job.result else None
