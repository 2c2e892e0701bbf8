"""Addresses of the studio below /api/v1/ (keys) and /api/v1/sites/<site>/ (people)."""

from django.urls import URLPattern, path

from creatives.api.comments import Comments
from creatives.api.creatives import Creatives
from creatives.api.findings import Findings
from creatives.api.placements import Placements
from creatives.api.products import Products
from creatives.api.sheet import Sheet
from creatives.api.versions import Versions

ONE = "creatives/<slug:key>/"
VERSIONS = f"{ONE}versions/"
VERSION = f"{VERSIONS}<int:number>/"
COMMENTS = f"{VERSION}comments/"
MOVES = {
    "submit": "submit",
    "recall": "recall",
    "approve": "approve",
    "reject": "reject",
    "withdraw": "withdraw",
    "show-again": "show_again",
    "bring-back": "bring_back",
}

urlpatterns: list[URLPattern] = [
    path("creatives/", Creatives.as_view({"get": "list", "post": "create"})),
    path(ONE, Creatives.as_view({"get": "retrieve", "patch": "partial_update"})),
    path(f"{ONE}archive/", Creatives.as_view({"post": "archive"})),
    path(f"{ONE}restore/", Creatives.as_view({"post": "restore"})),
    path(VERSIONS, Versions.as_view({"get": "list", "post": "create"})),
    path(VERSION, Versions.as_view({"get": "retrieve"})),
    path(f"{VERSION}facts/", Versions.as_view({"get": "facts"})),
    path(f"{VERSION}findings/", Findings.as_view({"get": "retrieve"})),
    path(f"{VERSION}words/<str:locale>/", Versions.as_view({"get": "said", "put": "say"})),
    *(path(f"{VERSION}{name}/", Versions.as_view({"post": move})) for name, move in MOVES.items()),
    path(COMMENTS, Comments.as_view({"get": "list", "post": "create"})),
    path(f"{COMMENTS}<int:comment>/resolve/", Comments.as_view({"post": "resolve"})),
    path(f"{COMMENTS}<int:comment>/reopen/", Comments.as_view({"post": "reopen"})),
    path("placements/", Placements.as_view({"get": "list", "post": "create"})),
    path(
        "placements/<slug:key>/",
        Placements.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("products/", Products.as_view({"get": "list", "post": "upsert"})),
    path("products/<str:sku>/", Products.as_view({"get": "retrieve", "put": "put"})),
    path("translation-sheet/", Sheet.as_view({"get": "out", "post": "take"})),
]
