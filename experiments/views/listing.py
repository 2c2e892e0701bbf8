"""The list: what runs, what is next?"""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from creatives.models import Placement
from experiments import listing
from experiments.models import Experiment, Status
from experiments.views.finding import with_pictures
from experiments.words import VERDICTS
from workspace.access import Permission, SiteRequest, site_page

PER_PAGE = 25


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """One line per experiment; filters are in the address, so that a link shows the same."""
    filters = listing.read(request.GET)
    counts = listing.counts(request.site, filters)
    page = Paginator(with_pictures(listing.rows(request.site, filters)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    now = timezone.now()
    context = {
        "filters": filters,
        "page": page,
        "rows": [(row, listing.progress(row, now)) for row in page],
        "chips": [(s.value, s.label, counts.get(s.value, 0)) for s in _shown(filters, counts)],
        "total": sum(n for status, n in counts.items() if status not in listing.HIDDEN),
        "placements": list(Placement.objects.filter(site=request.site)),
        "verdicts": [(kind, verdict.label) for kind, verdict in VERDICTS.items()],
        "origins": Experiment.Origin.choices,
    }
    template = "experiments/_rows.html" if _only_rows(request) else "experiments/list.html"
    return render(request, template, context)


RARE = (Status.IN_REVIEW, Status.SCHEDULED, Status.ARCHIVED)
"""Chips of these are there when they lead somewhere: not every shop works with them."""


def _shown(filters: listing.Filters, counts: dict[str, int]) -> list[Status]:
    found = (Status(status) for status in listing.ORDER)
    return [s for s in found if s not in RARE or counts.get(s) or filters.status == s]


def _only_rows(request: SiteRequest) -> bool:
    return request.headers.get("HX-Target") == "rows"
