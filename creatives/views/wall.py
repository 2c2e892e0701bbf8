"""The wall: all banners as pictures, what is done to many of them, and views kept under a name."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creatives import bulk, rendering, saved, states, wall
from creatives.bulk import Order, Outcome
from creatives.forms import say
from creatives.models import Creative, Version
from creatives.states import Ribbon
from creatives.wall_forms import BulkForm, ViewForm, WallFilter
from engine.errors import LabError
from workspace import undoing
from workspace.access import Permission, SiteRequest, site_page

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """A banner on the wall: its state, and how far a newer version is."""

    creative: Creative
    version: Version | None
    number: int | None
    ribbon: Ribbon
    coming: Ribbon | None


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All banners as pictures."""
    return _wall(request)


def _wall(
    request: SiteRequest, outcome: Outcome | None = None, form: BulkForm | None = None
) -> HttpResponse:
    filters, now = WallFilter(request.GET, site=request.site), timezone.now()
    rows = wall.matching(request.site, filters.wanted(), now=now).values_list("pk", flat=True)
    page: Page[Any] = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = wall.loaded(page.object_list)
    query = saved.clean(request.GET.urlencode())
    context = {
        "form": filters,
        "page": page,
        "tiles": [_tile(creative, now) for creative in page],
        "is_filtered": any(request.GET.get(name) for name in filters.fields),
        "query": query,
        "views": [(view, view.query == query) for view in saved.of(request.site, request.user)],
        "bulk": form or BulkForm(site=request.site),
        "outcome": outcome,
        "chosen": set(request.POST.getlist("creative")) if outcome or form else set(),
    }
    return render(request, "creatives/wall.html", context)


def _tile(creative: Creative, now: dt.datetime) -> Tile:
    status: str = getattr(creative, "newest_status", "") or ""
    return Tile(
        creative,
        rendering.shown_version(creative),
        getattr(creative, "newest_number", None),
        states.of(creative, status, now=now),
        states.coming(creative, status),
    )


@site_page(Permission.EDIT)
def many(request: SiteRequest) -> HttpResponse:
    """One thing done to the chosen ones; what was refused is named with its reason."""
    if request.method != "POST":
        return redirect(_back(request))
    form = BulkForm(request.POST, site=request.site)
    rows = Creative.objects.filter(site=request.site, key__in=request.POST.getlist("creative"))
    if not rows:
        messages.error(request, _("Choose at least one banner."))
        return redirect(_back(request))
    if not form.is_valid():
        return _wall(request, form=form)
    try:
        outcome = bulk.apply(rows, _order(form), actor=request.user, now=timezone.now())
    except LabError as problem:
        form.add_error(problem.field if problem.field in form.fields else None, say(problem))
        return _wall(request, form=form)
    return _told(request, outcome)


def _order(form: BulkForm) -> Order:
    values = form.cleaned_data
    return Order(
        action=values["action"],
        tag=values["tag"],
        owner=form.people.get(values["owner"]),
        licence=values["licence"],
        expires_at=values["expires"],
        placement=values["placement"],
    )


def _told(request: SiteRequest, outcome: Outcome) -> HttpResponse:
    if outcome.done:
        text = ngettext("Done for %(n)s banner.", "Done for %(n)s banners.", outcome.done)
        messages.success(request, text % {"n": outcome.done})
    if not outcome.refused:
        return redirect(_back(request))
    return _wall(request, outcome=outcome)


def _back(request: SiteRequest) -> str:
    query = saved.clean(request.GET.urlencode())
    address = reverse("creatives:list", args=[request.site.key])
    return f"{address}?{query}" if query else address


@require_POST
@site_page(Permission.VIEW)
def keep_view(request: SiteRequest) -> HttpResponse:
    """Keep the present filters under a name."""
    form = ViewForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    try:
        query = request.GET.urlencode()
        view = saved.keep(request.site, request.user, name=name, query=query, now=timezone.now())
        undoing.tell(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect(_back(request))


@require_POST
@site_page(Permission.VIEW)
def remove_view(request: SiteRequest, pk: int) -> HttpResponse:
    """Delete a view of one's own."""
    saved.remove(request.site, request.user, pk=pk, now=timezone.now())
    undoing.tell(request, _("The view is deleted."))
    return redirect(_back(request))
