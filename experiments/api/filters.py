"""Which experiments a list tells."""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from experiments.models import Experiment, Report, Status, Variant
from experiments.words import VERDICTS
from workspace.api.refusals import unknown
from workspace.models import Site

Rows = QuerySet[Experiment]
KNOWN: Mapping[str, Sequence[str]] = {
    "status": list(Status.values),
    "verdict": list(VERDICTS),
    "origin": list(Experiment.Origin.values),
}
PARAMETERS = [
    OpenApiParameter("status", enum=list(Status.values), description="Where it stands."),
    OpenApiParameter("verdict", enum=list(VERDICTS), description="What its report says."),
    OpenApiParameter("placement", description="Key of the placement."),
    OpenApiParameter("origin", enum=list(Experiment.Origin.values)),
    OpenApiParameter("tag", many=True, description="Has every one of these tags."),
    OpenApiParameter("owner", description="A user name."),
    OpenApiParameter("q", description="In name, key, hypothesis and names of variants."),
    OpenApiParameter("search", description="The same as `q`.", deprecated=True),
]


def narrowed(rows: Rows, asked: QueryDict, *, site: Site) -> Rows:
    """The rows that a request asks for; raises InvalidInput for a value that is not known."""
    for name, values in KNOWN.items():
        value = asked.get(name, "")
        if value and value not in values:
            raise unknown(name, value, values)
    for name, step in _STEPS.items():
        if wanted := asked.get(name):
            rows = step(rows, wanted, site)
    tags = asked.getlist("tag")
    return rows.filter(tags__contains=tags) if tags else rows


def _placed(rows: Rows, key: str, site: Site) -> Rows:
    known = list(site.placements.values_list("key", flat=True))
    if key not in known:
        raise unknown("placement", key, known)
    return rows.filter(Q(placement__key=key) | Q(also_on__key=key)).distinct()


def _owned(rows: Rows, name: str, site: Site) -> Rows:
    members = list(site.members.values_list("username", flat=True))
    if name not in members:
        raise unknown("owner", name, members)
    return rows.filter(owner__username=name)


def _judged(rows: Rows, verdict: str, _site: Site) -> Rows:
    reports = Report.objects.filter(experiment=OuterRef("pk"), phase=OuterRef("phase"))
    if verdict == "no_data":
        return rows.exclude(Exists(reports.exclude(verdict="no_data")))
    return rows.filter(Exists(reports.filter(verdict=verdict)))


def _about(rows: Rows, text: str, _site: Site) -> Rows:
    variants = Variant.objects.filter(experiment=OuterRef("pk"), name__icontains=text)
    words = Q(name__icontains=text) | Q(key__icontains=text) | Q(hypothesis__icontains=text)
    return rows.filter(words | Q(Exists(variants)))


_STEPS: Mapping[str, Callable[[Rows, str, Site], Rows]] = {
    "status": lambda rows, status, _site: rows.filter(status=status),
    "origin": lambda rows, origin, _site: rows.filter(origin=origin),
    "placement": _placed,
    "owner": _owned,
    "verdict": _judged,
    "q": _about,
    "search": _about,
}
