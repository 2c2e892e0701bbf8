"""Long work: how far a job is, and all jobs of a site."""

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engine.errors import StateError
from workspace import access, jobs, remaining
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job

PAGE_SIZE = 50
FINISHED = (Job.Status.DONE, Job.Status.FAILED)


@dataclass(frozen=True, slots=True)
class Line:
    """One job in the list; `left` is how long it will still take, in words, if that is known."""

    job: Job
    title: str
    left: str
    may_retry: bool


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All jobs of the site, the newest first; only the table when htmx asks."""
    rows = Job.objects.filter(site=request.site).select_related("created_by")
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    lines = [_line(request, job, now) for job in page]
    context = {
        "page": page,
        "lines": lines,
        "at_work": any(line.job.status not in FINISHED for line in lines),
        "workers": jobs.workers(now=now),
        "tab": "jobs",
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "workspace/_jobs.html" if part else "workspace/jobs.html", context)


def _line(request: SiteRequest, job: Job, now: dt.datetime) -> Line:
    return Line(job, jobs.title_of(job), remaining.in_words(job, now=now), _may_retry(request, job))


def _may_retry(request: SiteRequest, job: Job) -> bool:
    """Whoever asked for it may, and whoever may change things on the site."""
    mine = job.created_by_id == request.user.pk
    return job.status == Job.Status.FAILED and (
        mine or access.allows(request.role, Permission.EDIT)
    )


@site_page(Permission.VIEW)
def detail(request: SiteRequest, pk: int) -> HttpResponse:
    """The job; only its card when htmx asks.

    When it is finished the card says so and the page hears the event `jobfinished`; with
    `?reload=1` the whole page is loaded anew instead.
    """
    job = get_object_or_404(Job, pk=pk, site=request.site)
    part = request.headers.get("HX-Request") == "true"
    reload, now = request.GET.get("reload", ""), timezone.now()
    context = {
        "job": job,
        "title": jobs.title_of(job),
        "left": remaining.in_words(job, now=now),
        "may_retry": _may_retry(request, job),
        "most_attempts": jobs.MAX_ATTEMPTS,
        "reload": reload,
        "workers": jobs.workers(now=now),
    }
    name = "workspace/_job.html" if part else "workspace/job.html"
    answer = render(request, name, context)
    if part and job.status in FINISHED:
        answer.headers["HX-Refresh" if reload else "HX-Trigger"] = (
            "true" if reload else "jobfinished"
        )
    return answer


@require_POST
@site_page(Permission.VIEW)
def retry(request: SiteRequest, pk: int) -> HttpResponse:
    """Try a job again that was set aside."""
    job = get_object_or_404(Job, pk=pk, site=request.site)
    if job.created_by_id != request.user.pk:
        access.require(request.user, request.site, Permission.EDIT)
    try:
        jobs.retry(job, actor=request.user, now=timezone.now())
    except StateError as problem:
        messages.error(request, str(problem))
        return redirect("workspace:jobs", request.site.key)
    messages.success(request, _("The job is tried again."))
    return redirect("workspace:job", request.site.key, job.pk)
