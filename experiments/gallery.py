"""Banners to choose from for a variant: those that fit the slot first."""

from dataclasses import dataclass

from django.db.models import (
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Abs, Cast
from django.utils.translation import gettext as _

from creatives import fitting, rendering
from creatives.models import Creative, Placement, Version
from workspace.models import Site

SHOWN = 24
"""Pictures per strip; beyond that a search is faster than looking."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A banner on offer; `misfit` says why it cannot run here."""

    creative: Creative
    misfit: str


def load_pictures(creatives: list[Creative]) -> None:
    """Load what thumbnails need: one query each for versions and files, whatever the number."""
    prefetch_related_objects(creatives, rendering.shown_versions("versions"))
    rendering.join_seen(creatives)
    prefetch_related_objects(creatives, "live__renditions")


def choices(
    site: Site,
    placement: Placement | None,
    *,
    search: str = "",
    chosen: frozenset[int] = frozenset(),
) -> list[Choice]:
    """The chosen banners, then fitting ones, then the newest of the others."""
    rows = Creative.objects.filter(site=site).filter(Q(archived_at=None) | Q(pk__in=chosen))
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(key__icontains=search) | Q(pk__in=chosen))
    found = list(_fitting_first(rows, placement).select_related("live")[:SHOWN])
    missing = chosen - {creative.pk for creative in found}
    if missing:
        more = Creative.objects.filter(site=site, pk__in=missing).select_related("live")
        found = [*more, *found]
    load_pictures(found)
    return [Choice(creative, _misfit(creative, placement)) for creative in found]


def _fitting_first(rows: QuerySet[Creative], placement: Placement | None) -> QuerySet[Creative]:
    if placement is None:
        return rows.order_by("-created_at", "-id")
    newest = Version.objects.filter(creative=OuterRef("pk")).order_by("-number")
    aspect = Cast(F("width"), FloatField()) / Cast(F("height"), FloatField())
    wanted = placement.width / placement.height
    # One look at the newest version of each banner; a look per condition would be four.
    fits = newest.annotate(
        off=Abs(aspect / wanted - 1.0),
        fits=Q(off__lte=float(fitting.ASPECT_TOLERANCE), width__gte=placement.width * 0.97),
    )
    ordered = rows.annotate(fits=Subquery(fits.values("fits")[:1]))
    return ordered.order_by(F("fits").desc(nulls_last=True), "-created_at", "-id")


def _misfit(creative: Creative, placement: Placement | None) -> str:
    if creative.live is None:
        return _("This banner is not approved yet.")
    return fitting.misfit(creative.live, placement) if placement else ""
