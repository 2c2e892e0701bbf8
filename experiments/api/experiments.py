"""Experiments: listed, designed, thrown away as long as they are drafts."""

from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from experiments import design
from experiments.api import filters, finding, plans
from experiments.api.data import ExperimentData
from experiments.api.plans import PlanChange, PlanInput
from experiments.models import Experiment
from workspace.api import etags
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, Asked, SiteView

EXAMPLE = OpenApiExample(
    "Two banners",
    {
        "name": "Spring hero",
        "placement": "home-hero",
        "hypothesis": "If we show the shoes being worn, then more people click, because they see "
        "themselves in them.",
        "primary_metric": "ctr",
        "mde": "5",
        "planned_days": 14,
        "variants": [
            {"key": "a", "name": "Shoes alone", "creative": "spring-a"},
            {"key": "b", "name": "Shoes worn", "creative": "spring-b"},
        ],
        "watched": [{"metric": "conversion_rate", "role": "guardrail", "margin": "5"}],
    },
    request_only=True,
)


class Experiments(SiteView):
    """The experiments of a site."""

    resource = "experiments"
    serializer_class = ExperimentData
    queryset = Experiment.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    orders: ClassVar[tuple[str, ...]] = ("-created_at", "created_at", "name", "-name", "key")
    asks: ClassVar[Asked] = {"list": filters.PARAMETERS}

    def list(self, request: Request, **_parts: object) -> Response:
        """All experiments, the newest first, in pages."""
        rows = filters.narrowed(finding.rows(self.site), request.query_params, site=self.site)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ExperimentData(page, many=True).data)

    def retrieve(self, request: Request, key: str, **_parts: object) -> Response:
        """One experiment; its ETag is for `If-Match` of a change or a move."""
        return told(request, finding.one(self.site, key))

    @extend_schema(request=PlanInput, responses={201: ExperimentData}, examples=[EXAMPLE])
    def create(self, request: Request, **_parts: object) -> Response:
        """A new draft; what is left out is as usual, and guardrails are."""
        plan = plans.new(self.site, self.read(PlanInput))
        made = design.save(self.site, plan, actor=self.caller.person, now=timezone.now())
        return told(request, finding.one(self.site, made.key), CREATED)

    @extend_schema(request=PlanChange, responses=ExperimentData)
    def partial_update(self, request: Request, key: str, **_parts: object) -> Response:
        """Change the plan of a draft; 409 once it has been submitted or started."""
        values = self.read(PlanChange)
        with transaction.atomic():
            row = finding.held(self.site, key)
            etags.check(request, finding.state_of(row))
            plan = plans.changed(row, values)
            now = timezone.now()
            design.save(self.site, plan, actor=self.caller.person, now=now, experiment=row)
        return told(request, finding.one(self.site, plan.key))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str, **_parts: object) -> Response:
        """Throw a draft away; what has run stays, with its results."""
        with transaction.atomic():
            row = finding.held(self.site, key)
            etags.check(request, finding.state_of(row))
            design.delete(row, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)


def told(request: Request, row: Experiment, status: int = 200) -> Response:
    """An experiment with the tag of what people have set of it."""
    return etags.answer(request, ExperimentData(row).data, status, state=finding.state_of(row))
