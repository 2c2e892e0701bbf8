"""Long work: how far it is, and trying again what was set aside."""

from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import NotFound
from workspace import jobs
from workspace.access import Permission
from workspace.api.fields import person
from workspace.api.paging import Cursor
from workspace.api.refusals import unknown
from workspace.api.views import Asked, SiteView
from workspace.models import Job

STATUSES = list(Job.Status.values)


class JobData(serializers.ModelSerializer[Job]):
    """Work in the background: `progress` of `total`, then `result` or `error`."""

    created_by = person()
    title = serializers.SerializerMethodField()
    result = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "subject", "status", "attempt", "progress", "total", "message",
            "result", "error", "created_by", "created_at", "started_at", "finished_at",
        )  # fmt: skip

    def get_title(self, row: Job) -> str:
        return jobs.title_of(row)


class Jobs(SiteView):
    """The jobs of a site."""

    resource = "jobs"
    serializer_class = JobData
    queryset = Job.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at")
    needs: ClassVar = {"retry": Permission.VIEW}  # whoever asked for it may; see below
    asks: ClassVar[Asked] = {
        "list": [
            OpenApiParameter("status", enum=STATUSES),
            OpenApiParameter("kind", description="Such as `report`."),
        ]
    }

    def list(self, request: Request, **_parts: object) -> Response:
        """All jobs, the newest first, in pages."""
        rows, asked = Job.objects.filter(site=self.site), request.query_params
        if status := asked.get("status"):
            if status not in STATUSES:
                raise unknown("status", status, STATUSES)
            rows = rows.filter(status=status)
        if kind := asked.get("kind"):
            rows = rows.filter(kind=kind)
        page = self.paginate_queryset(rows.select_related("created_by"))
        return self.get_paginated_response(JobData(page, many=True).data)

    def retrieve(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """One job; ask every few seconds until it is done or failed."""
        return Response(JobData(self._one(pk)).data)

    @extend_schema(request=None, responses=JobData)
    def retry(self, request: Request, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """Try again what was set aside; 409 for what has not failed."""
        job, person = self._one(pk), self.caller.person
        if person is None or job.created_by_id != person.pk:
            self.caller.require(Permission.EDIT)
        done = jobs.retry(job, actor=person, now=timezone.now())
        return Response(JobData(done).data)

    def _one(self, pk: int) -> Job:
        found = Job.objects.filter(site=self.site, pk=pk).select_related("created_by").first()
        if found is None:
            raise NotFound(_("There is no such job."))
        return found
