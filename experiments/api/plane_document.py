"""What no view can say of the data plane: where it is, its keys, its files and its health."""

from copy import deepcopy
from typing import Any, Final

from django.conf import settings

TAG: Final = "data plane"
KEY: Final = "publishableKey"
_BY_KEY: Final = ("/api/", "/ofrep/")
_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A publishable key (`pk_…`). Used from a page, as from this one, it needs the"
    " page's origin on the site's list of allowed origins.",
}


def _file(text: str, *kinds: str) -> dict[str, Any]:
    return {"description": text, "content": {kind: {} for kind in kinds}}


def _get(name: str, summary: str, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - as OpenAPI has it
    operation = {"operationId": name, "summary": summary, "tags": [TAG], "security": [{}]}
    return {"get": operation | rest}


_NAME: Final = [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]
_STATE: Final = {"application/json": {"schema": {"type": "object"}}}
_MISSING: Final = _file("There is no such file.", "application/problem+json")
_FILES: Final = {
    "/livez": _get(
        "livez",
        "The process serves.",
        responses={"200": {"description": "It does.", "content": _STATE}},
    ),
    "/readyz": _get(
        "readyz",
        "Whether to send shoppers here.",
        responses={
            "200": {"description": "With a snapshot, also while degraded.", "content": _STATE},
            "503": {"description": "No snapshot yet.", "content": _STATE},
        },
    ),
    "/tag/{name}": _get(
        "tag",
        "What a page embeds: banner-lab.js.",
        parameters=_NAME,
        responses={"200": _file("The script.", "text/javascript"), "404": _MISSING},
    ),
    "/media/{name}": _get(
        "media_file",
        "A picture, film or style sheet by its hash: it never changes.",
        parameters=_NAME,
        responses={
            "200": _file("The file.", "image/*", "video/*", "text/css"),
            "404": _MISSING,
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
