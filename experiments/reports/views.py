"""The door of the results: "Refresh now"."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from experiments.models import Experiment
from experiments.reports import page, refresh
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page


@require_http_methods(["GET", "POST"])
@site_page(Permission.VIEW)
def refresh_now(request: SiteRequest, key: str) -> HttpResponse:
    """POST asks for a fresh report (twice is one job); GET tells how far it is."""
    experiment = get_object_or_404(Experiment, site=request.site, key=key)
    now = timezone.now()
    if request.method == "POST":
        jobs.enqueue(
            refresh.JOB,
            site=request.site,
            subject=experiment.key,
            parameters={"experiment": experiment.pk},
            actor=request.user,
            now=now,
        )
    if not request.headers.get("HX-Request"):
        return redirect(page.address("detail", experiment))
    state = page.refreshing(experiment, now=now)
    if state.job is None:
        # Done: the whole page is about the report, so the whole page is read again.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "experiments/_results_refresh.html", {"refreshing": state})
