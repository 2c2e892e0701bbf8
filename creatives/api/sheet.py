"""The translation sheet: out as CSV, in as CSV, with a report per row."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import sheet, sheet_in
from engine.errors import InvalidInput
from workspace.api.document import file
from workspace.api.views import Asked, SiteView

CSV = "text/csv"


class AsCsv(BaseRenderer):
    """So that a client may ask for text/csv; the sheet itself is written elsewhere."""

    media_type = CSV
    format = "csv"

    def render(self, data: Any, *_args: object, **_options: object) -> bytes:  # noqa: ANN401
        return bytes(data)


class CsvParser(BaseParser):
    """A body that is the sheet itself."""

    media_type = CSV

    def parse(self, stream: Any, *_args: object, **_options: object) -> Any:  # noqa: ANN401
        return bytes(stream.read(sheet_in.MAX_BYTES + 1))


class SheetLine(serializers.Serializer[sheet_in.Line]):
    """What becomes of a text in one language; `row` as spreadsheets count."""

    row = serializers.IntegerField()
    creative = serializers.CharField()
    field = serializers.CharField()
    locale = serializers.CharField()
    outcome = serializers.ChoiceField([one.value for one in sheet_in.Outcome])
    before = serializers.CharField()
    after = serializers.CharField()
    reason = serializers.CharField()


class SheetCounts(serializers.Serializer[Any]):
    """How many of each outcome."""

    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()


class SheetReport(serializers.Serializer[Any]):
    """What a sheet changed, or with `dry_run` would change."""

    dry_run = serializers.BooleanField()
    counts = SheetCounts()
    lines = SheetLine(many=True)


class Sheet(SiteView):
    """The words of many banners as one table."""

    resource = "translation_sheet"
    serializer_class = SheetReport
    asks: ClassVar[Asked] = {
        "out": [
            OpenApiParameter("creative", many=True, description="Keys; else all that lack words.")
        ],
        "take": [OpenApiParameter("dry_run", bool, description="Only tell what it would do.")],
    }
    parser_classes = (CsvParser, MultiPartParser)
    renderer_classes = (JSONRenderer, AsCsv)

    @extend_schema(
        responses=file(CSV, "UTF-8 with a byte order mark; formulas are made harmless."),
    )
    def out(self, request: Request, **_parts: object) -> HttpResponse:
        """The sheet of the named banners, else of all that lack words in a language."""
        keys = request.query_params.getlist("creative")
        site = self.site
        versions = sheet.newest_of(site, keys) if keys else sheet.lacking_of(site)
        headers = {"Content-Disposition": f'attachment; filename="{site.key}-words.csv"'}
        body = sheet.write(site, versions)
        return HttpResponse(body, content_type=f"{CSV}; charset=utf-8", headers=headers)

    @extend_schema(
        request={CSV: OpenApiTypes.STR, "multipart/form-data": {"type": "object"}},
        responses=SheetReport,
    )
    def take(self, request: Request, **_parts: object) -> Response:
        """A sheet comes back; refused rows cost only themselves."""
        dry = _flag(request)
        data = _sent(request)
        if dry:
            report = sheet_in.check(self.site, data)
        else:
            now = timezone.now()
            report = sheet_in.apply(self.site, data, actor=self.caller.person, now=now)
        lines = [SheetLine(line).data for line in report.lines]
        return Response({"dry_run": dry, "counts": report.counts(), "lines": lines})


def _flag(request: Request) -> bool:
    text = request.query_params.get("dry_run", "false").lower()
    if text not in {"true", "false", "1", "0"}:
        raise InvalidInput(_("Either true or false."), field="dry_run")
    return text in {"true", "1"}


def _sent(request: Request) -> bytes:
    if isinstance(request.data, bytes):
        return request.data
    found = request.FILES.get(sheet_in.FIELD)
    if found is None:
        raise InvalidInput(
            _("No sheet was sent."),
            field=sheet_in.FIELD,
            hint=_("Send it as the body (text/csv), or as the file `sheet` of a form."),
        )
    return bytes(found.read(sheet_in.MAX_BYTES + 1))
