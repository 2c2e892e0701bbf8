"""Which creatives a page shows: searched, filtered, with what a thumbnail needs."""

from dataclasses import dataclass

from django.db.models import (
    Count,
    Exists,
    F,
    FloatField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Abs, Cast

from creatives.library import SHOWING
from creatives.models import Creative, Placement, Version
from workspace.models import Site

# A banner of another ratio is squeezed or cut: 3 % are not seen.
RATIO_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; empty fields do not narrow it."""

    text: str = ""
    state: str = "current"  # current, shown, archived
    fits: Placement | None = None


def creatives(site: Site, wanted: Wanted) -> QuerySet[Creative]:
    """The creatives of a site, newest first, with the numbers of places where visitors see them."""
    rows = _in_state(_with_places(Creative.objects.filter(site=site)), wanted.state)
    if wanted.text:
        rows = rows.filter(Q(name__icontains=wanted.text) | Q(key__icontains=wanted.text))
    if wanted.fits:
        rows = fitting(rows, wanted.fits)
    # Spelled out: Django does not trust the model's ordering once rows are counted by group.
    return with_newest(rows.order_by("-created_at", "-id"))


def with_newest(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    """Load the newest version and its files as `latest`: two queries, whatever the number."""
    versions = Version.objects.order_by("creative_id", "-number").distinct("creative_id")
    return rows.prefetch_related(
        Prefetch("versions", versions.prefetch_related("renditions"), to_attr="latest")
    )


def fitting(rows: QuerySet[Creative], placement: Placement) -> QuerySet[Creative]:
    """Those whose picture has the ratio of the placement."""
    newest = Version.objects.filter(creative=OuterRef("pk")).order_by("-number")
    ratio = Cast(F("width"), FloatField()) / Cast(F("height"), FloatField())
    off = Abs(ratio / (placement.width / placement.height) - 1.0)
    return rows.annotate(off=Subquery(newest.annotate(off=off).values("off")[:1])).filter(
        off__lte=RATIO_TOLERANCE
    )


def _with_places(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    # By its reverse name: the room of experiments lies above this one.
    running = Q(variants__experiment__status__in=SHOWING)
    return rows.annotate(
        tests=Count("variants__experiment", filter=running, distinct=True),
        is_default=Exists(Placement.objects.filter(fallback=OuterRef("pk"))),
    )


def _in_state(rows: QuerySet[Creative], state: str) -> QuerySet[Creative]:
    if state == "archived":
        return rows.filter(archived_at__isnull=False)
    rows = rows.filter(archived_at=None)
    return rows.filter(Q(tests__gt=0) | Q(is_default=True)) if state == "shown" else rows
