"""Test visitors of an experiment, and links that show one of its variants."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creatives.models import Placement
from delivery.reading import LONGEST_ID
from engine.errors import InvalidInput, NotFound
from experiments import beginnings, duplicating, testing
from experiments.api import finding
from experiments.api.data import ExperimentData
from experiments.api.experiments import told
from experiments.models import Experiment, TestUnit
from workspace.access import Permission
from workspace.api.fields import person
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, SiteView


class TesterData(serializers.ModelSerializer[TestUnit]):
    """Somebody of the team who always gets one variant and is never counted; `pseudonym` are its
    first digits, and the visitor's id is kept nowhere."""

    variant = serializers.CharField(source="variant.key")
    pseudonym = serializers.SerializerMethodField()
    created_by = person()

    class Meta:
        model = TestUnit
        fields = ("id", "label", "variant", "pseudonym", "created_by", "created_at")

    def get_pseudonym(self, row: TestUnit) -> str:
        return row.pseudonym[: testing.SHOWN]


class TesterInput(serializers.Serializer[Any]):
    """Whose id (as the shop sends it in `user_id`), what people call them, which variant."""

    visitor = serializers.CharField(max_length=LONGEST_ID, trim_whitespace=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of the body
        max_length=testing.LONGEST_LABEL
    )
    variant = serializers.CharField(max_length=100)


class TestLinkData(serializers.Serializer[Any]):
    """An address that shows one variant to whoever opens it, until a moment."""

    variant = serializers.CharField()
    url = serializers.CharField()
    until = serializers.DateTimeField()


class TestLinksData(serializers.Serializer[Any]):
    """One link for each variant."""

    links = TestLinkData(many=True)


class TestLinksInput(serializers.Serializer[Any]):
    """On which page of the shop (without one: its first), and for how many days."""

    page = serializers.CharField(max_length=testing.LONGEST_ADDRESS, required=False)
    days = serializers.IntegerField(
        min_value=1, max_value=testing.MOST_DAYS, required=False, default=testing.USUAL_DAYS
    )


class CopyInput(serializers.Serializer[Any]):
    """What the copy is called, and where it runs; both as in the original if left out."""

    name = serializers.CharField(max_length=beginnings.LONGEST_NAME, required=False)
    placement = serializers.CharField(max_length=100, required=False)


class Visitors(SiteView):
    """The test visitors of an experiment."""

    resource = "test_visitors"
    serializer_class = TesterData
    queryset = TestUnit.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    needs: ClassVar = {"list": Permission.EDIT}
    orders: ClassVar[tuple[str, ...]] = ("created_at", "-created_at")

    def list(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """All of them, the first one first, in pages."""
        rows = finding.one(self.site, key).test_units.select_related("variant", "created_by")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(TesterData(page, many=True).data)

    @extend_schema(request=TesterInput, responses={201: TesterData})
    def create(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """Always give a visitor of the team one variant; the id is forgotten afterwards."""
        values = self.read(TesterInput)
        row = finding.one(self.site, key)
        made = testing.add(row, **values, actor=self.caller.person, now=timezone.now())
        return Response(TesterData(made).data, status=CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str, pk: int, **_parts: object) -> Response:  # noqa: ARG002
        """Treat a visitor like all others again."""
        units = finding.one(self.site, key).test_units.select_related("variant")
        unit = units.filter(pk=pk).first()
        if unit is None:
            raise NotFound(_("There is no such test visitor."))
        testing.remove(unit, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)


class TestLinks(SiteView):
    """Links for testing."""

    resource = "test_links"
    serializer_class = TestLinksData
    queryset = Experiment.objects.none()  # for the document

    @extend_schema(request=TestLinksInput, responses={201: TestLinksData})
    def create(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """A link for each variant. They are signed, not stored: nobody can take them back."""
        values = self.read(TestLinksInput)
        row, now = finding.one(self.site, key), timezone.now()
        page = values.get("page") or testing.home(row)
        made = [
            testing.link(row, one, page=page, days=values["days"], now=now)
            for one in row.variants.all()
        ]
        links = [
            {"variant": one.variant.key, "url": one.address, "until": one.until} for one in made
        ]
        return Response(TestLinksData({"links": links}).data, status=CREATED)


class Copies(SiteView):
    """New drafts from the plans of experiments."""

    resource = "experiments"
    serializer_class = ExperimentData
    queryset = Experiment.objects.none()  # for the document

    @extend_schema(request=CopyInput, responses={201: ExperimentData})
    def duplicate(self, request: Request, key: str, **_parts: object) -> Response:
        """A new draft with the plan and the banners of an experiment, and none of its results."""
        values = self.read(CopyInput)
        with transaction.atomic():
            made = duplicating.duplicate(
                finding.one(self.site, key),
                name=values.get("name", ""),
                placement=self._placement(values.get("placement")),
                actor=self.caller.person,
                now=timezone.now(),
            )
        return told(request, finding.one(self.site, made.key), CREATED)

    def _placement(self, key: str | None) -> Placement | None:
        """The placement of this key; raises InvalidInput if there is none."""
        if key is None:
            return None
        found = Placement.objects.filter(site=self.site, key=key).first()
        if found is None:
            raise InvalidInput(_("There is no such placement."), field="placement")
        return found
