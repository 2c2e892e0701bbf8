"""Addresses about a demo site's data, below /s/<site>/demo-data/."""

from django.urls import URLPattern, path

from demo import data_views

app_name = "demo-data"

urlpatterns: list[URLPattern] = [
    path("reset/", data_views.reset, name="reset"),
    path("again/", data_views.again, name="again"),
    path("bar/", data_views.bar, name="bar"),
]
