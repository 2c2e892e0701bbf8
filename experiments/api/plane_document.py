"""What no view can say of the data plane: where it is, its keys, its files and its health."""

from copy import deepcopy
from typing import Any, Final

from django.conf import settings

from delivery.condition import ALARMS
from experiments.api.problem_schema import PROBLEM

TAG: Final = "data plane"
KEY: Final = "publishableKey"
_BY_KEY: Final = ("/api/", "/ofrep/")
_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A publishable key (`pk_…`). Used from a page, as from this one, it needs the"
    " page's origin on the site's list of allowed origins.",
}


_PROBLEM: Final = {"application/problem+json": {"schema": PROBLEM}}


def _file(text: str, *kinds: str) -> dict[str, Any]:
    return {"description": text, "content": {kind: {} for kind in kinds}}


def _refused(text: str) -> dict[str, Any]:
    return {"description": text, "content": _PROBLEM}


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": {"type": "string"}}


def _get(name: str, summary: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - as OpenAPI has it
    operation = {"operationId": name, "summary": summary, "tags": [TAG], "security": [{}]}
    return {"get": operation | rest}


_NAME: Final = [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]
_LIVE: Final = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string", "enum": ["live"]}},
}
_READY: Final = {
    "type": "object",
    "required": [
        *("status", "alarms", "snapshot", "snapshot_age", "database", "spool_bytes"),
        *("spool_seconds", "profiles", "assigned_dropped"),
    ],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "degraded", "no snapshot"]},
        "alarms": {"type": "array", "items": {"type": "string", "enum": sorted(ALARMS)}},
        "snapshot": {"type": ["integer", "null"], "description": "The version in force."},
        "snapshot_age": {
            "type": ["integer", "null"],
            "description": "Seconds since it was last known to be the newest.",
        },
        "database": {"type": "boolean"},
        "spool_bytes": {"type": "integer"},
        "spool_seconds": {"type": "integer"},
        "profiles": {"type": "boolean"},
        "assigned_dropped": {"type": "integer"},
    },
}


def _state(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


_MISSING: Final = _refused("There is no such file.")
_AS_BEFORE: Final = {"description": "As before; see ETag."}
_KINDS: Final = ("image/*", "video/*", "text/css")
_FILES: Final = {
    "/livez": _get(
        "livez",
        "The process serves.",
        responses={"200": _state("It does.", _LIVE)},
    ),
    "/readyz": _get(
        "readyz",
        "Whether to send shoppers here.",
        responses={
            "200": _state("With a snapshot, also while degraded.", _READY),
            "503": _state("No snapshot yet.", _READY),
        },
    ),
    "/metrics": _get(
        "metrics",
        "What the process has counted, for Prometheus: to METRICS_TOKEN as a bearer, and without"
        " that setting to its own machine only.",
        responses={
            "200": _file("The metrics.", "text/plain"),
            "401": _refused("Not the token."),
            "404": _refused("Asked from elsewhere."),
        },
    ),
    "/tag/{name}": _get(
        "tag",
        "What a page embeds: banner-lab.js.",
        parameters=[*_NAME, _header("If-None-Match")],
        responses={
            "200": _file("The script.", "text/javascript"),
            "304": _AS_BEFORE,
            "404": _MISSING,
        },
    ),
    "/media/{name}": _get(
        "media_file",
        "A picture, film or style sheet by its hash: it never changes.",
        parameters=[*_NAME, _header("If-None-Match"), _header("Range"), _header("If-Range")],
        responses={
            "200": _file("The file.", *_KINDS),
            "206": _file("The part that was asked for.", *_KINDS),
            "304": _AS_BEFORE,
            "404": _MISSING,
            "416": _refused("The file has no such part."),
        },
    ),
}


def addresses(
    result: dict[str, Any],
    generator: object,  # noqa: ARG001 - hooks are called with all four
    request: object,  # noqa: ARG001
    public: bool,  # noqa: ARG001
) -> dict[str, Any]:
    """Complete the document; called by drf-spectacular at its end."""
    paths = result["paths"]
    paths.update(deepcopy(_FILES))
    result["components"].setdefault("securitySchemes", {})[KEY] = _SCHEME
    for path, methods in paths.items():
        for operation in methods.values():
            if TAG not in operation.get("tags", ()):
                continue
            there = {"url": settings.DELIVERY_URL, "description": "The data plane."}
            operation["servers"] = [there]
            if path.startswith(_BY_KEY):
                operation["security"] = [{KEY: []}, {"secretKey": []}, {}]
    return result
