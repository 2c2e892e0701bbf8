"""Addresses of what stands around a plan: beginnings, imports, test visitors, the replay."""

from django.urls import URLPattern, path

from experiments.views import beginning, importing, replay, testing

urlpatterns: list[URLPattern] = [
    path("experiments/start/", beginning.start, name="begin"),
    path("templates/<int:pk>/delete/", beginning.delete_template, name="delete-template"),
    path("experiments/import/", importing.index, name="import"),
    path("experiments/import/<int:pk>/", importing.map_columns, name="import-columns"),
    path("experiments/import/<int:pk>/drop/", importing.drop, name="drop-import"),
    path("experiments/<slug:key>/template/", beginning.save_template, name="save-template"),
    path("experiments/<slug:key>/replay/", replay.index, name="replay"),
    path("experiments/<slug:key>/testing/", testing.index, name="testing"),
    path("experiments/<slug:key>/testing/add/", testing.add, name="add-tester"),
    path("experiments/<slug:key>/testing/<int:pk>/remove/", testing.remove, name="remove-tester"),
    path("experiments/<slug:key>/testing/<slug:variant>/qr.svg", testing.qr, name="testing-qr"),
]
