"""What a banner says in every language of its site, side by side."""

from dataclasses import replace

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from creatives import slots, words
from creatives.models import Creative, Version
from creatives.word_forms import LocaleForm
from creatives.words import Saying
from engine.errors import InvalidInput, LabError, NotFound
from workspace import access, two_tabs
from workspace.access import Permission, SiteRequest, site_page
from workspace.two_tabs import Seen

UNPROCESSABLE = 422


@site_page(Permission.VIEW)
def edit(request: SiteRequest, key: str) -> HttpResponse:
    """The words of the newest version; saving changes the draft or begins the next one."""
    creative = get_object_or_404(Creative, site=request.site, key=key)
    version = _newest(creative)
    forms = _forms(request.POST or None, version)
    if request.method == "POST":
        access.require(request.user, request.site, Permission.EDIT)
        if different := two_tabs.conflict(request, _state(version)):
            return different
        if saved := _saved(request, creative, forms):
            _tell(request, version, saved)
            return redirect("creatives:words", request.site.key, key)
    return _page(request, version, forms)


def _newest(creative: Creative) -> Version:
    rows = words.with_words(Version.objects.filter(creative=creative))
    version = rows.prefetch_related("renditions").first()
    if version is None:
        raise NotFound(_("There is no such version."))
    return version


def _state(version: Version) -> dict[str, Seen]:
    """Every field of the page as it is stored, by its name there."""
    stored = two_tabs.Seen(
        _("Decorative"), version.decorative, _("yes") if version.decorative else _("no")
    )
    found = {"decorative": stored}
    for form in _forms(None, version):
        for name, one in two_tabs.state_of(form).items():
            found[form.add_prefix(name)] = replace(one, label=f"{one.label} ({form.said.locale})")
    return found


def _forms(data: QueryDict | None, version: Version) -> list[LocaleForm]:
    all_said = words.spoken(version)
    limits = {name: slots.longest(version, name) for name in slots.speaking(version)}
    return [LocaleForm(data, said=said, source=all_said[0], limits=limits) for said in all_said]


def _saved(request: SiteRequest, creative: Creative, forms: list[LocaleForm]) -> Version | None:
    """The version with the new words, or None with the reasons beside the fields."""
    if not all(form.is_valid() for form in forms):
        return None
    decorative = "decorative" in request.POST
    try:
        with transaction.atomic():
            version = words.newest(creative)
            sayings = {form.said.locale: form.saying() for form in forms}
            if not _checked(version, forms, decorative=decorative):
                return None
            return _rewritten(request, creative, sayings, decorative=decorative)
    except LabError as problem:
        _refuse(forms, problem)
        return None


def _refuse(forms: list[LocaleForm], problem: LabError) -> None:
    """Say what a design lacks, such as `zh-Hans.headline`, in the column of its language."""
    locale, _dot, slot = (problem.field or "").partition(".")
    form = next((form for form in forms if form.said.locale == locale), None)
    if form is None or not slot:
        forms[0].refuse(problem)
    else:
        form.refuse(InvalidInput(problem.detail, field=f"slots.{slot}", hint=problem.hint))


def _checked(version: Version, forms: list[LocaleForm], *, decorative: bool) -> bool:
    """Whether each language can be said; what cannot is told beside its field."""
    for form in forms:
        try:
            words.checked(version, form.said.locale, form.saying(), decorative=decorative)
        except LabError as problem:
            form.refuse(problem)
    return all(form.is_valid() for form in forms)


def _rewritten(
    request: SiteRequest, creative: Creative, sayings: dict[str, Saying], *, decorative: bool
) -> Version:
    return words.rewrite(
        creative, sayings, decorative=decorative, actor=request.user, now=timezone.now()
    )


def _tell(request: SiteRequest, before: Version, after: Version) -> None:
    if after.pk == before.pk:
        messages.success(request, _("The words are saved."))
    else:
        said = _("The words are saved in version %(n)s, a draft. Visitors see it once approved.")
        messages.success(request, said % {"n": after.number})


def _page(request: SiteRequest, version: Version, forms: list[LocaleForm]) -> HttpResponse:
    refused = any(form.is_bound for form in forms)
    decorative = "decorative" in request.POST if refused else version.decorative
    context = {
        "creative": version.creative,
        "version": version,
        "forms": forms,
        "decorative": decorative,
        "stored": _state(version),
        "lacking": len(words.lacking(version)),
        "is_draft": version.status == Version.Status.DRAFT,
        "in_review": version.status == Version.Status.IN_REVIEW,
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "creatives/words.html", context, status=status)
