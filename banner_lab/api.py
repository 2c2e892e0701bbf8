"""The management API of all rooms, twice: for people of a site, and shorter for its keys."""

from django.urls import URLPattern, URLResolver, include, path

ROOMS = (
    "experiments.api.management_urls",
    "creatives.api.urls",
    "audiences.api.urls",
    "workspace.api.urls",
)
ROOTS = ("api/v1/sites/<slug:site>/", "api/v1/")

urlpatterns: list[URLPattern | URLResolver] = [
    path(root, include(room)) for root in ROOTS for room in ROOMS
]
