"""Addresses of the site below /api/v1/ (keys) and /api/v1/sites/<site>/."""

from typing import Any

from django.urls import URLPattern, path

from workspace.api.audit import Audit
from workspace.api.jobs import Jobs
from workspace.api.site import Keys, Members, TheSite
from workspace.api.webhooks import Deliveries, Webhooks

HOOK = "webhooks/<int:pk>/"
CHANGED: dict[str, Any] = {"patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern] = [
    path("settings/", TheSite.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("members/", Members.as_view({"get": "list", "post": "create"})),
    path("members/<int:pk>/", Members.as_view(CHANGED)),
    path("api-keys/", Keys.as_view({"get": "list", "post": "create"})),
    path("api-keys/<int:pk>/revoke/", Keys.as_view({"post": "revoke"})),
    path("webhooks/", Webhooks.as_view({"get": "list", "post": "create"})),
    path(HOOK, Webhooks.as_view({"get": "retrieve"} | CHANGED)),
    path(f"{HOOK}renew-secret/", Webhooks.as_view({"post": "renew"})),
    path(f"{HOOK}test/", Webhooks.as_view({"post": "test"})),
    path(f"{HOOK}deliveries/", Deliveries.as_view({"get": "list"})),
    path(f"{HOOK}deliveries/<int:delivery>/again/", Deliveries.as_view({"post": "again"})),
    path("audit/", Audit.as_view({"get": "list"})),
    path("audit/<int:pk>/", Audit.as_view({"get": "retrieve"})),
    path("jobs/", Jobs.as_view({"get": "list"})),
    path("jobs/<int:pk>/", Jobs.as_view({"get": "retrieve"})),
    path("jobs/<int:pk>/retry/", Jobs.as_view({"post": "retry"})),
]
