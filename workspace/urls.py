"""Addresses of the workspace, below /s/<site>/."""

from django.urls import URLPattern, path

from workspace.views import audit, jobs, search, settings, webhooks

app_name = "workspace"

urlpatterns: list[URLPattern] = [
    path("settings/", settings.general, name="settings"),
    path("settings/keys/", settings.api_keys, name="keys"),
    path("settings/keys/<int:pk>/revoke/", settings.revoke_key, name="revoke-key"),
    path("settings/keys/<int:pk>/rotate/", settings.rotate_key, name="rotate-key"),
    path("settings/people/", settings.members, name="people"),
    path("settings/people/<int:pk>/", settings.change_member, name="change-member"),
    path("settings/people/<int:pk>/link/", settings.log_in_link, name="log-in-link"),
    path("settings/webhooks/", webhooks.index, name="webhooks"),
    path("settings/webhooks/<int:pk>/", webhooks.one, name="webhook"),
    path("settings/webhooks/<int:pk>/act/", webhooks.act, name="webhook-act"),
    path("settings/webhooks/<int:pk>/test/", webhooks.test, name="webhook-test"),
    path("settings/webhooks/<int:pk>/<int:delivery>/again/", webhooks.again, name="webhook-again"),
    path("settings/snippet/", settings.snippet, name="snippet"),
    path("search/", search.search, name="search"),
    path("audit/", audit.log, name="audit"),
    path("audit/export.<slug:form>", audit.export, name="audit-export"),
    path("audit/undo/", audit.undo, name="undo"),
    path("settings/jobs/", jobs.index, name="jobs"),
    path("jobs/<int:pk>/", jobs.detail, name="job"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="retry-job"),
]
