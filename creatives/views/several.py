"""Several banners at once: choose the files, then say what each of them says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creatives import library, uploads
from creatives.forms import CreativeForm, Kept, keep, say
from creatives.views.creatives import created
from engine.errors import LabError
from workspace.access import Permission, SiteRequest, site_page

# Each is decoded and encoded while the page waits: about half a second.
MOST = 20

Banners = formset_factory(
    CreativeForm, extra=0, min_num=1, validate_min=True, max_num=MOST, absolute_max=MOST
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be used, and why."""

    filename: str
    reason: str


@site_page(Permission.EDIT)
def choose(request: SiteRequest) -> HttpResponse:
    """Take the files; the good ones come back with fields for their words."""
    files = request.FILES.getlist("uploads")
    if request.method != "POST":
        return render(request, "creatives/several.html", {"most": MOST})
    if not files or len(files) > MOST:
        problem = _("Choose between 1 and %(most)s pictures.") % {"most": MOST}
        return render(request, "creatives/several.html", {"most": MOST, "problem": problem})
    kept, refused = _sorted_out(files)
    initial = [{"kept": one.sealed(), "name": _name(one.filename)} for one in kept]
    banners = Banners(initial=initial, form_kwargs=_languages(request)) if kept else None
    context = {"most": MOST, "refused": refused, "banners": banners}
    return render(request, "creatives/several.html", context)


def _sorted_out(files: "Sequence[UploadedFile[bytes]]") -> tuple[list[Kept], list[Refused]]:
    kept, refused = [], []
    for file in files:
        name = file.name or ""
        try:
            kept.append(keep(uploads.accept(file), name))  # type: ignore[arg-type]
        except LabError as problem:
            refused.append(Refused(name, say(problem)))
    return kept, refused


def _languages(request: SiteRequest) -> dict[str, list[str]]:
    return {"locales": request.site.locales}


def _name(filename: str) -> str:
    words = PurePath(filename).stem.replace("_", " ").replace("-", " ").split()
    return " ".join(words)[: library.NAME_LENGTH].capitalize()


@require_POST
@site_page(Permission.EDIT)
def save(request: SiteRequest) -> HttpResponse:
    """All of them or, with an error beside its field, none."""
    banners = Banners(request.POST, form_kwargs=_languages(request))
    if not banners.is_valid() or not _saved(request, list(banners)):
        return render(request, "creatives/several.html", {"most": MOST, "banners": banners})
    count = len(banners)
    said = ngettext(
        "%(count)s banner is saved as a draft.", "%(count)s banners are saved as drafts.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("creatives:list", request.site.key)


def _saved(request: SiteRequest, banners: "list[CreativeForm]") -> bool:
    with transaction.atomic():
        made = [created(request, form) for form in banners]  # every one, for every error at once
        transaction.set_rollback(None in made)
    return None not in made
