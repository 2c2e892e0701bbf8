"""Placements: the slots of a shop with their sizes and limits."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import placements
from creatives.api import finding
from creatives.models import Creative, Placement
from engine.errors import InvalidInput
from workspace.api import etags
from workspace.api.fields import Named
from workspace.api.paging import Cursor
from workspace.api.refusals import refusal
from workspace.api.views import CREATED, GONE, SiteView

MAX_SIDE = 10_000  # CSS pixels; no screen is as large


class SizeData(serializers.Serializer[Any]):
    """How large a slot is on a device, in CSS pixels."""

    device = serializers.ChoiceField(["desktop", "tablet", "phone"])
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PlacementData(serializers.ModelSerializer[Placement]):
    """A slot; a device without a size of its own has that of the desktop."""

    fallback: Named = serializers.SlugRelatedField(
        slug_field="key", queryset=Creative.objects.none(), allow_null=True, required=False
    )
    sizes = SizeData(many=True, read_only=True)
    layer = serializers.SlugField(required=False, max_length=64)

    class Meta:
        model = Placement
        fields = (
            "key", "name", "page_type", "width", "height", "tablet_width", "tablet_height",
            "phone_width", "phone_height", "sizes", "max_kilobytes", "max_headline", "max_body",
            "max_button", "safe_area", "animated", "layer", "fallback", "created_at",
        )  # fmt: skip
        extra_kwargs: ClassVar[Mapping[str, Mapping[str, Any]]] = {
            side: {"min_value": 1, "max_value": MAX_SIDE}
            for side in (
                "width", "height", "tablet_width", "tablet_height", "phone_width", "phone_height",
            )
        }  # fmt: skip

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        if site := self.context.get("site"):
            found["fallback"].queryset = Creative.objects.filter(site=site)  # type: ignore[attr-defined]
        return found


class Placements(SiteView):
    """The slots of a site."""

    resource = "placements"
    serializer_class = PlacementData
    queryset = Placement.objects.none()  # for the document; the rows are found below
    pagination_class = Cursor
    orders: ClassVar[tuple[str, ...]] = ("name", "-name", "-created_at")

    def list(self, request: Request, **_parts: object) -> Response:  # noqa: ARG002
        """All slots by name, in pages."""
        page = self.paginate_queryset(finding.placements(self.site))
        return self.get_paginated_response(PlacementData(page, many=True).data)

    def retrieve(self, request: Request, key: str, **_parts: object) -> Response:
        """One slot."""
        return etags.answer(request, PlacementData(finding.placement(self.site, key)).data)

    @extend_schema(request=PlacementData, responses={201: PlacementData})
    def create(self, request: Request, **_parts: object) -> Response:
        """A new slot; without a layer it is one of its own."""
        values = self.read(PlacementData)
        row = Placement(site=self.site, **({"layer": values["key"]} | values))
        _check(row)
        placements.create(row, actor=self.caller.person, now=timezone.now())
        data = PlacementData(finding.placement(self.site, row.key)).data
        return etags.answer(request, data, CREATED)

    @extend_schema(request=PlacementData(partial=True), responses=PlacementData)
    def partial_update(self, request: Request, key: str, **_parts: object) -> Response:
        """Sizes, limits, layer, default; the key stays, for the shop's pages name it."""
        values = self.read(PlacementData, partial=True)
        if values.get("key", key) != key:
            raise InvalidInput(_("The key stays: the shop's pages name it."), field="key")
        with transaction.atomic():
            finding.placement(self.site, key)
            row = Placement.objects.select_for_update().get(site=self.site, key=key)
            etags.check(request, PlacementData(finding.placement(self.site, key)).data)
            for name, value in values.items():
                setattr(row, name, value)
            _check(row)
            placements.change(row, actor=self.caller.person, now=timezone.now())
        return etags.answer(request, PlacementData(finding.placement(self.site, key)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, key: str, **_parts: object) -> Response:
        """Remove a slot that no experiment has ever used; else 409."""
        row = finding.placement(self.site, key)
        etags.check(request, PlacementData(row).data)
        placements.remove(row, actor=self.caller.person, now=timezone.now())
        return Response(status=GONE)


def _check(row: Placement) -> None:
    """Raises InvalidInput for what no slot can be, such as half a size of a device."""
    for device in ("tablet", "phone"):
        width, height = getattr(row, f"{device}_width"), getattr(row, f"{device}_height")
        if (width is None) != (height is None):
            missing = f"{device}_width" if width is None else f"{device}_height"
            raise InvalidInput(_("A size has a width and a height, or neither."), field=missing)
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise refusal(error.message_dict) from None
