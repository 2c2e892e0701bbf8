"""What the OpenAPI document says about the data plane. The contract itself is docs/api.md."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from delivery.remedies import REMEDIES
from experiments.api import data_plane_examples as examples
from experiments.api.problem_schema import problems_at

SOURCE = {
    "type": "object",
    "required": ["src", "type", "width", "height"],
    "properties": {
        "src": {"type": "string", "format": "uri"},
        "type": {"type": "string", "examples": ["image/avif"]},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "density": {"type": "integer"},
        "media": {"type": "string", "description": "Only for devices that fit this condition."},
    },
}
CREATIVE = {
    "type": ["object", "null"],
    "required": ["key", "version", "kind", "alt", "landing_url", "sources"],
    "properties": {
        "key": {"type": "string"},
        "version": {"type": "integer"},
        "kind": {"type": "string"},
        "alt": {"type": "string"},
        "landing_url": {"type": "string", "format": "uri"},
        "sources": {"type": "array", "items": SOURCE},
        "locale": {"type": "string", "description": "The language of its words."},
        "dir": {"type": "string", "enum": ["ltr", "rtl"], "description": "How that is written."},
        "films": {"type": "array", "items": SOURCE},
        "html": {"type": "string", "description": "Of a composed banner."},
        "stylesheet": {"type": "string", "format": "uri"},
    },
}
REASONS = [
    *("SPLIT", "TARGETING_MATCH", "FORCED", "HOLDOUT", "EXPLORATION", "NOT_TARGETED"),
    *("NOT_IN_TRAFFIC", "CAPPED", "PAUSED", "NO_EXPERIMENT", "NO_CONSENT", "DEFAULT"),
]
DECISION_FIELDS: dict[str, Any] = {
    "experiment": {"type": ["string", "null"]},
    "phase": {"type": ["integer", "null"]},
    "variant": {"type": ["string", "null"]},
    "reason": {"type": "string", "enum": REASONS},
    "propensity": {"type": ["number", "null"]},
    "policy": {"type": "string", "enum": ["rules", "thompson"], "description": "Unless fixed."},
    "segment": {"type": "string", "description": "The segment that matched."},
    "creative": CREATIVE,
    "token": {"type": ["string", "null"]},
    "links": {
        "type": "object",
        "description": "Of a placement in e-mails: addresses for this recipient alone.",
        "properties": {
            "image": {"type": "string", "format": "uri"},
            "pixel": {"type": ["string", "null"], "format": "uri"},
            "click": {"type": "string", "format": "uri"},
        },
    },
}
_ALWAYS = ["experiment", "phase", "variant", "reason", "propensity", "creative", "token"]
SNAPSHOT = {"type": ["integer", "null"], "description": "The snapshot that decided."}
DECISION = {"type": "object", "required": _ALWAYS, "properties": DECISION_FIELDS}
FORCE = {
    "type": "string",
    "enum": ["invalid", "expired", "other_site", "not_shown"],
    "description": "Why the wish of a signed link was not followed; the answer is ordinary.",
}
ASSIGNED = {
    "type": "object",
    "required": [*_ALWAYS, "snapshot"],
    "properties": DECISION_FIELDS | {"force": FORCE, "snapshot": SNAPSHOT},
}

CONSENT = {
    "type": "object",
    "properties": {
        "measurement": {"type": "boolean"},
        "personalisation": {"type": "boolean"},
    },
}
_KEY = OpenApiParameter(
    "key", str, description="A publishable key, where no Authorization header can be sent."
)

ASSIGN: dict[str, Any] = {
    "operation_id": "assign",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [
        OpenApiParameter("experiment", str, required=True, description="The experiment's key."),
        OpenApiParameter("user_id", str, required=True, description="1 to 256 characters."),
        OpenApiParameter("session_id", str, description="A learning policy draws anew for each."),
        OpenApiParameter("locale", str, description="What the visitor reads, such as zh-Hans."),
        OpenApiParameter("attributes.device", str, description="And any other attributes.<name>."),
        OpenApiParameter("page.url", str, description="Where the visitor is."),
        OpenApiParameter("page.referrer", str, description="Where the visitor came from."),
        OpenApiParameter("consent.measurement", bool, description="False: NO_CONSENT, no token."),
        OpenApiParameter("consent.personalisation", bool, description="False: no profile is read."),
        OpenApiParameter("force", str, description="A signed link's text: see `force` of decide."),
        _KEY,
    ],
    "examples": [OpenApiExample("a variant", examples.ASSIGNED, response_only=True)],
    "responses": {(200, "application/json"): ASSIGNED, **problems_at(401, 403, 404, 422, 429)},
}
DECIDE: dict[str, Any] = {
    "operation_id": "decide",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [_KEY],
    "examples": [
        OpenApiExample("a page", examples.ASKED, request_only=True),
        OpenApiExample("its banners", examples.DECIDED, response_only=True),
    ],
    "request": {
        "application/json": {
            "type": "object",
            "required": ["placements"],
            "properties": {
                "user_id": {"type": "string", "minLength": 1, "maxLength": 256},
                "session_id": {"type": "string", "minLength": 1, "maxLength": 256},
                "placements": {"type": "array", "items": {"type": "string"}, "maxItems": 100},
                "locale": {"type": "string"},
                "attributes": {"type": "object"},
                "page": {
                    "type": "object",
                    "properties": {"url": {"type": "string"}, "referrer": {"type": "string"}},
                },
                "consent": CONSENT,
                "seen": {
                    "type": "object",
                    "description": "Per creative key: how often shown in this visit, and today.",
                    "additionalProperties": {"type": "array", "items": {"type": "integer"}},
                },
                "force": {
                    "type": "string",
                    "description": "What a signed link for testing carries: the variant is shown"
                    " with FORCED, and nothing that follows is counted.",
                },
                "key": {"type": "string"},
            },
        }
    },
    "responses": {
        (200, "application/json"): {
            "type": "object",
            "required": ["decisions", "snapshot"],
            "properties": {
                "decisions": {"type": "object", "additionalProperties": DECISION},
                "unknown": {"type": "array", "items": {"type": "string"}},
                "force": FORCE,
                "snapshot": SNAPSHOT,
            },
        },
        **problems_at(400, 401, 403, 404, 413, 415, 422, 429),
    },
}
EVENT = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {
            "type": "string",
            "description": "impression, viewable, click, hide (with a token); add_to_cart,"
            " purchase, refund, page_view, product_view, search, consent, custom:<slug> (with"
            " user_id and id, or with the token of the banner it happened in; a refund with"
            " order_id and amount too);"
            " alias (with user_id and previous_id). An impression of a test that the shop decides"
            " by itself has no token: experiment, variant, user_id and id, with a secret key.",
        },
        "experiment": {"type": "string", "description": "Without a token: where it was shown."},
        "variant": {"type": "string", "description": "Without a token: what was decided."},
        "attributes": {"type": "object", "description": "Without a token: what rules asked."},
        "locale": {"type": "string"},
        "page": {"type": "object"},
        "token": {"type": "string"},
        "id": {"type": "string", "minLength": 1, "maxLength": 256},
        "user_id": {"type": "string", "minLength": 1, "maxLength": 256},
        "previous_id": {"type": "string", "minLength": 1, "maxLength": 256},
        "occurred_at": {"type": "string", "format": "date-time"},
        "order_id": {"type": "string"},
        "amount": {"type": "integer", "minimum": 0, "description": "In minor units."},
        "currency": {"type": "string", "examples": ["CNY"]},
        "properties": {"type": "object"},
        "consent": CONSENT,
    },
}
BATCH = {
    "type": "object",
    "required": ["events"],
    "description": "Bodies of GA4's Measurement Protocol and of Segment are read too; docs/api.md"
    " has the table of their names.",
    "properties": {
        "events": {"type": "array", "items": EVENT, "maxItems": 500},
        "sent_at": {"type": "string", "format": "date-time"},
        "key": {"type": "string"},
        "consent": CONSENT,
    },
}
_OUTCOMES = ("received", "stored", "duplicate", "conflict", "filtered")
RECEIPT = {
    "type": "object",
    "required": [*_OUTCOMES, "rejected"],
    "properties": {name: {"type": "integer"} for name in _OUTCOMES}
    | {
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason", "detail", "field", "hint"],
                "properties": {
                    "index": {"type": "integer"},
                    "reason": {"type": "string", "enum": sorted(REMEDIES)},
                    "detail": {"type": "string"},
                    "field": {"type": "string"},
                    "hint": {"type": "string"},
                },
            },
        }
    },
}
EVENTS: dict[str, Any] = {
    "operation_id": "events",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [_KEY],
    "examples": [
        OpenApiExample("shown", examples.IMPRESSION, request_only=True),
        OpenApiExample("bought", examples.PURCHASE, request_only=True),
        OpenApiExample("what became of them", examples.RECEIPT, response_only=True),
    ],
    "request": {
        "application/json": {"oneOf": [EVENT, BATCH]},
        "text/plain": {"type": "string"},
    },
    "responses": {
        (202, "application/json"): RECEIPT,
        **problems_at(400, 401, 403, 413, 415, 422, 429, 503),
    },
}
_TOKEN = OpenApiParameter("token", str, location="path")
_LANGUAGE = OpenApiParameter(
    "l", str, description="The language of the page; without it Accept-Language."
)
CLICK: dict[str, Any] = {
    "operation_id": "click",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [_TOKEN, _LANGUAGE],
    "responses": {302: OpenApiResponse(description="The landing page."), **problems_at(404)},
}
PICTURE: dict[str, Any] = {
    "operation_id": "picture",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [
        _TOKEN,
        OpenApiParameter("ending", str, location="path", enum=["jpg", "png", "webp", "avif"]),
    ],
    "responses": {
        302: OpenApiResponse(description="The picture."),
        (200, "image/gif"): OpenApiResponse(
            OpenApiTypes.BINARY, "A transparent pixel, where nothing is left to be shown."
        ),
        **problems_at(404),
    },
}
PIXEL: dict[str, Any] = {
    "operation_id": "pixel",
    "tags": ["data plane"],
    "auth": [],
    "parameters": [_TOKEN],
    "responses": {(200, "image/gif"): OpenApiTypes.BINARY, **problems_at(404)},
}
