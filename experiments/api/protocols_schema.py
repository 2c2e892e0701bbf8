"""What the OpenAPI document says about other people's protocols on the data plane."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from delivery.protocols.ofrep import REASONS
from experiments.api.data_plane_schema import CONSENT
from experiments.api.problem_schema import problems_at

FAILURE = {
    "type": "object",
    "required": ["errorCode", "errorDetails"],
    "properties": {
        "key": {"type": "string"},
        "errorCode": {
            "type": "string",
            "enum": [
                *("PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "GENERAL"),
                "FLAG_NOT_FOUND",
            ],
        },
        "errorDetails": {"type": "string"},
    },
}
EVALUATION = {
    "type": "object",
    "required": ["key", "reason", "variant", "metadata"],
    "properties": {
        "key": {"type": "string", "description": "The experiment's key."},
        "value": {"type": "object", "description": "The creative; left out: use your own."},
        "reason": {"type": "string", "enum": sorted({*REASONS.values(), "STATIC"})},
        "variant": {"type": "string", "description": "The variant's key, or default."},
        "metadata": {
            "type": "object",
            "required": ["reason"],
            "properties": {
                "token": {"type": "string"},
                "reason": {"type": "string", "description": "As in `assign`."},
                "phase": {"type": "integer"},
                "propensity": {"type": "number"},
            },
        },
    },
}
_CONTEXT = {
    "type": "object",
    "required": ["context"],
    "properties": {
        "context": {
            "type": "object",
            "required": ["targetingKey"],
            "properties": {
                "targetingKey": {"type": "string", "minLength": 1, "maxLength": 256},
                "session_id": {"type": "string"},
                "locale": {"type": "string"},
                "page": {"type": "object"},
                "consent": CONSENT,
            },
            "additionalProperties": True,
        }
    },
}
_JSON = "application/json"
FLAG: dict[str, Any] = {
    "operation_id": "ofrep_flag",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [OpenApiParameter("key", str, location="path")],
    "request": {_JSON: _CONTEXT},
    "responses": {
        (200, _JSON): EVALUATION,
        (400, _JSON): OpenApiResponse(FAILURE, "What was sent does not fit."),
        (404, _JSON): OpenApiResponse(FAILURE, "There is no such experiment."),
        **problems_at(401, 403, 429),
    },
}
FLAGS: dict[str, Any] = {
    "operation_id": "ofrep_flags",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [OpenApiParameter("If-None-Match", str, location="header")],
    "request": {_JSON: _CONTEXT},
    "responses": {
        (200, _JSON): {
            "type": "object",
            "required": ["flags"],
            "properties": {
                "flags": {"type": "array", "items": EVALUATION},
                "metadata": {"type": "object"},
            },
        },
        304: OpenApiResponse(description="As before; see ETag."),
        (400, _JSON): OpenApiResponse(FAILURE, "What was sent does not fit."),
        **problems_at(401, 403, 429),
    },
}
FEATURES: dict[str, Any] = {
    "operation_id": "growthbook_features",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [
        OpenApiParameter(
            "client_key", str, location="path", description="The site's publishable key."
        ),
        OpenApiParameter("If-None-Match", str, location="header"),
    ],
    "responses": {
        (200, _JSON): {
            "type": "object",
            "required": ["status", "features", "dateUpdated"],
            "properties": {
                "status": {"type": "integer"},
                "features": {"type": "object", "additionalProperties": {"type": "object"}},
                "dateUpdated": {"type": "string", "format": "date-time"},
            },
        },
        304: OpenApiResponse(description="As before; see ETag."),
        **problems_at(401, 403, 429, 503),
    },
}
