"""The parts of a creative's page: what is kept with it, its versions, where it fits, its focus."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from creatives import cuts, cutting, details, differing, focus, library, repeating, review, states
from creatives.forms import say
from creatives.models import Creative, Placement, Version
from creatives.wall_forms import LICENCE_LENGTH, members
from engine.errors import LabError, NotFound
from workspace import access, two_tabs, undoing
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Site

NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")


class DetailsForm(forms.Form):
    """What is kept beside a creative."""

    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=900,
        help_text=gettext_lazy("Separated by commas."),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    licence = forms.CharField(
        label=gettext_lazy("Licence"),
        required=False,
        max_length=LICENCE_LENGTH,
        help_text=gettext_lazy("Where the pictures come from and what they may be used for."),
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.people = {person.get_username(): person for person in members(site)}
        names = [("", "—"), *((name, name) for name in self.people)]
        self.fields["owner"].choices = names  # type: ignore[attr-defined]

    @classmethod
    def of(cls, creative: Creative) -> "DetailsForm":
        owner = creative.owner
        initial = {
            "tags": ", ".join(creative.tags),
            "owner": owner.get_username() if owner else "",
            "licence": creative.licence,
        }
        return cls(site=creative.site, initial=initial)


def context(
    request: SiteRequest, creative: Creative, versions: list[Version], version: Version | None
) -> dict[str, Any]:
    """What the parts need, for the page of a creative."""
    places = list(request.site.placements.all()) if version else []
    before = next((v for v in versions if version and v.number < version.number), None)
    return {
        "details": DetailsForm.of(creative),
        "ribbons": [(each, states.of_version(each)) for each in versions],
        "before": before,
        "places_of": cutting.places(version, places) if version else [],
        "expired": bool(creative.expires_at and creative.expires_at <= timezone.now()),
    }


@require_POST
@site_page(Permission.EDIT)
def keep_details(request: SiteRequest, key: str) -> HttpResponse:
    """Save tags, owner and licence."""
    creative = _creative(request, key)
    form = DetailsForm(request.POST, site=request.site)
    if different := two_tabs.conflict(request, two_tabs.state_of(DetailsForm.of(creative))):
        return different
    try:
        if form.is_valid():
            _keep(creative, form, request)
            undoing.tell(request, _("Saved."))
        else:
            for field, errors in form.errors.items():
                messages.error(request, f"{form.fields[field].label}: {' '.join(map(str, errors))}")
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect("creatives:creative", request.site.key, key)


def _keep(creative: Creative, form: DetailsForm, request: SiteRequest) -> None:
    values, actor, now = form.cleaned_data, request.user, timezone.now()
    tags = values["tags"].replace("，", ",").split(",")
    with transaction.atomic():
        details.set_tags(creative, tags=tags, actor=actor, now=now)
        owner = form.people.get(values["owner"])
        details.set_owner(creative, owner=owner, actor=actor, now=now)
        details.set_licence(creative, licence=values["licence"], actor=actor, now=now)


@require_safe
@site_page(Permission.VIEW)
def compare(request: SiteRequest, key: str) -> HttpResponse:
    """Two versions beside each other; without numbers the newest."""
    creative = _creative(request, key)
    before = _version(creative, request.GET.get("before", ""))
    after = _version(creative, request.GET.get("after", ""))
    lines = differing.lines(before, after)
    parts = {
        "creative": creative,
        "sides": [(one, states.of_version(one)) for one in (before, after)],
        "lines": lines,
        "changed": sum(line.changed for line in lines),
        "same_picture": differing.same_picture(before, after),
    }
    return render(request, "creatives/compare.html", parts)


@require_POST
@site_page(Permission.EDIT)
def bring_back(request: SiteRequest, key: str) -> HttpResponse:
    """Make a draft of an earlier content; who reviews shows an approved version again at once."""
    creative, number = _creative(request, key), request.POST.get("version", "")
    if not number:
        messages.error(request, _("Choose a version."))
        return redirect("creatives:creative", request.site.key, key)
    version, actor, now = _version(creative, number), request.user, timezone.now()
    try:
        if _may_show(request, creative, version):
            review.show_again(version, actor=actor, now=now)
            text = _("Visitors see version %(n)s again within five seconds.")
            messages.success(request, text % {"n": version.number})
        else:
            made = repeating.bring_back(version, actor=actor, now=now)
            text = _("Version %(n)s is a draft with the content of version %(of)s.")
            messages.success(request, text % {"n": made.number, "of": version.number})
    except LabError as problem:
        messages.error(request, say(problem))
    return redirect("creatives:creative", request.site.key, key)


def _may_show(request: SiteRequest, creative: Creative, version: Version) -> bool:
    approved = version.status == Version.Status.APPROVED and creative.live_id != version.pk
    return approved and access.allows(request.role, Permission.REVIEW)


@site_page(Permission.EDIT)
def focal_point(request: SiteRequest, key: str) -> HttpResponse:
    """Around which point of the picture it is cut; another one is a new draft."""
    creative = _creative(request, key)
    last = creative.versions.first()
    if last is None or last.kind == Version.Kind.COMPOSED:
        raise NotFound(_("It has no picture that is cut."))
    typed = (request.POST.get("focus_x", ""), request.POST.get("focus_y", ""))
    problem = _moved(request, creative, last, typed) if request.method == "POST" else ""
    if request.method == "POST" and not problem:
        return redirect("creatives:creative", request.site.key, key)
    parts = {
        "creative": creative,
        "version": last,
        "typed": typed if problem else (last.focus_x, last.focus_y),
        "problem": problem,
        "crops": focus.crops(last, list(Placement.objects.filter(site=request.site))),
    }
    return render(request, "creatives/focus.html", parts)


def _moved(request: SiteRequest, creative: Creative, last: Version, typed: tuple[str, str]) -> str:
    """Why the point cannot be kept; empty when it is."""
    sides = [side.strip().replace(",", ".") for side in typed]
    if not all(NUMBER.fullmatch(side) for side in sides):
        return _("Type two numbers between 0 and 100.")
    point = (round(float(sides[0])), round(float(sides[1])))
    try:
        made = _aimed(creative, last, point, request)
    except LabError as problem:
        return say(problem)
    text = _("Version %(n)s is a draft with this focal point; cuts around the old one are gone.")
    messages.success(request, text % {"n": made.number})
    return ""


def _aimed(
    creative: Creative, last: Version, point: tuple[int, int], request: SiteRequest
) -> Version:
    """A draft is changed; what left that state stays, and the next version is aimed anew."""
    now = timezone.now()
    if last.status == Version.Status.DRAFT:
        return cuts.aim(last, x=point[0], y=point[1], actor=request.user, now=now)
    return library.add_version(
        creative,
        alt=last.alt,
        landing_url=last.landing_url,
        upload=None,
        focus=point,
        actor=request.user,
        now=now,
        decorative=last.decorative,
    )


@require_POST
@site_page(Permission.EDIT)
def make_cuts(request: SiteRequest, key: str) -> HttpResponse:
    """Have the newest version cut for the chosen placements."""
    creative = _creative(request, key)
    version = _version(creative, request.POST.get("version", ""))
    chosen = Placement.objects.filter(site=request.site, key__in=request.POST.getlist("placement"))
    try:
        if not chosen:
            messages.error(request, _("Choose at least one placement."))
        else:
            job = cutting.ask(version, list(chosen), actor=request.user, now=timezone.now())
            messages.success(
                request, _("The pictures are being cut.") if job else _("Nothing is lacking.")
            )
    except LabError as problem:
        messages.error(request, say(problem))
    address = reverse("creatives:creative", args=[request.site.key, key])
    return redirect(f"{address}?version={version.number}")


def _creative(request: SiteRequest, key: str) -> Creative:
    rows = Creative.objects.select_related("site", "owner", "live")
    return get_object_or_404(rows, site=request.site, key=key)


def _version(creative: Creative, number: str) -> Version:
    """The version of a number; the newest where none is named."""
    rows = creative.versions.prefetch_related("renditions", "copies")
    if number:
        rows = rows.filter(number=int(number) if _is_number(number) else 0)
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such version."))
    found.creative = creative
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9  # noqa: PLR2004
