"""Addresses of what stands around a plan: beginnings, imports, test visitors, the replay."""

from django.urls import URLPattern, path

from experiments.views import beginning

urlpatterns: list[URLPattern] = [
    path("experiments/start/", beginning.start, name="begin"),
    path("templates/<int:pk>/delete/", beginning.delete_template, name="delete-template"),
    path("experiments/<slug:key>/template/", beginning.save_template, name="save-template"),
]
