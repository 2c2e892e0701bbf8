"""All addresses of the control plane."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

handler400 = "banner_lab.problems.bad_request"
handler403 = "banner_lab.problems.forbidden"
handler404 = "banner_lab.problems.not_found"
handler500 = "banner_lab.problems.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
