"""All addresses of the control plane."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from banner_lab import api, metrics
from creatives.views import preview
from creatives.views.files import media_file
from experiments.views import share
from experiments.views.try_it import TryIt
from workspace.views import home, session, sites

handler400 = "banner_lab.problems.bad_request"
handler403 = "banner_lab.problems.forbidden"
handler404 = "banner_lab.problems.not_found"
handler500 = "banner_lab.problems.server_error"

# The back office has no log-in of its own, so that there is one door with one lock.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("workspace.account_urls")),
    path("session/", session.alive, name="session"),
    path("kept/", session.kept, name="kept"),
    path("sites/new/", sites.new, name="new-site"),
    path("s/<slug:site>/", include("experiments.urls")),
    path("s/<slug:site>/", include("creatives.urls")),
    path("s/<slug:site>/", include("audiences.urls")),
    path("s/<slug:site>/", include("workspace.urls")),
    path("api/v1/", include("experiments.api.urls")),
    *api.urlpatterns,
    path("", include("experiments.api.storefront_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", TryIt.as_view(url_name="api-schema"), name="api-docs"),
    path("media/<str:name>", media_file, name="media"),
    path("r/<str:secret>", share.shared, name="shared"),
    path("p/<str:token>/", preview.shared, name="preview"),
    path("p/<str:token>/page/", preview.shared_page, name="preview-page"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", RedirectView.as_view(url="/static/img/mark.svg")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/", include("demo.urls")),
        path("s/<slug:site>/demo-data/", include("demo.data_urls")),
    ]
