"""Addresses of the data plane outside /api/v1/: what a page embeds, where a banner leads, and
other people's protocols."""

from django.urls import path

from experiments.api import data_plane_doors as doors

urlpatterns = [
    path("c/<str:token>", doors.Click.as_view(), name="click"),
    path("i/<str:token>.gif", doors.Pixel.as_view(), name="pixel"),
    path("ofrep/v1/evaluate/flags", doors.Flags.as_view(), name="ofrep-flags"),
    path("ofrep/v1/evaluate/flags/<path:key>", doors.Flag.as_view(), name="ofrep-flag"),
    path("api/features/<path:client_key>", doors.Features.as_view(), name="features"),
    path("i/<str:token>.<str:ending>", doors.Picture.as_view(), name="picture"),
    path("tag/<str:name>", doors.Tag.as_view(), name="tag"),
]
