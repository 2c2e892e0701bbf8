"""What is known of an experiment: its report, what stands against it, what it needs, and why."""

from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.reading import LONGEST_ID
from engine.errors import InvalidInput
from experiments import explanation, inquiry, launch, sizing
from experiments.api import finding
from experiments.api.data import (
    ChecksData,
    DecisionData,
    ReportData,
    SizingData,
    WhyData,
)
from experiments.models import DecisionRequest, Experiment, Report
from experiments.reports import refresh
from workspace import jobs
from workspace.access import Permission
from workspace.api.jobs import JobData
from workspace.api.paging import Cursor
from workspace.api.views import ACCEPTED, Asked, SiteView


class VisitorInput(serializers.Serializer[object]):
    """A visitor in a session, as the shop sends them; the ids are not stored."""

    user_id = serializers.CharField(max_length=LONGEST_ID)
    session_id = serializers.CharField(max_length=LONGEST_ID, required=False, allow_blank=True)


class Readings(SiteView):
    """What there is to read of one experiment."""

    resource = "experiments"
    serializer_class = ReportData
    queryset = Experiment.objects.none()  # for the document
    needs: ClassVar = {"refresh": Permission.VIEW, "ask": Permission.VIEW}
    asks: ClassVar[Asked] = {
        "why": [
            OpenApiParameter(
                "user_id", required=True, description="As in `user_id` of a decision."
            ),
            OpenApiParameter("session_id", description="Policies that learn draw on it."),
        ]
    }

    @extend_schema(responses=ReportData)
    def report(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """The numbers behind the verdict, as of the last refresh."""
        experiment = finding.one(self.site, key)
        report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
        report = report or Report(experiment=experiment, phase=experiment.phase, verdict="no_data")
        return Response(ReportData(report).data)

    @extend_schema(request=None, responses={202: JobData})
    def refresh(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """Ask for a fresh report; asked twice it is one job."""
        experiment = finding.one(self.site, key)
        job = jobs.enqueue(
            refresh.JOB,
            site=self.site,
            subject=experiment.key,
            parameters={"experiment": experiment.pk},
            actor=self.caller.person,
            now=timezone.now(),
        )
        return Response(JobData(job).data, status=ACCEPTED)

    @extend_schema(responses=ChecksData)
    def checks(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """What stands against the start, each with its remedy."""
        found = launch.problems(finding.one(self.site, key), now=timezone.now())
        ready = not any(getattr(problem, "hard", True) for problem in found)
        return Response(ChecksData({"ready": ready, "problems": found}).data)

    @extend_schema(responses=SizingData)
    def sizing(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """Visitors and days that the plan needs."""
        row = finding.one(self.site, key)
        found = sizing.of(row, list(row.variants.all()), now=timezone.now())
        if found is None:
            found = sizing.Sizing("", gap=_("It was not run here: there is nothing to size."))
        return Response(SizingData(found).data)

    @extend_schema(responses=WhyData)
    def why(self, request: Request, key: str, **_parts: object) -> Response:
        """Why this visitor gets what they get; POST keeps the id out of addresses and logs."""
        asked = request.query_params
        user, session = asked.get("user_id", ""), asked.get("session_id", "")
        for name, value in (("user_id", user), ("session_id", session)):
            if len(value) > LONGEST_ID or (name == "user_id" and not value):
                text = _("From 1 to %(n)s characters.") % {"n": LONGEST_ID}
                raise InvalidInput(text, field=name)
        return self._explained(key, user, session)

    @extend_schema(request=VisitorInput, responses=WhyData)
    def ask(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """The same, with the id in the body."""
        values = self.read(VisitorInput)
        return self._explained(key, values["user_id"], values.get("session_id", ""))

    def _explained(self, key: str, user: str, session: str) -> Response:
        row, now = finding.one(self.site, key), timezone.now()
        if row.placement is None:
            return Response(WhyData(explanation.never(row)).data)
        asked = inquiry.look(
            row.placement, user, session=session, actor=self.caller.person, now=now
        )
        return Response(WhyData(explanation.in_experiment(asked, row)).data)


class Decisions(SiteView):
    """Decisions that waited for a second person."""

    resource = "decisions"
    serializer_class = DecisionData
    queryset = DecisionRequest.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    orders: ClassVar[tuple[str, ...]] = ("-asked_at", "asked_at")

    def list(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """All that were asked for, the newest first, in pages."""
        row = finding.one(self.site, key)
        rows = row.decision_requests.select_related("asked_by", "answered_by")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(DecisionData(page, many=True).data)
