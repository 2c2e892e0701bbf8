"""What the OpenAPI document says about refusals of the data plane."""

from drf_spectacular.utils import OpenApiResponse

from workspace.api import document

PROBLEM = {name: rule for name, rule in document.PROBLEM.items() if name != "example"} | {
    "description": "Every 4xx names a field and has a hint: what is wrong, what helps."
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
        (status, document.JSON): OpenApiResponse(PROBLEM, _PROBLEMS[status]) for status in statuses
    }
