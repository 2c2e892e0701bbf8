"""Links to reports, kept versions of them, and what a finished test has taught."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import NotAllowed, NotFound
from experiments import learnings
from experiments.api import finding
from experiments.api.data import ExperimentData
from experiments.api.experiments import told
from experiments.models import Experiment, ReportVersion, ShareLink
from experiments.reports import sharing, versions
from workspace.access import ROLE_HINT, ROLE_LACKS, Permission
from workspace.api import etags
from workspace.api.fields import person
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, SiteView


class ReportVersionData(serializers.ModelSerializer[ReportVersion]):
    """A report as it was at a time."""

    kept_by = person()

    class Meta:
        model = ReportVersion
        fields = (
            "phase", "number", "cause", "note", "verdict", "as_of", "method", "inputs_hash",
            "result_hash", "kept_at", "kept_by",
        )  # fmt: skip


class KeepInput(serializers.Serializer[Any]):
    """Why it is kept."""

    note = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=versions.LONGEST_NOTE
    )


class LinkData(serializers.ModelSerializer[ShareLink]):
    """A link that shows one report to whoever has it; `url` is said once, when it is made."""

    created_by = person()
    version = serializers.SerializerMethodField()

    class Meta:
        model = ShareLink
        fields = (
            "id", "hint", "language", "version", "created_by", "created_at", "expires_at",
            "revoked_at", "opened", "last_opened_at",
        )  # fmt: skip

    def get_version(self, row: ShareLink) -> int | None:
        return row.version.number if row.version else None


class NewLinkData(LinkData):
    """The same with its address."""

    url = serializers.CharField(read_only=True, allow_null=True)

    class Meta(LinkData.Meta):
        fields = (*LinkData.Meta.fields, "url")  # type: ignore[assignment]


class LinkInput(serializers.Serializer[Any]):
    """In what language, for how many days, and of which kept version; null: as it is."""

    language = serializers.ChoiceField([code for code, _name in settings.LANGUAGES], required=False)
    days = serializers.IntegerField(
        min_value=1, max_value=sharing.MOST_DAYS, required=False, default=sharing.DAYS
    )
    version = serializers.IntegerField(
        min_value=1, max_value=999_999_999, required=False, allow_null=True
    )


class LearningsInput(serializers.Serializer[Any]):
    """What a finished test has taught."""

    takeaways = serializers.CharField(allow_blank=True, max_length=learnings.LONGEST)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False)


class OfReport(SiteView):
    """Whoever designs or decides may do this; reading alone does not carry a report away."""

    needs: ClassVar = {"create": Permission.VIEW, "destroy": Permission.VIEW}

    def _person(self) -> User:
        """The person who signs it; raises NotAllowed for keys and readers."""
        if self.caller.person is None:
            self.caller.require(Permission.DECIDE)
        if self.caller.person is None or not sharing.may_share(self.caller.role):
            raise NotAllowed(ROLE_LACKS, hint=ROLE_HINT)
        return self.caller.person


class Links(OfReport):
    """Links to the report of an experiment."""

    resource = "share_links"
    serializer_class = LinkData
    queryset = ShareLink.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at")
    unsaid: ClassVar = {"create": ("url",)}

    def list(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """All links, the newest first, in pages."""
        page = self.paginate_queryset(sharing.of(finding.one(self.site, key)))
        return self.get_paginated_response(LinkData(page, many=True).data)

    @extend_schema(request=LinkInput, responses={201: NewLinkData})
    def create(self, request: Request, key: str, **_parts: object) -> Response:
        """A new link; its `url` is in this answer and nowhere else."""
        signer, values = self._person(), self.read(LinkInput)
        row = finding.one(self.site, key)
        made = sharing.create(
            row,
            language=values.get("language") or translation.get_language() or "en",
            days=values["days"],
            version=_version(row, values.get("version")),
            actor=signer,
            now=timezone.now(),
        )
        url = request.build_absolute_uri(reverse("shared", args=[made.secret]))
        return Response({**LinkData(made.link).data, "url": url}, status=CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """Take a link back for good."""
        signer, row = self._person(), finding.one(self.site, key)
        link = sharing.of(row).select_related("experiment__site").filter(pk=pk).first()
        if link is None:
            raise NotFound(_("There is no such link."))
        sharing.revoke(link, actor=signer, now=timezone.now())
        return Response(status=GONE)


class Versions(OfReport):
    """Kept versions of the present phase's report."""

    resource = "report_versions"
    serializer_class = ReportVersionData
    queryset = ReportVersion.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "number"
    orders: ClassVar[tuple[str, ...]] = ("-number", "number")

    def list(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """All versions, the newest first, in pages."""
        rows = versions.of(finding.one(self.site, key)).select_related("kept_by")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ReportVersionData(page, many=True).data)

    @extend_schema(request=KeepInput, responses={201: ReportVersionData})
    def create(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """Keep the report as it is now; 409 while there is none."""
        signer, values = self._person(), self.read(KeepInput)
        row = finding.one(self.site, key)
        kept = versions.freeze(row, note=values["note"], actor=signer, now=timezone.now())
        return Response(ReportVersionData(kept).data, status=CREATED)


class Learnings(SiteView):
    """What a finished test has taught."""

    resource = "learnings"
    serializer_class = ExperimentData
    queryset = Experiment.objects.none()  # for the document

    @extend_schema(request=LearningsInput, responses=ExperimentData)
    def put(self, request: Request, key: str, **_parts: object) -> Response:
        """Write it down; the plan and the result stay as they are."""
        values = self.read(LearningsInput)
        with transaction.atomic():
            row = finding.held(self.site, key)
            etags.check(request, finding.state_of(row))
            wanted = values.get("tags", row.tags)
            learnings.keep(
                row,
                takeaways=values["takeaways"],
                tags_wanted=wanted,
                actor=self.caller.person,
                now=timezone.now(),
            )
        return told(request, finding.one(self.site, key))


def _version(row: Experiment, number: int | None) -> ReportVersion | None:
    if number is None:
        return None
    return versions.find(row, str(number), phase=row.phase)
