"""The audit log: who changed what, and how it was before. It is only read."""

import datetime as dt
from typing import ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import InvalidInput, NotFound
from workspace.api.paging import Cursor
from workspace.api.views import Asked, SiteView
from workspace.models import AuditEntry

EXACT = {
    "who": "actor_name",
    "action": "action",
    "object_type": "object_type",
    "object_key": "object_key",
}
FIRST_YEAR, LAST_YEAR = 2000, 2999


class AuditData(serializers.ModelSerializer[AuditEntry]):
    """One change; `who` is `system` for what the clock, a command or a key did."""

    who = serializers.CharField(source="actor_name", read_only=True)
    before = serializers.DictField(read_only=True, allow_null=True)
    after = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "who", "action", "object_type", "object_key", "before", "after")


class Audit(SiteView):
    """The log of a site."""

    resource = "audit"
    serializer_class = AuditData
    queryset = AuditEntry.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-at", "at")
    asks: ClassVar[Asked] = {
        "list": [
            *(OpenApiParameter(name, description="Exactly this.") for name in EXACT),
            OpenApiParameter("since", description="A time with its zone: 2026-11-22T00:00Z."),
            OpenApiParameter("until", description="The same; later changes are left out."),
        ]
    }

    def list(self, request: Request, **_parts: object) -> Response:
        """All changes, the newest first, in pages."""
        rows = AuditEntry.objects.filter(site=self.site)
        page = self.paginate_queryset(_narrowed(rows, request.query_params))
        return self.get_paginated_response(AuditData(page, many=True).data)

    @extend_schema(responses=AuditData)
    def retrieve(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """One change."""
        found = AuditEntry.objects.filter(site=self.site, pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such entry."))
        return Response(AuditData(found).data)


def _narrowed(rows: QuerySet[AuditEntry], asked: QueryDict) -> QuerySet[AuditEntry]:
    for name, column in EXACT.items():
        if value := asked.get(name):
            rows = rows.filter(**{column: value})
    if since := asked.get("since"):
        rows = rows.filter(at__gte=_moment("since", since))
    if until := asked.get("until"):
        rows = rows.filter(at__lt=_moment("until", until))
    return rows


def _moment(field: str, text: str) -> dt.datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found) or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(
            _("This is no time with a zone."),
            field=field,
            hint=_("Write it like 2026-11-22T08:00:00+08:00 (in an address: + is %2B), or with Z."),
        )
    return found
