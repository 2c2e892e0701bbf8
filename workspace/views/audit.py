"""The audit log: who changed what, and how it was before."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from workspace.access import Permission, SiteRequest, site_page
from workspace.forms import AuditFilter
from workspace.models import AuditEntry

PAGE_SIZE = 50
# What every row has and nobody asks about.
DULL = frozenset({"id", "site", "created_at", "created_by", "creative"})
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; '' where there was nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page."""

    entry: AuditEntry
    changes: tuple[Change, ...]


@site_page(Permission.VIEW)
def log(request: SiteRequest) -> HttpResponse:
    """The newest changes first, filtered by what the address says."""
    entries = AuditEntry.objects.filter(site=request.site)
    form = _form(request, entries)
    page = Paginator(_filtered(entries, form), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [Line(entry, tuple(_changes(entry))) for entry in page]
    context = {"form": form, "page": page, "lines": lines, "is_filtered": any(_values(form))}
    return render(request, "workspace/audit.html", context)


def _form(request: SiteRequest, entries: QuerySet[AuditEntry]) -> AuditFilter:
    form = AuditFilter(request.GET)
    plain = entries.order_by()
    for field, column in (("who", "actor_name"), ("action", "action")):
        known = plain.values_list(column, flat=True).distinct().order_by(column)
        form.fields[field].choices = [("", "—"), *((v, v) for v in known)]  # type: ignore[attr-defined]
    return form


def _values(form: AuditFilter) -> list[Any]:
    form.is_valid()
    return list(form.cleaned_data.values())


def _filtered(entries: QuerySet[AuditEntry], form: AuditFilter) -> QuerySet[AuditEntry]:
    """What a field cannot use is shown beside it and filters nothing."""
    form.is_valid()
    wanted = form.cleaned_data
    if text := wanted.get("q"):
        entries = entries.filter(Q(object_key__icontains=text) | Q(object_type__icontains=text))
    if who := wanted.get("who"):
        entries = entries.filter(actor_name=who)
    if action := wanted.get("action"):
        entries = entries.filter(action=action)
    if since := wanted.get("since"):
        entries = entries.filter(at__gte=_midnight(since))
    if until := wanted.get("until"):
        entries = entries.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
    return entries


def _midnight(day: dt.date) -> dt.datetime:
    """The start of a day in the site's zone, which `site_page` has made the current one."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _changes(entry: AuditEntry) -> Iterator[Change]:
    before, after = _flat(entry.before), _flat(entry.after)
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield Change(name, old, new)


def _flat(state: dict[str, Any] | None, prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in (state or {}).items():
        if name in DULL:
            continue
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = "" if value in (None, "") else str(value)[:LONGEST]
    return flat
