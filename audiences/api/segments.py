"""Segments: listed, made, changed, counted, deleted."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audiences import preview, segments, sentences
from audiences.models import Segment
from audiences.preview import Size
from audiences.views.lines import now_ms, rule_of
from engine.errors import NotFound
from workspace.api import etags
from workspace.api.fields import person
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, GONE, Asked, SiteView
from workspace.models import validate_key

EXAMPLE = OpenApiExample(
    "Phones in the evening",
    {
        "name": "Phones in the evening",
        "rule": {
            "all": [
                {"feature": "device", "op": "is", "value": "phone"},
                {"feature": "time.hour", "op": "at_least", "value": 18},
            ]
        },
    },
    request_only=True,
)


class SegmentData(serializers.ModelSerializer[Segment]):
    """A named rule; `sentence` says it in the language of the request."""

    created_by = person()
    sentence = serializers.SerializerMethodField()
    rule = serializers.DictField()

    class Meta:
        model = Segment
        fields = ("key", "name", "rule", "sentence", "created_by", "created_at")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_sentence(self, row: Segment) -> str | None:
        rule = rule_of(row)
        return sentences.of(rule, currency=row.site.currency) if rule else None


class SegmentInput(serializers.Serializer[Segment]):
    """A segment; without a key it gets one from its name."""

    name = serializers.CharField(max_length=segments.LONGEST_NAME)
    rule = serializers.DictField(help_text="In the language of segments, see the documentation.")
    key = serializers.CharField(required=False, max_length=64, validators=[validate_key])


class SegmentChange(serializers.Serializer[Segment]):
    """Another name or rule; the key stays, for experiments name it."""

    name = serializers.CharField(required=False, max_length=segments.LONGEST_NAME)
    rule = serializers.DictField(required=False)


class MatchingData(serializers.Serializer[Any]):
    """How many of the visitors that are known match now; null where nobody can say."""

    matching = serializers.IntegerField(allow_null=True)
    known = serializers.IntegerField(allow_null=True)
    sentence = serializers.CharField()


class Segments(SiteView):
    """The segments of a site."""

    resource = "segments"
    serializer_class = SegmentData
    queryset = Segment.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    orders: ClassVar[tuple[str, ...]] = ("name", "-name", "-created_at", "created_at")
    asks: ClassVar[Asked] = {"list": [OpenApiParameter("q", description="In the name or the key.")]}

    def list(self, request: Request, **_parts: object) -> Response:
        """All segments by name, in pages."""
        rows = self._rows()
        if text := request.query_params.get("q"):
            rows = rows.filter(name__icontains=text) | rows.filter(key__icontains=text)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(SegmentData(page, many=True).data)

    def retrieve(self, request: Request, key: str, **_parts: object) -> Response:
        """One segment; its ETag is for `If-Match` of a change."""
        return etags.answer(request, SegmentData(self._one(key)).data)

    @extend_schema(request=SegmentInput, responses={201: SegmentData}, examples=[EXAMPLE])
    def create(self, request: Request, **_parts: object) -> Response:
        """A new segment."""
        values = self.read(SegmentInput)
        made = segments.create(self.site, **values, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, SegmentData(made).data, CREATED)

    @extend_schema(request=SegmentChange, responses=SegmentData)
    def partial_update(self, request: Request, key: str, **_parts: object) -> Response:
        """Another name or rule; experiments that use it follow within seconds."""
        values = self.read(SegmentChange)
        with transaction.atomic():
            row = self._held(key)
            etags.check(request, SegmentData(row).data)
            wanted = {"name": row.name, "rule": row.rule} | values
            row = segments.change(row, **wanted, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, SegmentData(self._one(key)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str, **_parts: object) -> Response:
        """Delete a segment that no experiment uses; else 409."""
        with transaction.atomic():
            row = self._held(key)
            etags.check(request, SegmentData(row).data)
            segments.delete(row, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)

    @extend_schema(responses=MatchingData)
    def size(self, request: Request, key: str, **_parts: object) -> Response:  # noqa: ARG002
        """How many visitors match, of a sample of those that are known."""
        rule = rule_of(self._one(key))
        if rule is None:
            return Response({"matching": None, "known": None, "sentence": ""})
        size = preview.size(rule, preview.sample(self.site.pk), now_ms=now_ms())
        if not isinstance(size, Size):
            return Response({"matching": None, "known": None, "sentence": sentences.of_size(size)})
        told = {"matching": size.matching, "known": size.known, "sentence": sentences.count(size)}
        return Response(told)

    def _rows(self) -> QuerySet[Segment]:
        return Segment.objects.filter(site=self.site).select_related("site", "created_by")

    def _one(self, key: str) -> Segment:
        found = self._rows().filter(key=key).first()
        if found is None:
            raise NotFound(_("There is no segment “%(key)s”.") % {"key": key[:64]})
        return found

    def _held(self, key: str) -> Segment:
        """The same, locked, so that the tag is that of what is changed."""
        row = self._one(key)
        Segment.objects.select_for_update().filter(pk=row.pk).first()
        return self._one(key)
