"""Addresses of experiments below /api/v1/ (keys) and /api/v1/sites/<site>/."""

from django.urls import URLPattern, path

from experiments.api.experiments import Experiments
from experiments.api.moves import NAMES, Move, Moves
from experiments.api.outcomes import Outcomes, RejectedEvents
from experiments.api.readings import Decisions, Readings
from experiments.api.sharing import Learnings, Links, Versions
from experiments.api.testing import Copies, TestLinks, Visitors

ONE = "experiments/<slug:key>/"
READ = ("report", "checks", "sizing")

urlpatterns: list[URLPattern] = [
    path("outcomes/", Outcomes.as_view({"get": "read_all"})),
    path("rejected-events/", RejectedEvents.as_view({"get": "list"})),
    path("rejected-events/replay/", RejectedEvents.as_view({"post": "replay"})),
    path("experiments/", Experiments.as_view({"get": "list", "post": "create"})),
    path(
        ONE,
        Experiments.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    *(path(f"{ONE}{name}/", Readings.as_view({"get": name})) for name in READ),
    path(f"{ONE}report/refresh/", Readings.as_view({"post": "refresh"})),
    path(f"{ONE}why/", Readings.as_view({"get": "why", "post": "ask"})),
    path(f"{ONE}decisions/", Decisions.as_view({"get": "list"})),
    path(f"{ONE}learnings/", Learnings.as_view({"put": "put"})),
    path(f"{ONE}share-links/", Links.as_view({"get": "list", "post": "create"})),
    path(f"{ONE}share-links/<int:pk>/", Links.as_view({"delete": "destroy"})),
    path(f"{ONE}report/versions/", Versions.as_view({"get": "list", "post": "create"})),
    path(f"{ONE}test-visitors/", Visitors.as_view({"get": "list", "post": "create"})),
    path(f"{ONE}test-visitors/<int:pk>/", Visitors.as_view({"delete": "destroy"})),
    path(f"{ONE}test-links/", TestLinks.as_view({"post": "create"})),
    path(f"{ONE}duplicate/", Copies.as_view({"post": "duplicate"})),
    path(f"{ONE}moves/", Moves.as_view({"get": "offered"})),
    *(
        path(f"{ONE}{word}/", Move.as_view({"get": "consequences", "post": "act"}, move=name))
        for word, name in NAMES.items()
    ),
]
