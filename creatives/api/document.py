"""What the OpenAPI document says of every address of the studio."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "hint": {"type": "string"},
    },
}
JSON = "application/problem+json"
REFUSALS = {
    "401": "No key, and nobody is logged in.",
    "403": "The key or the role may not do this.",
    "404": "It does not exist, or belongs to another site.",
    "409": "Not possible from the present state.",
    "412": "It has changed since `If-Match` was read.",
    "422": "A field does not fit; `field` names it.",
}
READING = ("401", "403", "404")


class Described(AutoSchema):
    """Every answer that may be refused says so; addresses with a site are those of people."""

    def get_tags(self) -> list[str]:
        """One group for keys, one for people who are logged in."""
        return ["studio, logged in"] if "{site}" in self.path else ["studio"]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:  # noqa: ANN401
        found: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if found is not None:
            statuses = READING if self.method == "GET" else tuple(REFUSALS)
            found["responses"] |= {s: _refusal(s) for s in statuses}
        return found

    def get_override_parameters(self) -> list[Any]:
        return []


def _refusal(status: str) -> dict[str, Any]:
    return {"description": REFUSALS[status], "content": {JSON: {"schema": PROBLEM}}}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "workspace.access.KeyAuthentication"
    name = "secretKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "A secret key, sk_…"}


class LoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of somebody who is logged in."""

    target_class = "creatives.api.callers.ByLogin"
    name = "login"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def file(mime_type: str, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """An answer that is a file."""
    return {(200, mime_type): OpenApiResponse({"type": "string"}, description)}
