"""Addresses of audiences, below /s/<site>/."""

from django.urls import URLPattern, path

from audiences.views import editing, segments

app_name = "audiences"

urlpatterns: list[URLPattern] = [
    path("audiences/", segments.index, name="list"),
    path("audiences/new/", editing.new, name="new"),
    path("audiences/<slug:key>/", segments.detail, name="segment"),
    path("audiences/<slug:key>/edit/", editing.edit, name="edit"),
    path("audiences/<slug:key>/delete/", segments.delete, name="delete"),
]
