"""Addresses of creatives and placements, below /s/<site>/."""

from django.urls import URLPattern, path

from creatives.views import (
    creatives,
    generating,
    panels,
    placements,
    preview,
    review,
    several,
    sheet,
    studio,
    waiving,
    wall,
    words,
)

app_name = "creatives"

urlpatterns: list[URLPattern] = [
    path("creatives/", wall.index, name="list"),
    path("creatives/many/", wall.many, name="many"),
    path("creatives/views/keep/", wall.keep_view, name="keep-view"),
    path("creatives/views/<int:pk>/remove/", wall.remove_view, name="remove-view"),
    path("creatives/new/", creatives.new, name="new"),
    path("creatives/several/", several.choose, name="several"),
    path("creatives/several/<int:pk>/", several.taken_in, name="taken-in"),
    path("creatives/sheet/", sheet.index, name="sheet"),
    path("creatives/sheet/out/", sheet.out, name="sheet-out"),
    path("creatives/sheet/in/", sheet.take, name="sheet-in"),
    path("creatives/<slug:key>/", creatives.detail, name="creative"),
    path("creatives/<slug:key>/versions/new/", creatives.new_version, name="new-version"),
    path("creatives/<slug:key>/words/", words.edit, name="words"),
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
    path("creatives/<slug:key>/versions/<int:number>/waive/", waiving.waive, name="waive"),
    path(
        "creatives/<slug:key>/versions/<int:number>/<slug:name>/", review.move, name="version-move"
    ),
    path("creatives/<slug:key>/end/", review.expiry, name="expiry"),
    path("review/", review.queue, name="review"),
    path("review/<slug:key>/<int:number>/", review.one, name="review-version"),
    path("review/<slug:key>/<int:number>/decide/", review.decide, name="review-decide"),
    path("review/<slug:key>/<int:number>/comments/", review.comment, name="review-comment"),
    path(
        "review/<slug:key>/<int:number>/comments/<int:pk>/", review.resolve, name="review-resolve"
    ),
    path("studio/", studio.index, name="studio"),
    path("studio/sizes.css", studio.sizes, name="studio-sizes"),
    path("studio/pictures/", studio.choice, name="studio-pictures"),
    path("studio/products/", generating.products, name="feed"),
    path("studio/<slug:design>/generate/", generating.generate, name="generate"),
    path("studio/<slug:design>/", studio.compose, name="compose"),
    path("studio/<slug:design>/preview/", studio.preview, name="studio-preview"),
    path("placements/", placements.index, name="placements"),
    path("placements/new/", placements.new, name="new-placement"),
    path("placements/usual/", placements.usual_ones, name="usual-placements"),
    path("placements/<slug:key>/", placements.detail, name="placement"),
    path("placements/<slug:key>/remove/", placements.remove, name="remove-placement"),
]
