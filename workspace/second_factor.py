"""Who needs a second factor and has none gets no further than the page that sets one up."""

from collections.abc import Callable
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from workspace.models import Membership, Role

OPEN: Final = ("/account/", "/logout/", "/i18n/", "/static/", "/password/")
"""What may be reached without it: setting it up, and leaving."""
PROBLEM: Final = "application/problem+json"


def is_needed(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the installation asks this person for a second factor (`REQUIRE_MFA`)."""
    if settings.REQUIRE_MFA == "nobody" or not person.is_authenticated:
        return False
    if settings.REQUIRE_MFA == "everybody" or getattr(person, "is_staff", False):
        return True
    rows = Membership.objects.filter(user_id=person.pk, role=Role.ADMINISTRATOR)
    return rows.exists()


def lacks(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody needs one and has not set it up."""
    return is_needed(person) and not is_mfa_enabled(person)


class SecondFactor:
    """The middleware: everything else is closed until it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN) or not lacks(request.user):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return _refusal()
        return redirect(reverse("mfa_activate_totp"))


def _refusal() -> HttpResponse:
    said = {
        "type": "/problems/second-factor",
        "title": _("A second factor is needed"),
        "status": 403,
        "detail": _("This installation asks you for a second factor, and you have set up none."),
        "hint": _("Log in with a browser and set it up under your name."),
    }
    return JsonResponse(said, status=403, content_type=PROBLEM)
