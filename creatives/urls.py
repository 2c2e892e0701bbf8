"""Addresses of creatives and placements, below /s/<site>/."""

from django.urls import URLPattern, path

from creatives.views import creatives, panels, placements, preview, several, wall

app_name = "creatives"

urlpatterns: list[URLPattern] = [
    path("creatives/", wall.index, name="list"),
    path("creatives/many/", wall.many, name="many"),
    path("creatives/views/keep/", wall.keep_view, name="keep-view"),
    path("creatives/views/<int:pk>/remove/", wall.remove_view, name="remove-view"),
    path("creatives/new/", creatives.new, name="new"),
    path("creatives/several/", several.choose, name="several"),
    path("creatives/several/<int:pk>/", several.taken_in, name="taken-in"),
    path("creatives/<slug:key>/", creatives.detail, name="creative"),
    path("creatives/<slug:key>/versions/new/", creatives.new_version, name="new-version"),
    path("creatives/<slug:key>/rename/", creatives.rename, name="rename"),
    path("creatives/<slug:key>/caps/", creatives.caps, name="caps"),
    path("creatives/<slug:key>/details/", panels.keep_details, name="details"),
    path("creatives/<slug:key>/compare/", panels.compare, name="compare"),
    path("creatives/<slug:key>/bring-back/", panels.bring_back, name="bring-back"),
    path("creatives/<slug:key>/focus/", panels.focal_point, name="focus"),
    path("creatives/<slug:key>/cuts/", panels.make_cuts, name="cuts"),
    path("creatives/<slug:key>/preview/", preview.preview, name="preview"),
    path("creatives/<slug:key>/preview/page/", preview.page, name="preview-page"),
    path("creatives/<slug:key>/preview/sheet/", preview.sheet, name="preview-sheet"),
    path("creatives/<slug:key>/preview/qr.svg", preview.qr, name="preview-qr"),
    path("creatives/<slug:key>/archive/", creatives.archive, name="archive"),
    path("placements/", placements.index, name="placements"),
    path("placements/new/", placements.new, name="new-placement"),
    path("placements/usual/", placements.usual_ones, name="usual-placements"),
    path("placements/<slug:key>/", placements.detail, name="placement"),
    path("placements/<slug:key>/remove/", placements.remove, name="remove-placement"),
]
