"""The studio: choose a design, fill it in, see it at every size at once."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creatives import pictures, previewing, studio
from creatives.designs import DESIGNS, Design, Slot, find
from creatives.models import Creative, Version
from creatives.studio_form import StudioForm, initial_of, offered_pictures
from engine.errors import InvalidInput, LabError, NotFound
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE = 422
CSS = "text/css; charset=utf-8"
PICTURE = re.compile(r"image\d?")


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot for a picture with what is chosen and what could be."""

    slot: Slot
    field: BoundField
    image: Version | None
    pictures: list[Version]

    @property
    def optional(self) -> bool:
        """Whether it may be left out, of several pictures."""
        return self.slot.picture > 1 and not self.slot.required


@require_safe
@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """All designs, alive."""
    examples = previewing.examples(DESIGNS, get_language() or "en")
    return render(request, "creatives/studio/index.html", {"examples": examples})


@require_safe
@site_page(Permission.VIEW)
def sizes(request: SiteRequest) -> HttpResponse:
    """The boxes of the site's placements, as a style sheet."""
    css = previewing.sizes_css(previewing.rooms(request.site))
    return HttpResponse(css, content_type=CSS, headers={"Cache-Control": "private, max-age=30"})


@site_page(Permission.EDIT)
def compose(request: SiteRequest, design: str) -> HttpResponse:
    """Fill a design in; `?creative=` makes the next version of that one."""
    kind, creative = _design(design), _creative(request)
    if request.method != "POST":
        form = StudioForm(initial=_initial(request, creative), site=request.site, design=kind)
        return _page(request, form, creative)
    form = StudioForm(request.POST, site=request.site, design=kind)
    if request.POST.get("action") == "preview":
        return _page(request, form, creative)
    saved = _saved(request, form, creative)
    if saved is None:
        return _page(request, form, creative, UNPROCESSABLE)
    messages.success(request, _("%(name)s is kept as a draft.") % {"name": saved.name})
    return redirect("creatives:creative", request.site.key, saved.key)


@require_POST
@site_page(Permission.EDIT)
def preview(request: SiteRequest, design: str) -> HttpResponse:
    """The banner as far as it is filled in, at every size: the right side of the page."""
    form = StudioForm(request.POST, site=request.site, design=_design(design))
    return render(request, "creatives/studio/_preview.html", _shown(form))


@require_safe
@site_page(Permission.EDIT)
def choice(request: SiteRequest) -> HttpResponse:
    """Pictures of the library that fit a word."""
    words = request.GET.get("picture_words", "")[:100]
    asked = request.GET.get("slot", "")
    slot = asked if PICTURE.fullmatch(asked) else pictures.FIELD
    chosen = None
    with contextlib.suppress(LabError):
        chosen = pictures.chosen(request.site, request.GET.get(slot))
    found = offered_pictures(request.site, words, chosen)
    optional = request.GET.get("optional") == "1"
    context = {"pictures": found, "image": chosen, "slot": slot, "optional": optional}
    return render(request, "creatives/studio/_pictures.html", context)


def _saved(request: SiteRequest, form: StudioForm, creative: Creative | None) -> Creative | None:
    """What the form describes, kept as a draft; None with the reasons beside its fields."""
    if not form.is_valid():
        return None
    now = timezone.now()
    try:
        wanted = form.wanted()
        if creative is None:
            name = form.cleaned_data["name"]
            return studio.compose(request.site, name=name, actor=request.user, now=now, **wanted)
        studio.recompose(creative, actor=request.user, now=now, **wanted)
    except LabError as problem:
        form.refuse(problem)
        return None
    return creative


def _page(
    request: SiteRequest, form: StudioForm, creative: Creative | None, status: int = 200
) -> HttpResponse:
    words = str(form.data.get("picture_words", ""))[:100]
    context = _shown(form) | {
        "form": form,
        "design": form.design,
        "creative": creative,
        "choices": list(_choices(form, words)),
        "picture_words": words,
    }
    return render(request, "creatives/studio/compose.html", context, status=status)


def _choices(form: StudioForm, words: str) -> Iterator[Choice]:
    """For each picture of the design those of the library that may be chosen."""
    found = offered_pictures(form.site, words, None) if form.design.images else []
    for (key, image), slot in zip(form.images_now().items(), form.design.images, strict=True):
        others = [one for one in found if image is None or one.pk != image.pk]
        yield Choice(slot, form[key], image, [image, *others] if image else found)


def _shown(form: StudioForm) -> dict[str, Any]:
    first, *more = form.images_now().values() or [None]
    shown = previewing.preview(
        form.site,
        design=form.design,
        palette=form.palette_now(),
        slots=form.slots(),
        image=first,
        product=form.product_now(),
        more=[image for image in more if image],
        like=form.like_now(),
    )
    return {"preview": shown, "tongues": form.tongues}


def _initial(request: SiteRequest, creative: Creative | None) -> dict[str, Any]:
    """As it was; other pages may link here with a product or a picture chosen."""
    asked = {name: request.GET[name] for name in ("product", "image") if name in request.GET}
    last = _last(creative) if creative else None
    return (initial_of(last) if last else {}) | asked


def _creative(request: SiteRequest) -> Creative | None:
    key = request.GET.get("creative", "")
    if not key:
        return None
    rows = Creative.objects.select_related("site").filter(site=request.site)
    return get_object_or_404(rows, key=key)


def _last(creative: Creative) -> Version | None:
    rows = creative.versions.filter(kind=Version.Kind.COMPOSED).select_related("product")
    version = rows.prefetch_related("copies").first()
    if version is None:
        raise InvalidInput(_("This banner was not made in the studio."), field="creative")
    version.creative = creative
    return version


def _design(key: str) -> Design:
    found = find(key)
    if found is None:
        raise NotFound(_("There is no such design."))
    return found
