"""Addresses of the data plane outside /api/v1/: what a page embeds, where a banner leads, and
other people's protocols."""

from django.urls import path

from experiments.api import data_plane

urlpatterns = [
    path("c/<str:token>", data_plane.Click.as_view(), name="click"),
    path("i/<str:token>.gif", data_plane.Pixel.as_view(), name="pixel"),
    path("ofrep/v1/evaluate/flags", data_plane.Flags.as_view(), name="ofrep-flags"),
    path("ofrep/v1/evaluate/flags/<path:key>", data_plane.Flag.as_view(), name="ofrep-flag"),
    path("api/features/<path:client_key>", data_plane.Features.as_view(), name="features"),
    path("i/<str:token>.<str:ending>", data_plane.Picture.as_view(), name="picture"),
    path("tag/<str:name>", data_plane.Tag.as_view(), name="tag"),
]
