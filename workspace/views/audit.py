"""The audit log: who changed what, how it was before, and the way back."""

import datetime as dt
import re
from dataclasses import replace
from typing import Final, cast

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engine.errors import InvalidInput, LabError, NotFound
from workspace import audit_export, audit_filters, audit_lines, undoing
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import AuditEntry

PAGE_SIZE: Final = 50
CURSOR: Final = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
MICROSECONDS: Final = dt.timedelta(microseconds=1)
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_UNDONE: Final = 10


@site_page(Permission.VIEW)
def log(request: SiteRequest) -> HttpResponse:
    """The newest changes first, filtered by what the address says."""
    form = audit_filters.AuditFilter(request.GET, site=request.site)
    found = form.apply(AuditEntry.objects.filter(site=request.site))
    older = request.GET.get("older", "")
    rows = list((found.filter(_before(older)) if older else found)[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    undoable = undoing.offered(shown, role=request.role, now=timezone.now())
    lines = [
        replace(line, undoable=line.entry.pk in undoable)
        for line in audit_lines.lines(shown, request.site)
    ]
    context = {
        "form": form,
        "lines": lines,
        "is_filtered": form.is_used or not form.is_valid(),
        "query": audit_filters.query_of(request.GET),
        "is_later_page": bool(older),
        "older": _cursor(shown[-1]) if len(rows) > PAGE_SIZE else "",
    }
    return render(request, "workspace/audit.html", context)


def _cursor(entry: AuditEntry) -> str:
    return f"{(entry.at - EPOCH) // MICROSECONDS}-{entry.pk}"


def _before(cursor: str) -> Q:
    """Rows after this one in the order of the page; raises InvalidInput."""
    match = CURSOR.fullmatch(cursor)
    if match is None:
        raise InvalidInput(
            _("This address does not lead to a page of the log."),
            hint=_("Start again from its first page."),
        )
    at = EPOCH + int(match[1]) * MICROSECONDS
    return Q(at__lt=at) | Q(at=at, pk__lt=int(match[2]))


@require_safe
@site_page(Permission.VIEW)
def export(request: SiteRequest, form: str) -> HttpResponse:
    """All rows that fit the filters, as a file that is read while it is written."""
    if form not in audit_export.FORMS:
        raise NotFound(_("There is no such file."), hint=_("It is csv or jsonl."))
    filters = audit_filters.AuditFilter(request.GET, site=request.site)
    if not filters.is_valid():
        raise InvalidInput(_("These filters cannot be used."), hint=_("Correct them on the page."))
    write, kind = audit_export.FORMS[form]
    rows = filters.apply(AuditEntry.objects.filter(site=request.site))
    name = f"audit-{request.site.key}-{timezone.localdate()}.{form}"
    answer = StreamingHttpResponse(
        write(rows),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    return cast("HttpResponse", answer)  # the door's type knows no streams


@require_POST
@site_page(Permission.VIEW)
def undo(request: SiteRequest) -> HttpResponse:
    """Take changes back; each as its ordinary use-case allows, all or none."""
    numbers = [int(n) for n in request.POST.getlist("entry")[:MOST_UNDONE] if _is_number(n)]
    try:
        with transaction.atomic():
            for number in numbers:
                undoing.undo(request.site, number, actor=request.user, now=timezone.now())
        messages.success(request, _("It is as it was before."))
    except LabError as problem:
        messages.error(request, " ".join(filter(None, (str(problem), str(problem.hint or "")))))
    return redirect(_back(request))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18  # noqa: PLR2004 - a bigint


def _back(request: SiteRequest) -> str:
    """Where it was pressed, within this product."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return f"/s/{request.site.key}/audit/"
