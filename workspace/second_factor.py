"""Where the installation asks for a second factor, nothing opens without one but its set-up."""

from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from workspace.models import Membership, Role

OPEN = ("/account/", "/login/", "/logout/", "/i18n/", "/static/", "/favicon.ico")


def needs_one(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody has to set up a second factor before anything else."""
    wanted = settings.REQUIRE_MFA
    if wanted == "nobody" or not user.is_authenticated:
        return False
    if wanted == "administrators" and not _administers(user):
        return False
    return not get_adapter().is_mfa_enabled(user)


def _administers(user: AbstractBaseUser | AnonymousUser) -> bool:
    if getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        return True
    return Membership.objects.filter(user_id=user.pk or 0, role=Role.ADMINISTRATOR).exists()


class SecondFactor:
    """Sends whoever lacks a factor to its set-up; calls with a key are no person's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN) or not needs_one(request.user):
            return self.get_response(request)
        return redirect("mfa_activate_totp")
