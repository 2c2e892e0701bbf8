"""Addresses of the data plane below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from experiments.api import data_plane

urlpatterns: list[URLPattern | URLResolver] = [
    path("assign", data_plane.Assign.as_view(), name="api-assign"),
    path("decide", data_plane.Decide.as_view(), name="api-decide"),
    path("events", data_plane.Events.as_view(), name="api-events"),
]
