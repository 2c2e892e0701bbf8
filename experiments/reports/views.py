"""The doors of the results: "Refresh now"."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments.models import Experiment
from experiments.reports import page, refresh
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page


@require_POST
@site_page(Permission.VIEW)
def refresh_now(request: SiteRequest, key: str) -> HttpResponse:
    """Ask for a fresh report; asking twice is one job."""
    experiment = get_object_or_404(Experiment, site=request.site, key=key)
    now = timezone.now()
    jobs.enqueue(
        refresh.JOB,
        site=request.site,
        subject=experiment.key,
        parameters={"experiment": experiment.pk},
        actor=request.user,  # type: ignore[arg-type]  # site_page lets nobody anonymous through
        now=now,
    )
    if request.headers.get("HX-Request"):
        refreshing = page.refreshing(experiment, now=now)
        return render(request, "experiments/_results_refresh.html", {"refreshing": refreshing})
    return redirect(page.address("results", experiment) or "/")
