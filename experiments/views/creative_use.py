"""Where a banner runs, and how it did in every test it was in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from creatives import rendering
from creatives.library import SHOWING
from creatives.models import Creative
from experiments import creative_record
from experiments.models import Experiment
from experiments.views.finding import with_pictures
from workspace.access import Permission, SiteRequest, site_page


@require_safe
@site_page(Permission.VIEW)
def creative_use(request: SiteRequest, key: str) -> HttpResponse:
    """A banner's places now, its tests with their results, and the sums."""
    rows = Creative.objects.filter(site=request.site).select_related("live", "site")
    rows = rows.prefetch_related(rendering.shown_versions("versions"))
    creative = get_object_or_404(rows, key=key)
    tests = Experiment.objects.filter(variants__creative=creative).distinct().order_by("-pk")
    found = list(with_pictures(tests)[: creative_record.MOST])
    context = {
        "creative": creative,
        "record": creative_record.of(creative, found),
        "placements": list(creative.fallback_of.all()),
        "running": [row for row in found if row.status in SHOWING],
    }
    return render(request, "experiments/creative_use.html", context)
