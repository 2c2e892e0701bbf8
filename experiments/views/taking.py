"""Downloads of a report: one address for each form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from engine.errors import NotEnoughData, NotFound
from experiments.models import Experiment, Report, ReportVersion
from experiments.reports import bundle, page, phases, versions
from experiments.reports.exports import chromium, csv, html, xlsx
from experiments.reports.exports.taken import File, Taken
from experiments.views.finding import find
from workspace.access import Permission, SiteRequest, site_page


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file."""

    name: Promise
    about: Promise
    export: Callable[[Taken], File]
    draws: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the menu."""

    name: str
    about: str
    href: str


def _bundle(taken: Taken) -> File:
    if taken.version is None:
        raise NotFound(_("A bundle belongs to a version: choose one under History."))
    body = bundle.document(taken.version)
    return File(taken.filename("bundle.json"), "application/json", body)


FORMS: Final[Mapping[str, Form]] = {
    "xlsx": Form(gettext_lazy("Excel"), gettext_lazy("every number, with the method"), xlsx.export),
    "csv": Form(gettext_lazy("CSV"), gettext_lazy("for other programs"), csv.export),
    "html": Form(gettext_lazy("Web page"), gettext_lazy("opens without a network"), html.export),
    "pdf": Form(gettext_lazy("PDF"), gettext_lazy("to print or send"), chromium.pdf, draws=True),
    "png": Form(gettext_lazy("Picture"), gettext_lazy("for slides"), chromium.png, draws=True),
    "bundle": Form(
        gettext_lazy("Bundle"), gettext_lazy("inputs and hashes of this version"), _bundle
    ),
}


@require_safe
@site_page(Permission.VIEW)
def take(request: SiteRequest, key: str, form: str) -> HttpResponse:
    """A report as a file; `?phase=` and `?version=` as on its page."""
    if form not in FORMS:
        raise NotFound(_("Reports are not written in this form."))
    file = FORMS[form].export(_taken(request, find(request.site, key)))
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(file.body, content_type=file.content_type, headers=headers)


def offered(
    request: SiteRequest, experiment: Experiment, context: Mapping[str, Any]
) -> dict[str, list[Offer]]:
    """The menu of the report on a page, by the page's context; nothing where there is no report."""
    if context["results"] is None:
        return {"take": []}
    asked, able = request.GET.urlencode(), chromium.found() is not None
    is_version = isinstance(context["frozen"], ReportVersion)
    return {
        "take": [
            Offer(
                str(form.name),
                str(form.about),
                page.address("take", experiment, name) + (f"?{asked}" if asked else ""),
            )
            for name, form in FORMS.items()
            if (able or not form.draws) and (is_version or name != "bundle")
        ]
    }


def _taken(request: SiteRequest, experiment: Experiment) -> Taken:
    row, version = _row(request, experiment)
    data = None if row is None else phases.data_of(row)
    if row is None or data is None:
        raise NotEnoughData(_("There is no report yet that could be taken away."))
    return Taken(experiment, row, data, version, timezone.now())


def _row(
    request: SiteRequest, experiment: Experiment
) -> tuple[Report | ReportVersion | None, ReportVersion | None]:
    past = phases.find(experiment, request.GET.get("phase", ""))
    phase = past.phase if past else experiment.phase
    asked = request.GET.get("version", "")
    version = versions.find(experiment, asked, phase=phase) if asked else None
    present = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
    return version or past or present, version
