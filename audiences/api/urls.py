"""Addresses of segments below /api/v1/ (keys) and /api/v1/sites/<site>/."""

from django.urls import URLPattern, path

from audiences.api.segments import Segments

ONE = "segments/<slug:key>/"

urlpatterns: list[URLPattern] = [
    path("segments/", Segments.as_view({"get": "list", "post": "create"})),
    path(
        ONE,
        Segments.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path(f"{ONE}size/", Segments.as_view({"get": "size"})),
]
