"""Comments on a version, maybe on a region of its picture."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import comments
from creatives.api import finding
from creatives.comments import Region
from creatives.models import Comment
from engine.errors import NotFound
from workspace.api import etags
from workspace.api.fields import person
from workspace.api.paging import Cursor
from workspace.api.views import CREATED, SiteView

SIDES = ("left", "top", "width", "height")


class RegionData(serializers.Serializer[Region]):
    """A part of the picture, in percent of its sides."""

    left = serializers.FloatField(min_value=0, max_value=100)
    top = serializers.FloatField(min_value=0, max_value=100)
    width = serializers.FloatField(min_value=0, max_value=100)
    height = serializers.FloatField(min_value=0, max_value=100)


class CommentInput(serializers.Serializer[Comment]):
    """A remark on the whole, or with `region` on a part of the picture."""

    text = serializers.CharField(max_length=comments.TEXT_LENGTH)
    region = RegionData(required=False, allow_null=True)


class CommentData(serializers.ModelSerializer[Comment]):
    """A remark; `author` is null for what a key said."""

    author = person()
    resolved_by = person()
    region = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = ("id", "author", "at", "text", "region", "resolved_at", "resolved_by")

    @extend_schema_field(RegionData(allow_null=True))
    def get_region(self, row: Comment) -> dict[str, float] | None:
        return None if row.left is None else {side: getattr(row, side) for side in SIDES}


class Comments(SiteView):
    """The remarks on a version."""

    resource = "comments"
    serializer_class = CommentData
    queryset = Comment.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    lookup_field = "pk"
    orders: ClassVar[tuple[str, ...]] = ("at", "-at")

    def list(self, request: Request, key: str, number: int, **_parts: object) -> Response:  # noqa: ARG002
        """All remarks, the oldest first, in pages."""
        page = self.paginate_queryset(self._rows(key, number))
        return self.get_paginated_response(CommentData(page, many=True).data)

    @extend_schema(request=CommentInput, responses={201: CommentData})
    def create(self, request: Request, key: str, number: int, **_parts: object) -> Response:
        """Say something of a version."""
        version = finding.version(self.site, key, number)
        values = self.read(CommentInput)
        made = comments.add(
            version,
            text=values["text"],
            region=_region(values.get("region")),
            actor=self.caller.person,
            now=timezone.now(),
        )
        return etags.answer(request, CommentData(made).data, CREATED)

    @extend_schema(request=None, responses=CommentData)
    def resolve(
        self, request: Request, key: str, number: int, comment: int, **_parts: object
    ) -> Response:
        """It is settled."""
        found = self._one(key, number, comment)
        done = comments.resolve(found, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, CommentData(done).data)

    @extend_schema(request=None, responses=CommentData)
    def reopen(
        self, request: Request, key: str, number: int, comment: int, **_parts: object
    ) -> Response:
        """It is not settled after all."""
        found = self._one(key, number, comment)
        done = comments.reopen(found, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, CommentData(done).data)

    def _one(self, key: str, number: int, comment: int) -> Comment:
        found = self._rows(key, number).filter(pk=comment).first()
        if found is None:
            raise NotFound(_("There is no such comment."))
        return found

    def _rows(self, key: str, number: int) -> QuerySet[Comment]:
        version = finding.version(self.site, key, number)
        return Comment.objects.filter(version=version).select_related("author", "resolved_by")


def _region(sides: dict[str, Any] | None) -> Region | None:
    return Region.checked(**sides) if sides else None
