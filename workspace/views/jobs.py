"""How far a job is: a page, and the part of a page that asks again each second."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job

FINISHED = (Job.Status.DONE, Job.Status.FAILED)


@site_page(Permission.VIEW)
def detail(request: SiteRequest, pk: int) -> HttpResponse:
    """The job; only its card when htmx asks.

    When it is finished the card says so and the page hears the event `jobfinished`; with
    `?reload=1` the whole page is loaded anew instead.
    """
    job = get_object_or_404(Job, pk=pk, site=request.site)
    part = request.headers.get("HX-Request") == "true"
    reload = request.GET.get("reload", "")
    context = {
        "job": job,
        "reload": reload,
        "workers": jobs.workers(now=timezone.now()),
    }
    name = "workspace/_job.html" if part else "workspace/job.html"
    answer = render(request, name, context)
    if part and job.status in FINISHED:
        answer.headers["HX-Refresh" if reload else "HX-Trigger"] = (
            "true" if reload else "jobfinished"
        )
    return answer
