"""The slots of a shop, and what is in them."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creatives import placements, wall
from creatives.forms import PlacementForm, say
from creatives.library import SHOWING
from creatives.models import Creative, Placement
from engine.errors import LabError
from workspace import access
from workspace.access import Permission, SiteRequest, site_page


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All placements with their default banner."""
    rows = (
        Placement.objects.filter(site=request.site)
        .prefetch_related(Prefetch("fallback", wall.with_newest(Creative.objects.all())))
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
        if _saved(request, form, placements.change):
            messages.success(request, _("The placement is saved."))
            return redirect("creatives:placement", request.site.key, key)
        placement = get_object_or_404(Placement, site=request.site, key=key)
    context = {
        "placement": placement,
        "form": form,
        "fallback": wall.with_newest(Creative.objects.filter(fallback_of=placement)).first(),
        "experiments": placement.experiments.order_by("-pk")[:20],
        "showing": SHOWING,
    }
    return render(request, "creatives/placement.html", context)


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
