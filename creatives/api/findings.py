"""What the checks say of a version, as they see it at this moment."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creatives import preflight
from creatives.api import finding
from workspace.api.views import SiteView


class FindingData(serializers.Serializer[Any]):
    """One sentence of one check, with its remedy; `waived` is why a reviewer let it pass."""

    rule = serializers.CharField()
    severity = serializers.ChoiceField(["blocking", "warning", "note", "passed"])
    message = serializers.CharField()
    remedy = serializers.CharField()
    placement = serializers.CharField()
    code = serializers.CharField(help_text="How a waiver names it.")
    waived = serializers.CharField(source="waived.reason", allow_null=True, default=None)


class FindingsData(serializers.Serializer[Any]):
    """All findings of a version."""

    findings = FindingData(many=True)


class Findings(SiteView):
    """The checks of a version."""

    resource = "findings"
    serializer_class = FindingsData

    @extend_schema(responses=FindingsData)
    def retrieve(self, request: Request, key: str, number: int, **_parts: object) -> Response:  # noqa: ARG002
        """What stands against showing it."""
        version = finding.version(self.site, key, number)
        found = preflight.check(version, now=timezone.now())
        return Response(FindingsData({"findings": found}).data)
