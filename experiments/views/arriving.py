"""Has anything arrived? For whoever has just put a site into a page."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from events import arriving as events
from workspace.access import Permission, SiteRequest, site_page

LOOK_BACK = dt.timedelta(days=1)


@never_cache
@site_page(Permission.VIEW)
def arriving(request: SiteRequest) -> HttpResponse:
    """The newest event; a fragment that asks again by itself, or a page of its own."""
    now = timezone.now()
    since = (now - LOOK_BACK).astimezone(ZoneInfo(request.site.timezone)).date()
    context = {
        "arrived": events.newest(request.site.pk),
        "lateness": events.lateness(request.site.pk, since=since),
        "tab": "snippet",
    }
    part = "experiments/_arriving.html" if "HX-Request" in request.headers else None
    return render(request, part or "experiments/arriving.html", context)
