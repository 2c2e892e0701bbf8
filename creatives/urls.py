"""Addresses of creatives and placements, below /s/<site>/."""

from django.urls import URLPattern, path

from creatives.views import creatives, generating, placements, several, studio

app_name = "creatives"

urlpatterns: list[URLPattern] = [
    path("creatives/", creatives.index, name="list"),
    path("creatives/new/", creatives.new, name="new"),
    path("creatives/several/", several.choose, name="several"),
    path("creatives/several/save/", several.save, name="save-several"),
    path("creatives/<slug:key>/", creatives.detail, name="creative"),
    path("creatives/<slug:key>/versions/new/", creatives.new_version, name="new-version"),
    path("creatives/<slug:key>/rename/", creatives.rename, name="rename"),
    path("creatives/<slug:key>/caps/", creatives.caps, name="caps"),
    path("creatives/<slug:key>/archive/", creatives.archive, name="archive"),
    path("studio/", studio.index, name="studio"),
    path("studio/sizes.css", studio.sizes, name="studio-sizes"),
    path("studio/pictures/", studio.choice, name="studio-pictures"),
    path("studio/products/", generating.products, name="feed"),
    path("studio/<slug:design>/generate/", generating.generate, name="generate"),
    path("studio/<slug:design>/", studio.compose, name="compose"),
    path("studio/<slug:design>/preview/", studio.preview, name="studio-preview"),
    path("placements/", placements.index, name="placements"),
    path("placements/new/", placements.new, name="new-placement"),
    path("placements/<slug:key>/", placements.detail, name="placement"),
    path("placements/<slug:key>/remove/", placements.remove, name="remove-placement"),
]
