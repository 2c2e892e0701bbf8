"""The slots of a shop, and what is in them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creatives import iab, mailing_help, mock, placements, rendering, traffic, usual, wall
from creatives.forms import say
from creatives.library import SHOWING
from creatives.models import Creative, Placement
from creatives.placement_forms import PlacementForm
from engine.errors import LabError
from workspace import access, two_tabs
from workspace.access import Permission, SiteRequest, site_page

MOST_TOLD = 20


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All placements with their default banner."""
    rows = (
        Placement.objects.filter(site=request.site)
        .prefetch_related(Prefetch("fallback", wall.with_pictures(Creative.objects.all())))
        .annotate(
            tests=Count("experiments", filter=Q(experiments__status__in=SHOWING), distinct=True)
        )
        .order_by("page_type", "name")
    )
    return render(request, "creatives/placements.html", {"placements": rows})


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """A new placement."""
    form = PlacementForm(request.POST or None, site=request.site)
    if request.method == "POST" and _saved(request, form, placements.create):
        messages.success(
            request,
            _("%(name)s is ready. Put its element into the page.") % {"name": form.instance.name},
        )
        return redirect("creatives:placement", request.site.key, form.instance.key)
    return render(request, "creatives/placement_new.html", {"form": form})


@site_page(Permission.VIEW)
def detail(request: SiteRequest, key: str) -> HttpResponse:
    """A slot: what is in it, which experiments run there, and its settings."""
    placement = get_object_or_404(Placement, site=request.site, key=key)
    form = PlacementForm(request.POST or None, site=request.site, instance=placement)
    if request.method == "POST":
        access.require(request.user, request.site, Permission.EDIT)
        stored = Placement.objects.get(pk=placement.pk)
        state = two_tabs.state_of(PlacementForm(site=request.site, instance=stored))
        if different := two_tabs.conflict(request, state):
            return different
        if _saved(request, form, placements.change):
            messages.success(request, _("The placement is saved."))
            return redirect("creatives:placement", request.site.key, key)
        placement = get_object_or_404(Placement, site=request.site, key=key)
    return render(request, "creatives/placement.html", _context(placement, form))


def _context(placement: Placement, form: PlacementForm) -> dict[str, Any]:
    fallback = wall.with_pictures(
        Creative.objects.filter(fallback_of=placement).select_related("live")
    ).first()
    experiments = list(placement.experiments.order_by("-pk")[:MOST_TOLD])
    return {
        "placement": placement,
        "form": form,
        "fallback": fallback,
        "shown": rendering.shown_version(fallback) if fallback else None,
        "experiments": experiments,
        "parts": traffic.parts(placement, experiments),
        "mocks": mock.of(placement),
        "mailing": mailing_help.of(placement),
        "kilobytes": placement.max_kilobytes
        or iab.kilobytes_for(placement.width, placement.height),
    }


@site_page(Permission.EDIT)
def usual_ones(request: SiteRequest) -> HttpResponse:
    """The placements that most shops have, to choose from."""
    offered = usual.missing(request.site)
    if request.method == "POST":
        made = usual.add(
            request.site,
            keys=request.POST.getlist("usual"),
            actor=request.user,
            now=timezone.now(),
        )
        text = ngettext("%(n)s placement is made.", "%(n)s placements are made.", len(made))
        messages.success(request, text % {"n": len(made)})
        return redirect("creatives:placements", request.site.key)
    return render(request, "creatives/placements_usual.html", {"offered": offered})


@require_POST
@site_page(Permission.EDIT)
def remove(request: SiteRequest, key: str) -> HttpResponse:
    """Remove a placement nobody ever used."""
    placement = get_object_or_404(Placement, site=request.site, key=key)
    try:
        placements.remove(placement, actor=request.user, now=timezone.now())
    except LabError as problem:
        messages.error(request, say(problem))
        return redirect("creatives:placement", request.site.key, key)
    messages.success(request, _("The placement is removed."))
    return redirect("creatives:placements", request.site.key)


def _saved(request: SiteRequest, form: PlacementForm, save: Callable[..., Placement]) -> bool:
    if not form.is_valid():
        return False
    try:
        save(form.save(commit=False), actor=request.user, now=timezone.now())
    except LabError as problem:
        form.refuse(problem)
        return False
    return True
