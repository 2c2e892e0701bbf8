"""The wall, one creative, uploads."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creatives import library, wall
from creatives.forms import CapsForm, CreativeForm, NameForm, VersionForm, WallFilter, say
from creatives.models import Creative, Version
from engine.errors import LabError, NotFound
from workspace.access import Permission, SiteRequest, site_page

PAGE_SIZE = 24
UNPROCESSABLE = 422


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All banners as pictures."""
    form = WallFilter(request.GET, site=request.site)
    rows = wall.creatives(request.site, form.wanted())
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "creatives/wall.html", context)


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """Upload a banner."""
    form = CreativeForm(request.POST or None, request.FILES or None)
    creative = created(request, form) if request.method == "POST" else None
    if creative:
        messages.success(request, _("%(name)s is ready.") % {"name": creative.name})
        return redirect("creatives:creative", request.site.key, creative.key)
    return render(request, "creatives/new.html", {"form": form})


def created(request: SiteRequest, form: CreativeForm) -> Creative | None:
    """The creative that a form describes, or None with the reasons beside its fields."""
    if not form.is_valid() or form.picture is None:
        return None
    values = form.cleaned_data
    try:
        return library.create(
            request.site,
            name=values["name"],
            alt=values["alt"],
            landing_url=values["landing_url"],
            key=values["key"] or None,
            upload=form.picture,
            filename=form.filename,
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.refuse(problem)
        return None


@site_page(Permission.VIEW)
def detail(request: SiteRequest, key: str) -> HttpResponse:
    """A banner: how it looks, its versions and files, where visitors see it."""
    creative = _creative(request, key)
    return _detail(request, creative, _caps_of(creative))


def _caps_of(creative: Creative) -> CapsForm:
    names = ("cap_per_session", "cap_per_day")
    return CapsForm(initial={name: getattr(creative, name) for name in names})


def _detail(
    request: SiteRequest, creative: Creative, caps_form: CapsForm, status: int = 200
) -> HttpResponse:
    versions = list(creative.versions.all())
    context = {
        "caps": caps_form,
        "creative": creative,
        "versions": versions,
        "version": _shown(versions, request.GET.get("version")),
        "placements": creative.fallback_of.all(),
        # By its reverse name: the room of experiments lies above this one.
        "variants": creative.variants.select_related("experiment").order_by("-experiment__pk"),
        "showing": library.SHOWING,
    }
    return render(request, "creatives/detail.html", context, status=status)


def _shown(versions: list[Version], number: str | None) -> Version | None:
    if not number:
        return versions[0] if versions else None
    found = next((v for v in versions if str(v.number) == number), None)
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


@site_page(Permission.EDIT)
def new_version(request: SiteRequest, key: str) -> HttpResponse:
    """The next version of a banner: another picture, other words or both."""
    creative = _creative(request, key)
    last = creative.versions.first()
    if last and last.kind == Version.Kind.COMPOSED:
        address = reverse("creatives:compose", args=[request.site.key, last.design])
        return redirect(f"{address}?creative={creative.key}")
    initial = {"alt": last.alt, "landing_url": last.landing_url} if last else {}
    form = VersionForm(
        request.POST or None, request.FILES or None, initial=initial, picture_needed=last is None
    )
    if request.method == "POST" and (version := _versioned(request, creative, form)):
        messages.success(request, _("Version %(n)s is ready.") % {"n": version.number})
        return redirect("creatives:creative", request.site.key, creative.key)
    context = {
        "creative": creative,
        "form": form,
        "last": last,
        "places": library.shown_at(creative),
    }
    return render(request, "creatives/new_version.html", context)


def _versioned(request: SiteRequest, creative: Creative, form: VersionForm) -> Version | None:
    if not form.is_valid():
        return None
    try:
        return library.add_version(
            creative,
            alt=form.cleaned_data["alt"],
            landing_url=form.cleaned_data["landing_url"],
            upload=form.picture,
            filename=form.filename,
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.refuse(problem)
        return None


@require_POST
@site_page(Permission.EDIT)
def rename(request: SiteRequest, key: str) -> HttpResponse:
    """Another name."""
    creative, form = _creative(request, key), NameForm(request.POST)
    if form.is_valid():
        library.rename(
            creative, name=form.cleaned_data["name"], actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The name is changed."))
    else:
        messages.error(request, _("The name needs 1 to 120 characters."))
    return redirect("creatives:creative", request.site.key, key)


@require_POST
@site_page(Permission.EDIT)
def caps(request: SiteRequest, key: str) -> HttpResponse:
    """How often one visitor is shown it at most."""
    creative, form = _creative(request, key), CapsForm(request.POST)
    if not form.is_valid() or not _capped(request, creative, form):
        return _detail(request, creative, form, UNPROCESSABLE)
    messages.success(request, _("The limits are changed. They hold within five seconds."))
    return redirect("creatives:creative", request.site.key, key)


def _capped(request: SiteRequest, creative: Creative, form: CapsForm) -> bool:
    values = form.cleaned_data
    try:
        library.set_caps(
            creative,
            per_session=values["cap_per_session"],
            per_day=values["cap_per_day"],
            actor=request.user,
            now=timezone.now(),
        )
    except LabError as problem:
        form.refuse(problem)
        return False
    return True


@require_POST
@site_page(Permission.EDIT)
def archive(request: SiteRequest, key: str) -> HttpResponse:
    """Into the archive, or out of it again."""
    creative, now = _creative(request, key), timezone.now()
    try:
        if creative.archived_at:
            library.restore(creative, actor=request.user, now=now)
            messages.success(request, _("%(name)s is back.") % {"name": creative.name})
        else:
            library.archive(creative, actor=request.user, now=now)
            messages.success(request, _("%(name)s is in the archive.") % {"name": creative.name})
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect("creatives:creative", request.site.key, key)


def _creative(request: SiteRequest, key: str) -> Creative:
    versions = Version.objects.select_related("created_by").prefetch_related("renditions")
    rows = Creative.objects.select_related("created_by", "site").filter(site=request.site)
    return get_object_or_404(rows.prefetch_related(Prefetch("versions", versions)), key=key)
