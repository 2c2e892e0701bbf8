"""Addresses of the data plane below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from experiments.api import data_plane_doors as doors

urlpatterns: list[URLPattern | URLResolver] = [
    path("assign", doors.Assign.as_view(), name="api-assign"),
    path("decide", doors.Decide.as_view(), name="api-decide"),
    path("events", doors.Events.as_view(), name="api-events"),
]
