"""What django-allauth asks about accounts and second factors, answered for this product."""

import io

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up, and wrong names sound like wrong passwords."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many attempts to log in. Try again in five minutes, with the right password then."
        ),
        "username_password_mismatch": _("User name and password do not fit together."),
        "email_password_mismatch": _("User name and password do not fit together."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """The picture of the secret, drawn by the library that draws all codes here."""

    def build_totp_svg(self, url: str) -> str:
        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=4, light="#fff")
        return out.getvalue().decode()
