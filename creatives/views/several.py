"""Several banners at once: choose files, watch them come in, then say what each of them says."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from creatives import landing, library, said, taking_in, wall, wording
from creatives.forms import ACCEPT, say
from creatives.models import Creative, Version
from creatives.taking_in import MOST
from creatives.wording import Wording
from engine.errors import LabError
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job, Site

UNFINISHED = (Job.Status.QUEUED, Job.Status.RUNNING)
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be used, and why."""

    filename: str
    reason: str


class RowForm(forms.Form):
    """The words of one draft, in every language of the site."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=library.NAME_LENGTH)
    decorative = forms.BooleanField(
        label=gettext_lazy("Decorative: it says nothing"), required=False
    )
    landing_url = forms.CharField(
        label=gettext_lazy("Landing page"),
        required=False,
        max_length=landing.MAX_CHARACTERS,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/spring"}),
    )

    def __init__(self, *args: Any, creative: Creative, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        kwargs["prefix"] = creative.key
        super().__init__(*args, **kwargs)
        self.creative, self.locales = creative, list(site.locales)
        for locale in self.locales:
            self.fields[f"alt_{locale}"] = forms.CharField(
                label=f"{_('Alternative text')} ({locale})",
                required=False,
                max_length=said.ALT_LENGTH,
                widget=forms.TextInput(attrs={"lang": locale}),
            )

    @property
    def alts(self) -> list[forms.BoundField]:
        """The fields of its words, the first language first."""
        return [self[f"alt_{locale}"] for locale in self.locales]

    def wording(self, landing_for_all: str) -> Wording:
        values = self.cleaned_data
        return Wording(
            name=values["name"],
            alts={locale: values[f"alt_{locale}"] for locale in self.locales},
            landing_url=values["landing_url"] or landing_for_all,
            decorative=values["decorative"],
        )


@site_page(Permission.EDIT)
def choose(request: SiteRequest) -> HttpResponse:
    """Take the files; a job makes drafts of them."""
    context = {"most": MOST, "accept": ACCEPT}
    if request.method != "POST":
        return render(request, "creatives/several.html", context)
    files = request.FILES.getlist("uploads")
    if not files or len(files) > MOST:
        problem = _("Choose between 1 and %(most)s files.") % {"most": MOST}
        return render(request, "creatives/several.html", context | {"problem": problem})
    job = taking_in.ask(request.site, files, actor=request.user, now=timezone.now())
    return redirect("creatives:taken-in", request.site.key, job.pk)


@site_page(Permission.EDIT)
def taken_in(request: SiteRequest, pk: int) -> HttpResponse:
    """How far the files are; when they are in, fields for their words, all on one page."""
    job = get_object_or_404(Job, pk=pk, site=request.site, kind=taking_in.KIND)
    rows = (job.result or {}).get("rows", [])
    drafts = _drafts(request, rows)
    data = request.POST if request.method == "POST" else None
    grid = [_form(request, creative, data) for creative in drafts]
    for_all = request.POST.get("landing_for_all", "").strip()
    if data is not None and _kept(request, grid, for_all):
        said = ngettext("%(n)s draft is kept.", "%(n)s drafts are kept.", len(grid))
        messages.success(request, said % {"n": len(grid)})
        return redirect("creatives:list", request.site.key)
    context = {
        "job": job,
        "waiting": job.status in UNFINISHED,
        "workers": jobs.workers(now=timezone.now()),
        "title": jobs.title_of(job),
        "may_retry": True,
        "most_attempts": jobs.MAX_ATTEMPTS,
        "grid": grid,
        "for_all": for_all,
        "refused": [Refused(row["name"], row["refused"]) for row in rows if row["refused"]],
        "files": [file["name"] for file in job.parameters["files"]],
    }
    status = UNPROCESSABLE if data is not None else 200
    return render(request, "creatives/taken_in.html", context, status=status)


def _drafts(request: SiteRequest, rows: list[dict[str, str]]) -> list[Creative]:
    """What the job made and nobody has submitted yet, in the order of the files."""
    keys = list(dict.fromkeys(row["creative"] for row in rows if row["creative"]))
    found = Creative.objects.filter(site=request.site, key__in=keys, archived_at=None)
    loaded = wall.with_newest(found.select_related("live"))
    by_key = {row.key: row for row in loaded.prefetch_related("versions__copies")}
    return [by_key[key] for key in keys if key in by_key and _is_draft(by_key[key])]


def _newest(creative: Creative) -> Version | None:
    return max(creative.versions.all(), key=lambda version: version.number, default=None)


def _is_draft(creative: Creative) -> bool:
    newest = _newest(creative)
    return newest is not None and newest.status == Version.Status.DRAFT


def _form(request: SiteRequest, creative: Creative, data: Any) -> RowForm:  # noqa: ANN401
    version = _newest(creative)
    assert version is not None  # noqa: S101 - only drafts come here
    alts = {copy.locale: copy.alt for copy in version.copies.all()}
    alts[request.site.locales[0]] = version.alt
    initial: dict[str, Any] = {f"alt_{locale}": alt for locale, alt in alts.items()}
    initial |= {"name": creative.name, "landing_url": version.landing_url}
    initial["decorative"] = version.decorative
    return RowForm(data, creative=creative, site=request.site, initial=initial)


def _kept(request: SiteRequest, grid: list[RowForm], for_all: str) -> bool:
    """All of them or, with an error beside its field, none."""
    with transaction.atomic():
        kept = [_kept_row(request, form, for_all) for form in grid]
        transaction.set_rollback(False in kept)
    return False not in kept


def _kept_row(request: SiteRequest, form: RowForm, for_all: str) -> bool:
    if not form.is_valid():
        return False
    try:
        wording.fill(form.creative, form.wording(for_all), actor=request.user, now=timezone.now())
    except LabError as problem:
        form.add_error(problem.field if problem.field in form.fields else None, say(problem))
        return False
    return True
