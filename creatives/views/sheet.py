"""The translation sheet: taken out, brought back, looked at, applied."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from creatives import sheet, sheet_in
from creatives.sheet_in import Outcome, Report
from engine.errors import InvalidInput, LabError
from workspace.access import Permission, SiteRequest, site_page

UNPROCESSABLE = 422
OFFERED = 200  # pictures on a page; the sheet of all has every one
SHOWN = 500  # lines of a report; the counts are of all


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """What lacks words, to be taken out, and the way in."""
    return _page(request)


def _page(request: SiteRequest, problem: LabError | None = None) -> HttpResponse:
    lacking = sheet.lacking_of(request.site)
    offered = lacking[:OFFERED]
    prefetch_related_objects(offered, "renditions")
    context = {
        "lacking": offered,
        "count": len(lacking),
        "languages": request.site.locales[1:],
        "problem": problem,
    }
    status = UNPROCESSABLE if problem else 200
    return render(request, "creatives/sheet.html", context, status=status)


@site_page(Permission.VIEW)
def out(request: SiteRequest) -> HttpResponse:
    """The sheet as a file: of the chosen banners (`key`), else of all that lack something."""
    keys = request.GET.getlist("key")
    site = request.site
    versions = sheet.newest_of(site, keys) if keys else sheet.lacking_of(site)
    name = f"{site.key}-words-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = sheet.write(site, versions)
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@site_page(Permission.EDIT)
def take(request: SiteRequest) -> HttpResponse:
    """First what the sheet would change; then, when that was looked at, the change."""
    try:
        data = _sent(request)
        if "apply" not in request.POST:
            return _look(request, data, sheet_in.check(request.site, data))
        now = timezone.now()
        report = sheet_in.apply(request.site, data, actor=request.user, now=now)
    except LabError as problem:
        return _page(request, problem)
    changed = report.counts()[Outcome.CHANGED]
    said = ngettext("%(n)s text is changed.", "%(n)s texts are changed.", changed)
    messages.success(request, said % {"n": changed})
    return redirect("creatives:sheet", request.site.key)


def _sent(request: SiteRequest) -> bytes:
    """The file, or its text as the page with the report sends it again."""
    file = request.FILES.get("sheet")
    if file is not None:
        return bytes(file.read(sheet_in.MAX_BYTES + 1))
    text = request.POST.get("text", "")
    if not text:
        raise InvalidInput(_("Choose a sheet."), field=sheet_in.FIELD)
    return text.encode()


def _look(request: SiteRequest, data: bytes, report: Report) -> HttpResponse:
    told = [line for line in report.lines if line.outcome is not Outcome.UNCHANGED]
    context = {
        "counts": report.counts(),
        "lines": told[:SHOWN],
        "hidden": max(0, len(told) - SHOWN),
        "text": sheet_in.decoded(data),
    }
    return render(request, "creatives/sheet_report.html", context)
