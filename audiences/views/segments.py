"""Who the visitors are: all segments of a site, and one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from audiences import preview, segments
from audiences.models import Segment
from audiences.views.lines import line_of, rule_of
from engine.errors import IllegalMove
from workspace import undoing
from workspace.access import Permission, SiteRequest, site_page

SAMPLED = 2_000
"""Profiles asked for every segment of the list; the page of a segment asks ten times as many."""


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All segments. Sizes are counted in a second request: they take longer than the page."""
    rows = list(segments.of(request.site))
    counted = "sizes" in request.GET
    found = preview.sample(request.site.pk, most=SAMPLED) if counted and rows else None
    context = {
        "lines": [(row, line_of(rule_of(row), request.site, found)) for row in rows],
        "counted": counted,
        "most": segments.MOST_SEGMENTS,
        "full": len(rows) >= segments.MOST_SEGMENTS,
    }
    return render(request, "audiences/list.html", context)


@site_page(Permission.VIEW)
def detail(request: SiteRequest, key: str) -> HttpResponse:
    """One segment: who is in it, how many, and where it is used."""
    segment = get_object_or_404(segments.of(request.site), key=key)
    line = line_of(rule_of(segment), request.site, preview.sample(request.site.pk))
    # Rules of the room above this one, which knows what its experiments are called.
    uses = segment.policy_rules.select_related("experiment").order_by("-experiment__pk")
    audiences = segment.experiments.order_by("-pk")
    context = {"segment": segment, "line": line, "uses": uses, "audiences": audiences}
    return render(request, "audiences/segment.html", context)


@require_POST
@site_page(Permission.EDIT)
def delete(request: SiteRequest, key: str) -> HttpResponse:
    """Delete a segment that nothing uses."""
    segment = get_object_or_404(Segment, site=request.site, key=key)
    try:
        segments.delete(segment, actor=request.user, now=timezone.now())
    except IllegalMove as problem:
        messages.error(request, f"{problem} {problem.hint}")
        return redirect("audiences:segment", request.site.key, key)
    undoing.tell(request, _("“%(name)s” is deleted.") % {"name": segment.name})
    return redirect("audiences:list", request.site.key)
