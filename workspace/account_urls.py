"""Addresses of log-in and everything about one's own account."""

from allauth.account import views as account
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import TemplateView

RESET = (
    account.password_reset
    if settings.CONFIG.email_url
    else TemplateView.as_view(template_name="account/password_reset_without_mail.html")
)
# Each under our name and, where allauth links to it itself, under its own.
urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="login"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="logout"),
    path("logout/", account.logout, name="account_logout"),
    path("password/", account.password_change, name="password_change"),
    path("password/", account.password_change, name="account_change_password"),
    path("account/password/first/", account.password_set, name="account_set_password"),
    path("account/signup/", account.signup, name="account_signup"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/reset/", RESET, name="account_reset_password"),
    path("account/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/sso/", include("allauth.socialaccount.urls")),
    path("account/sso/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
