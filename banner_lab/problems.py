"""Where the control plane turns errors into HTTP: problem+json or a styled page; nowhere else."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from engine import errors
from engine.errors import LabError

STATUS = {
    "not-json": 400,
    "unauthenticated": 401,
    "not-allowed": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "conflict": 409,
    "illegal-move": 409,
    "outdated": 412,
    "too-large": 413,
    "unsupported-media-type": 415,
    "invalid-input": 422,
    "rate-limited": 429,
    "not-implemented": 501,
    "unavailable": 503,
    "not-enough-data": 409,
}
FALLBACK_STATUS = 422

TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("Please identify yourself"),
    403: gettext_lazy("You may not do this"),
    404: gettext_lazy("This does not exist"),
    405: gettext_lazy("This address does not know that method"),
    409: gettext_lazy("This is not possible now"),
    412: gettext_lazy("It has changed since you read it"),
    413: gettext_lazy("This is too large"),
    415: gettext_lazy("This kind of content is not accepted"),
    422: gettext_lazy("Something does not fit"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something went wrong on our side"),
    501: gettext_lazy("This installation cannot do that"),
    503: gettext_lazy("A part that is needed is not there"),
}


def status_of(error: LabError) -> int:
    """The HTTP status of an error, by its problem type or that of the nearest parent."""
    for cls in type(error).__mro__:
        slug = getattr(cls, "slug", None)
        if slug in STATUS:
            return STATUS[slug]
    return FALLBACK_STATUS


def body(error: LabError) -> dict[str, Any]:
    """The problem+json document (RFC 9457) of an error, in the active language."""
    status = status_of(error)
    document = {
        "type": f"{settings.PUBLIC_URL}/problems/{error.slug}",
        "title": str(TITLES[status]),
        "status": status,
        "detail": str(error),
    }
    extras = {"field": error.field, "hint": error.hint}
    return document | {name: str(value) for name, value in extras.items() if value}


def problem(error: LabError) -> HttpResponse:
    """An error as an API answer."""
    return JsonResponse(
        body(error), status=status_of(error), content_type="application/problem+json"
    )


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def page(request: HttpRequest, status: int, detail: str = "", hint: str = "") -> HttpResponse:
    """A styled error page that says what happened and where to go from here."""
    context = {"status": status, "title": TITLES[status], "detail": detail, "hint": hint}
    return render(request, "error.html", context, status=status)


class ProblemPages:
    """Renders errors that views let through, so that no view needs to know HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LabError):
            return None
        if _wants_json(request):
            return problem(error)
        return page(request, status_of(error), str(error), str(error.hint or ""))


def _from_framework(error: Exception) -> LabError | None:
    """What Django and REST framework raise themselves, in our words."""
    translated: list[tuple[type[Exception], Callable[[], LabError]]] = [
        (Http404, lambda: errors.NotFound(_("There is nothing at this address."))),
        (exceptions.NotFound, lambda: errors.NotFound(_("There is nothing at this address."))),
        (exceptions.AuthenticationFailed, lambda: errors.Unauthenticated(str(error))),
        (
            exceptions.NotAuthenticated,
            lambda: errors.Unauthenticated(
                _("No key was sent."), hint=_("Send it as: Authorization: Bearer sk_…")
            ),
        ),
        (PermissionDenied, lambda: errors.NotAllowed(_("This key or role may not do this."))),
        (
            exceptions.PermissionDenied,
            lambda: errors.NotAllowed(_("This key or role may not do this.")),
        ),
        (exceptions.MethodNotAllowed, lambda: errors.WrongMethod(str(error))),
        (exceptions.ParseError, lambda: errors.NotJson(str(error))),
        (exceptions.UnsupportedMediaType, lambda: errors.UnsupportedMedia(str(error))),
        (exceptions.ValidationError, lambda: errors.InvalidInput(str(error))),
    ]
    return next((make() for kind, make in translated if isinstance(error, kind)), None)


def drf_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | Response | None:
    """REST framework's exception handler: always problem+json."""
    known = error if isinstance(error, LabError) else _from_framework(error)
    if known is None:
        return exception_handler(error, context)
    return problem(known)


def _handler(status: int, make: Callable[[], LabError]) -> Callable[..., HttpResponse]:
    def handle(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
        if _wants_json(request):
            return problem(make())
        return page(request, status)

    return handle


bad_request = _handler(400, lambda: errors.NotJson(_("The request cannot be read.")))
forbidden = _handler(403, lambda: errors.NotAllowed(_("This key or role may not do this.")))
not_found = _handler(404, lambda: errors.NotFound(_("There is nothing at this address.")))


def too_many(request: HttpRequest) -> HttpResponse:
    """More attempts to log in, or to prove who one is, than people make."""
    return page(request, 429, _("Too many attempts."), _("Wait five minutes and try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Never shows a trace; the log has it."""
    if _wants_json(request):
        return problem(
            errors.Unavailable(_("Something went wrong on our side. It has been logged."))
        )
    return page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that lay open too long: say so, and lose as little as possible."""
    return page(
        request,
        403,
        _("This form has expired, or the page was opened without cookies."),
        _("Go back, reload the page and send it again."),
    )
