"""Addresses of one's own account. Accounts are made by administrators: there is no sign-up."""

from allauth.account import views
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.login, name="login"),
    path("login/", views.login, name="account_login"),
    path("account/inactive/", views.account_inactive, name="account_inactive"),
    path("account/again/", views.reauthenticate, name="account_reauthenticate"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    # The back office has no log-in of its own: it would know neither limits nor second factor.
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="login", query_string=True),
        name="admin-login",
    ),
]
