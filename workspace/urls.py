"""Addresses of the workspace, below /s/<site>/."""

from django.urls import URLPattern, path

from workspace.views import audit, jobs, settings

app_name = "workspace"

urlpatterns: list[URLPattern] = [
    path("settings/", settings.general, name="settings"),
    path("settings/keys/", settings.api_keys, name="keys"),
    path("settings/keys/<int:pk>/revoke/", settings.revoke_key, name="revoke-key"),
    path("settings/people/", settings.members, name="people"),
    path("settings/people/<int:pk>/", settings.change_member, name="change-member"),
    path("settings/snippet/", settings.snippet, name="snippet"),
    path("audit/", audit.log, name="audit"),
    path("settings/jobs/", jobs.index, name="jobs"),
    path("jobs/<int:pk>/", jobs.detail, name="job"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="retry-job"),
]
