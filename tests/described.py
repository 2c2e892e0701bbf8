"""Requests made from an API document: the seed they are drawn from, and what contradicts it."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SEED = 20_261_126


def drawn(each: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Ask `each` times, with the same requests in every run; what is found is told, not shrunk."""
    chosen = settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return lambda asking: seed(SEED)(chosen(asking))


def contradictions(case: Any, answer: Any) -> list[str]:
    """What the document does not allow in an answer."""
    try:
        case.validate_response(answer, checks=CHECKS)
    except (FailureGroup, Failure) as error:
        return [str(error)]
    return []
