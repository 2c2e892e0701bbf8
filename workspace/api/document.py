"""What the OpenAPI document says of every address of the management API."""

from collections.abc import Iterable
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

PROBLEM: Final = {
    "type": "object",
    "description": "What was refused, why, where, and how to mend it (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "hint": {"type": "string"},
    },
    "example": {
        "type": "https://lab.example/problems/invalid-input",
        "title": "Something does not fit",
        "status": 422,
        "detail": "“pausd” is not known here.",
        "field": "status",
        "hint": "One of: draft, running, paused.",
    },
}
JSON: Final = "application/problem+json"
REFUSALS: Final = {
    "400": "The body is not JSON.",
    "401": "No key, and nobody is logged in.",
    "403": "The key or the role may not do this.",
    "404": "It does not exist, or belongs to another site.",
    "405": "The address does not know the method; `Allow` lists those it knows.",
    "406": "No content type that is offered was asked for.",
    "409": "Not possible from the present state, or the same request is being worked on.",
    "412": "It has changed since `If-Match` was read.",
    "413": "The body is too large.",
    "415": "A content type that is not read here.",
    "422": "A field does not fit; `field` names it.",
    "429": "Too many calls in a minute; `Retry-After` says how many seconds to wait.",
}
READING: Final = ("401", "403", "404", "405", "406", "422", "429")
TWICE: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Chosen by you, new for every change: a repetition within 24 hours gets the answer "
    "of the first request and changes nothing.",
)
MATCH: Final = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the state that you read: 412 if somebody has changed it since.",
)
SHORT: Final = "/api/v1/"
WHOLE: Final = "/api/v1/sites/{site}/"
CHANGING: Final = ("PATCH", "PUT", "DELETE")


class Described(AutoSchema):
    """Every answer that may be refused says so; every list says how it is sorted and paged."""

    view: Any  # a SiteView

    def get_tags(self) -> list[str]:
        return [self.view.resource.replace("_", " ")]

    def get_operation_id(self) -> str:
        """`experiments_list`, `experiments_pause`: the method of a generated client."""
        return str(self.view.operation)

    def get_description(self) -> str:  # type: ignore[override]
        """What the action says of itself."""
        return getattr(self.view, "described", "") or str(super().get_description())

    def get_request_serializer(self) -> Any:  # noqa: ANN401 - whatever the view reads
        """The body of a move is that of its form."""
        body = getattr(self.view, "body", None)
        return body() if body else super().get_request_serializer()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:  # noqa: ANN401
        found: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if found is not None:
            statuses = READING if self.method == "GET" else tuple(REFUSALS)
            self.registry.register_on_missing(_problem())
            found["responses"] |= {s: _refusal(s) for s in statuses}
        return found

    def get_override_parameters(self) -> list[Any]:
        asked = list(self.view.asks.get(self.view.action, ()))
        if self.view.action == "list" and self.view.orders:
            asked.append(OpenApiParameter("ordering", enum=list(self.view.orders)))
        if self.method == "GET":
            return asked
        matched = self.method in CHANGING or getattr(self.view, "tagged", False)
        return [*asked, TWICE, *([MATCH] if matched else [])]


def canonical(endpoints: Iterable[tuple[str, str, str, Any]], **_options: object) -> list[Any]:
    """Every address once: those that a key may call without its site are the same, but shorter."""
    return [one for one in endpoints if not _is_short(one[0], one[3])]


def _is_short(path: str, callback: Any) -> bool:  # noqa: ANN401 - a view function
    of_a_site = isinstance(getattr(callback.cls, "schema", None), Described)
    return of_a_site and path.startswith(SHORT) and not path.startswith(WHOLE)


def _problem() -> ResolvedComponent:
    kind = ResolvedComponent.SCHEMA
    return ResolvedComponent("Problem", kind, schema=PROBLEM, object="Problem")  # type: ignore[no-untyped-call]


def _refusal(status: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": REFUSALS[status], "content": {JSON: {"schema": schema}}}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "workspace.access.KeyAuthentication"
    name = "secretKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "description": "A secret key, sk_…"}


class LoginScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of somebody who is logged in."""

    target_class = "workspace.api.callers.ByLogin"
    name = "login"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def file(mime_type: str, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    """An answer that is a file."""
    return {(200, mime_type): OpenApiResponse({"type": "string"}, description)}
