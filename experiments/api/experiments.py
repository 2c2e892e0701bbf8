"""The management API of experiments: what servers may read with a secret key."""

from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import InvalidInput
from experiments import listing
from experiments.models import Experiment, Report, Status, Variant, Watched
from experiments.views.finding import find, with_report
from experiments.words import VERDICTS
from workspace.models import ApiKey, Site

Keys: TypeAlias = "serializers.SlugRelatedField[Any]"


class VariantData(serializers.ModelSerializer[Variant]):
    """One side of an experiment; the first one is the control."""

    creative: Keys = serializers.SlugRelatedField(slug_field="key", read_only=True, allow_null=True)

    class Meta:
        model = Variant
        fields = (
            "key", "name", "creative", "weight", "creative_cost", "media_cost", "discount",
        )  # fmt: skip


class WatchedData(serializers.ModelSerializer[Watched]):
    """A metric beside the primary one; a guardrail may lose `margin` percent of the control."""

    class Meta:
        model = Watched
        fields = ("metric", "role", "margin")


class ExperimentData(serializers.ModelSerializer[Experiment]):
    """An experiment with its present verdict."""

    placement: Keys = serializers.SlugRelatedField(
        slug_field="key", read_only=True, allow_null=True
    )
    owner: Keys = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )
    variants = VariantData(many=True, read_only=True)
    watched = WatchedData(many=True, read_only=True)
    verdict = serializers.SerializerMethodField()
    as_of = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = (
            "key", "name", "status", "hypothesis", "placement", "owner", "origin", "unit",
            "primary_metric", "mde", "mde_kind", "planned_days", "planned_visitors",
            "traffic_share", "phase", "created_at", "started_at", "stopped_at", "decided_at",
            "reading", "decision", "decision_reason", "recommended", "against_reason", "takeaways",
            "next_step", "tags", "variants", "watched", "verdict", "as_of",
        )  # fmt: skip

    def get_verdict(self, row: Experiment) -> str:
        report = _present(row)
        return report.verdict if report else "no_data"

    def get_as_of(self, row: Experiment) -> str | None:
        report = _present(row)
        return report.as_of.isoformat() if report and report.as_of else None


class ReportData(serializers.ModelSerializer[Report]):
    """What is known about the present phase; `report` is null until there is something."""

    experiment = serializers.CharField(source="experiment.key", read_only=True)
    report = serializers.JSONField(source="payload", read_only=True, allow_null=True)

    class Meta:
        model = Report
        fields = (
            "experiment", "phase", "verdict", "as_of", "method", "watermark",
            "last_error", "last_error_at", "report",
        )  # fmt: skip


class Pages(PageNumberPagination):
    """`?page=2&page_size=100`"""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


FILTERS = [
    OpenApiParameter("status", enum=list(Status.values), description="Where it stands."),
    OpenApiParameter("verdict", enum=list(VERDICTS), description="What its report says."),
    OpenApiParameter("placement", description="Key of the placement."),
    OpenApiParameter("origin", enum=list(Experiment.Origin.values)),
    OpenApiParameter("search", description="In name, key, hypothesis and names of variants."),
]


@extend_schema_view(get=extend_schema(operation_id="experiments_list", parameters=FILTERS))
class Experiments(generics.ListAPIView[Experiment]):
    """All experiments of the key's site, what needs attention first."""

    serializer_class = ExperimentData
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Experiment]:
        rows = listing.rows(_site(self.request), _filters(self.request))
        return with_report(rows).prefetch_related("watched")


@extend_schema_view(get=extend_schema(operation_id="experiments_read"))
class OneExperiment(generics.RetrieveAPIView[Experiment]):
    """One experiment."""

    serializer_class = ExperimentData
    queryset = Experiment.objects.none()  # for the document; the row is found below

    def get_object(self) -> Experiment:
        return find(_site(self.request), self.kwargs["key"])


class OneReport(generics.GenericAPIView[Report]):
    """The report of the present phase."""

    serializer_class = ReportData
    queryset = Report.objects.none()  # for the document; the row is found below

    @extend_schema(operation_id="experiments_report")
    def get(self, request: Request, key: str) -> Response:
        """The numbers behind the verdict, as of the last refresh."""
        experiment = find(_site(request), key)
        report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
        empty = Report(experiment=experiment, phase=experiment.phase)
        return Response(self.get_serializer(report or empty).data)


def _site(request: Request) -> Site:
    key = request.auth
    assert isinstance(key, ApiKey)  # noqa: S101 - HasSecretKey has looked
    return key.site


def _present(row: Experiment) -> Report | None:
    reports: list[Report] = getattr(row, "present", [])
    return next(iter(reports), None)


def _filters(request: Request) -> listing.Filters:
    """Filters of the address; unlike the page, an unknown value is refused by name."""
    known = {
        "status": list(Status.values),
        "verdict": list(VERDICTS),
        "origin": list(Experiment.Origin.values),
    }
    for name, values in known.items():
        value = request.query_params.get(name, "")
        if value and value not in values:
            raise InvalidInput(
                _("“%(value)s” is not known here.") % {"value": value[:50]},
                field=name,
                hint=_("One of: %(values)s.") % {"values": ", ".join(values)},
            )
    return listing.read(request.query_params)


urlpatterns: list[URLPattern] = [
    path("experiments/", Experiments.as_view(), name="api-experiments"),
    path("experiments/<slug:key>/", OneExperiment.as_view(), name="api-experiment"),
    path("experiments/<slug:key>/report/", OneReport.as_view(), name="api-report"),
]
