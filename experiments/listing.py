"""The list of experiments: filters that live in the address, one line per experiment."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from experiments.models import Experiment, Report, Status, Variant
from workspace.models import Site

LONGEST_SEARCH = 100
DAY = dt.timedelta(days=1)
ORDER = (
    Status.RUNNING,
    Status.PAUSED,
    Status.IN_REVIEW,
    Status.SCHEDULED,
    Status.DRAFT,
    Status.STOPPED,
    Status.DECIDED,
    Status.ARCHIVED,
)
"""What needs attention first."""
HIDDEN = (Status.ARCHIVED,)
"""Shown only to whoever looks for it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for; every field is "" when it does not matter."""

    status: str = ""
    verdict: str = ""
    placement: str = ""
    origin: str = ""
    search: str = ""

    @property
    def any(self) -> bool:
        return any((self.status, self.verdict, self.placement, self.origin, self.search))


def read(query: Mapping[str, str]) -> Filters:
    """Filters from an address; what is unknown there is left out."""
    return Filters(
        status=_one_of(query.get("status", ""), Status.values),
        verdict=query.get("verdict", "")[:20],
        placement=query.get("placement", "")[:64],
        origin=_one_of(query.get("origin", ""), Experiment.Origin.values),
        search=" ".join(query.get("search", "").split())[:LONGEST_SEARCH],
    )


def _one_of(value: str, known: list[str]) -> str:
    return value if value in known else ""


def rows(site: Site, filters: Filters) -> QuerySet[Experiment]:
    """The experiments that match, what needs attention first."""
    found = matching(site, filters)
    if filters.status:
        found = found.filter(status=filters.status)
    else:
        found = found.exclude(status__in=HIDDEN)
    places = [When(status=status, then=Value(place)) for place, status in enumerate(ORDER)]
    rank = Case(*places, default=Value(len(ORDER)), output_field=IntegerField())
    return found.order_by(rank, Coalesce("started_at", "created_at").desc(), "-id")


def matching(site: Site, filters: Filters) -> QuerySet[Experiment]:
    """Everything but the status, so that the chips can say how many there are of each."""
    found = Experiment.objects.filter(site=site)
    if filters.placement:
        found = found.filter(placement__key=filters.placement)
    if filters.origin:
        found = found.filter(origin=filters.origin)
    if filters.verdict:
        present = Report.objects.filter(
            experiment=OuterRef("pk"), phase=OuterRef("phase"), verdict=filters.verdict
        )
        found = found.filter(Exists(present))
    return found.filter(_search(filters.search)) if filters.search else found


def _search(text: str) -> Q:
    variants = Variant.objects.filter(experiment=OuterRef("pk"), name__icontains=text)
    words = Q(name__icontains=text) | Q(key__icontains=text) | Q(hypothesis__icontains=text)
    return words | Q(Exists(variants))


def counts(site: Site, filters: Filters) -> dict[str, int]:
    """How many there are of each status."""
    found = matching(site, filters).order_by().values("status").annotate(n=Count("pk"))
    return dict(found.values_list("status", "n"))


@dataclass(frozen=True, slots=True)
class Progress:
    """Day n of m."""

    day: int
    planned: int

    @property
    def bar(self) -> int:
        return min(self.day, self.planned)


def progress(experiment: Experiment, now: dt.datetime) -> Progress | None:
    """How far it is; None when nothing was run here."""
    if experiment.started_at is None or experiment.origin != Experiment.Origin.LIVE:
        return None
    until = experiment.stopped_at or experiment.decided_at or now
    # Begun days: what has run for exactly fourteen has not begun a fifteenth.
    day = -(-(until - experiment.started_at) // DAY)
    return Progress(max(1, day), experiment.planned_days)


def ready(site: Site) -> QuerySet[Experiment]:
    """Experiments run here whose present report has an answer, and nobody has decided yet.

    A policy that pays off goes on choosing: nobody has to do anything.
    """
    answered = _with_verdict(site, ["use", "keep_control", "no_difference", "your_call"])
    pays = _with_verdict(site, ["use"]).filter(status=Status.RUNNING)
    return answered.exclude(pk__in=pays.exclude(policy=Experiment.Policy.FIXED).values("pk"))


def doubtful(site: Site) -> QuerySet[Experiment]:
    """Experiments whose data must be checked first."""
    return _with_verdict(site, ["check_data"])


def _with_verdict(site: Site, verdicts: list[str]) -> QuerySet[Experiment]:
    return Experiment.objects.filter(
        site=site,
        origin=Experiment.Origin.LIVE,
        status__in=(Status.RUNNING, Status.PAUSED, Status.STOPPED),
        reports__phase=F("phase"),
        reports__verdict__in=verdicts,
    ).order_by("started_at", "id")
