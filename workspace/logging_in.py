"""How people get in: accounts are made by administrators, never by whoever comes along."""

from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

WAIT: Final = _("Too many failed log-ins. Try again in five minutes.")
"""As long as the limits of the settings say; the same words for names that do not exist."""
WRONG: Final = _("The name or the password is not right.")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in with a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": WAIT,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "invalid_login": WRONG,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature
        return False


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Log-in by OpenID Connect: only for e-mail addresses that have an account here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002 - the signature
        return False
