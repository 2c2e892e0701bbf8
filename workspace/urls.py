"""Addresses of the workspace, below /s/<site>/."""

from django.urls import URLPattern, path

from workspace.views import home

app_name = "workspace"

urlpatterns: list[URLPattern] = [
    path("", home.site_home, name="home"),
]
