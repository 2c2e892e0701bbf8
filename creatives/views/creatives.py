"""One creative, and uploads."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creatives import cutting, details, library, review_panel, words
from creatives.forms import CapsForm, CreativeForm, NameForm, VersionForm, say
from creatives.models import Creative, Version
from creatives.preflight import pages
from creatives.views import panels
from engine.errors import LabError, NotFound
from workspace import two_tabs, undoing
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE = 422


@site_page(Permission.EDIT)
def new(request: SiteRequest) -> HttpResponse:
    """Upload a banner."""
    locales = request.site.locales
    form = CreativeForm(request.POST or None, request.FILES or None, locales=locales)
    creative = created(request, form) if request.method == "POST" else None
    if creative:
        text = _("%(name)s is saved as a draft. Submit it for review when it is ready.")
        messages.success(request, text % {"name": creative.name})
        return redirect("creatives:creative", request.site.key, creative.key)
    return render(request, "creatives/new.html", {"form": form})


def created(request: SiteRequest, form: CreativeForm) -> Creative | None:
    """The creative that a form describes, or None with the reasons beside its fields."""
    if not form.is_valid() or form.picture is None:
        return None
    values, now = form.cleaned_data, timezone.now()
    try:
        made = library.create(
            request.site,
            name=values["name"],
            alt=values["alt"],
            landing_url=values["landing_url"],
            decorative=values["decorative"],
            alts=form.alts(),
            key=values["key"] or None,
            upload=form.picture,
            filename=form.filename,
            actor=request.user,
            now=now,
        )
    except LabError as problem:
        form.refuse(problem)
        return None
    cutting.ask_where_it_fits(made.versions.get(), actor=request.user, now=now)
    return made


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
    for each in versions:
        each.creative = creative  # its state is asked of it: no query
    version, now = _shown(versions, request.GET.get("version")), timezone.now()
    checked = pages.context(version, request.user, now) if version else {}
    context = (
        panels.context(request, creative, versions, version)
        | checked
        | {
            "caps": caps_form,
            "naming": _name_of(creative),
            "creative": creative,
            "versions": versions,
            "version": version,
            "panel": review_panel.of(creative, versions, version, person=request.user, now=now),
            "placements": creative.fallback_of.all(),
            # By its reverse name: the room of experiments lies above this one.
            "variants": creative.variants.select_related("experiment").order_by("-experiment__pk"),
            "showing": library.SHOWING,
        }
    )
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
    form = VersionForm(
        request.POST or None,
        request.FILES or None,
        initial=words.as_typed(last) if last else {},
        picture_needed=last is None,
        locales=request.site.locales,
    )
    if request.method == "POST" and (version := _versioned(request, creative, form)):
        text = _("Version %(n)s is saved as a draft. Submit it for review when it is ready.")
        messages.success(request, text % {"n": version.number})
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
    now = timezone.now()
    try:
        made = library.add_version(
            creative,
            alt=form.cleaned_data["alt"],
            landing_url=form.cleaned_data["landing_url"],
            decorative=form.cleaned_data["decorative"],
            alts=form.alts(),
            upload=form.picture,
            filename=form.filename,
            actor=request.user,
            now=now,
        )
    except LabError as problem:
        form.refuse(problem)
        return None
    cutting.ask_where_it_fits(made, actor=request.user, now=now)
    return made


def _name_of(creative: Creative) -> NameForm:
    return NameForm(initial={"name": creative.name})


@require_POST
@site_page(Permission.EDIT)
def rename(request: SiteRequest, key: str) -> HttpResponse:
    """Another name."""
    creative, form = _creative(request, key), NameForm(request.POST)
    if different := two_tabs.conflict(request, two_tabs.state_of(_name_of(creative))):
        return different
    if form.is_valid():
        library.rename(
            creative, name=form.cleaned_data["name"], actor=request.user, now=timezone.now()
        )
        undoing.tell(request, _("The name is changed."))
    else:
        messages.error(request, _("The name needs 1 to 120 characters."))
    return redirect("creatives:creative", request.site.key, key)


@require_POST
@site_page(Permission.EDIT)
def caps(request: SiteRequest, key: str) -> HttpResponse:
    """How often one visitor is shown it at most."""
    creative, form = _creative(request, key), CapsForm(request.POST)
    if different := two_tabs.conflict(request, two_tabs.state_of(_caps_of(creative))):
        return different
    if not form.is_valid() or not _capped(request, creative, form):
        return _detail(request, creative, form, UNPROCESSABLE)
    undoing.tell(request, _("The limits are changed. They hold within five seconds."))
    return redirect("creatives:creative", request.site.key, key)


def _capped(request: SiteRequest, creative: Creative, form: CapsForm) -> bool:
    values = form.cleaned_data
    try:
        details.set_caps(
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
            undoing.tell(request, _("%(name)s is back.") % {"name": creative.name})
        else:
            library.archive(creative, actor=request.user, now=now)
            undoing.tell(request, _("%(name)s is in the archive.") % {"name": creative.name})
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect("creatives:creative", request.site.key, key)


def _creative(request: SiteRequest, key: str) -> Creative:
    people = ("created_by", "submitted_by", "reviewed_by")
    versions = Version.objects.select_related(*people).prefetch_related("renditions")
    rows = Creative.objects.select_related("created_by", "site", "owner").filter(site=request.site)
    return get_object_or_404(rows.prefetch_related(Prefetch("versions", versions)), key=key)
