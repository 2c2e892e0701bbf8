"""Addresses of experiments, below /s/<site>/."""

from django.urls import URLPattern, path, register_converter

from experiments.moves import ACTIONS
from experiments.plan_urls import urlpatterns as around_plans
from experiments.reports import views as reports
from experiments.views import (
    acting,
    arriving,
    creative_use,
    data_health,
    detail,
    editing,
    home,
    keeping,
    library,
    listing,
    rehearsal,
    share,
    taking,
    timing,
    why,
    wizard,
)

app_name = "experiments"


class ActionName:
    """The name of an action in an address."""

    regex = "|".join(ACTIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ActionName, "action")

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("arriving/", arriving.arriving, name="arriving"),
    path("why/", why.why, name="why"),
    path("first-hour/put-away/", home.put_away, name="put-away"),
    path("library/", library.index, name="library"),
    path("health/", data_health.index, name="data-health"),
    path("health/replay/", data_health.replay, name="replay-rejected"),
    path("creatives/<slug:key>/use/", creative_use.creative_use, name="creative-use"),
    path("rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    *around_plans,
    path("experiments/", listing.index, name="list"),
    path("experiments/new/", editing.new, name="new"),
    path("experiments/new/plan/", wizard.begin, name="plan-new"),
    path("experiments/<slug:key>/plan/<slug:slug>/", wizard.step, name="plan"),
    path("experiments/<slug:key>/", detail.results, name="detail"),
    path("experiments/<slug:key>/design/", detail.design, name="design"),
    path("experiments/<slug:key>/timing/", timing.timing, name="timing"),
    path("experiments/<slug:key>/edit/", editing.edit, name="edit"),
    path("experiments/<slug:key>/visitors/", why.visitors, name="visitors"),
    path("experiments/<slug:key>/history/", detail.history, name="history"),
    path("experiments/<slug:key>/learnings/", library.edit_learnings, name="learnings"),
    path("experiments/<slug:key>/refresh/", reports.refresh_now, name="refresh"),
    path("experiments/<slug:key>/versions/", keeping.keep, name="keep"),
    path("experiments/<slug:key>/links/", share.links, name="links"),
    path("experiments/<slug:key>/links/<int:pk>/revoke/", share.revoke, name="revoke-link"),
    path("experiments/<slug:key>/download/<slug:form>/", taking.take, name="take"),
    path("experiments/<slug:key>/<action:action>/", acting.act, name="act"),
]
