"""Addresses of the data plane outside /api/: what a page embeds and where a banner leads."""

from django.urls import path

from experiments.api import data_plane

urlpatterns = [
    path("c/<str:token>", data_plane.Click.as_view(), name="click"),
    path("i/<str:token>.gif", data_plane.Pixel.as_view(), name="pixel"),
    path("i/<str:token>.<str:ending>", data_plane.Picture.as_view(), name="picture"),
    path("tag/<str:name>", data_plane.Tag.as_view(), name="tag"),
]
