"""What the OpenAPI document says about refusals of the data plane."""

from drf_spectacular.utils import OpenApiResponse

PROBLEM = {
    "type": "object",
    "description": "Every 4xx names a field and has a hint: what is wrong, what helps.",
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
_PROBLEMS = {
    400: "The body is not JSON.",
    401: "No key, or one that is not live.",
    403: "The origin or the kind of key does not fit.",
    404: "Unknown experiment or placement.",
    413: "Too large.",
    415: "Not JSON by its content type.",
    422: "A field does not fit.",
    429: "Too many requests of a publishable key from one network; see Retry-After.",
    503: "Nothing can be made durable; see Retry-After.",
}


def problems_at(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    return {
        (status, "application/problem+json"): OpenApiResponse(PROBLEM, _PROBLEMS[status])
        for status in statuses
    }
