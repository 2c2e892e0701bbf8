"""Which creatives a page shows: searched, filtered, with what a thumbnail needs."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Abs, Cast, Coalesce

from creatives import rendering
from creatives.fitting import ASPECT_TOLERANCE
from creatives.library import SHOWING
from creatives.models import Copy, Creative, Placement, Rendition, Size, Version
from workspace.models import Site

EXPIRING = dt.timedelta(days=30)
STATES = ("live", "review", "draft", "rejected", "expired", "archived")
CURRENT = "current"  # everything that is not put away


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; empty fields do not narrow it."""

    text: str = ""
    state: str = CURRENT  # or one of STATES, or "shown": on pages now
    fits: Placement | None = None
    tag: str = ""
    owner: int | None = None
    kind: str = ""
    lacks: str = ""  # a language
    expiring: bool = False


def matching(site: Site, wanted: Wanted, *, now: dt.datetime) -> QuerySet[Creative]:
    """The creatives of a site that are wanted, newest first; `loaded` has what a page shows."""
    rows = _with_versions(Creative.objects.filter(site=site))
    rows = _in_state(_narrowed(rows, wanted, site, now), wanted.state, now)
    if wanted.text:
        rows = _about(rows, wanted.text)
    if wanted.fits:
        rows = fitting(rows, wanted.fits)
    return rows.order_by("-created_at", "-id")


def loaded(keys: Iterable[int]) -> list[Creative]:
    """Some creatives in this order, with their pictures and the places where visitors see them.

    By id, so that nobody counts the places of what stands on other pages.
    """
    wanted = list(keys)
    rows = _with_places(_with_versions(Creative.objects.filter(pk__in=wanted)))
    found = {row.pk: row for row in with_pictures(rows.select_related("owner", "live"))}
    return [found[key] for key in wanted if key in found]


def with_newest(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    """Load the newest version and its files as `latest`, beside what `with_pictures` loads.

    Two queries more, whatever the number.
    """
    versions = Version.objects.order_by("creative_id", "-number").distinct("creative_id")
    return with_pictures(rows).prefetch_related(
        Prefetch("versions", versions.prefetch_related("renditions"), to_attr="latest")
    )


def with_pictures(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    """Load the version that `rendering.shown_version` names: two queries, whatever the number."""
    return rows.prefetch_related(rendering.shown_versions("versions"))


def fitting(rows: QuerySet[Creative], placement: Placement) -> QuerySet[Creative]:
    """Those of which the version shown, else the newest, serves every size of the placement."""
    seen = Version.objects.filter(pk=OuterRef("seen_id"))
    for size in placement.sizes:
        seen = seen.filter(_serves(size))
    return rows.filter(Exists(seen))


def _serves(size: Size) -> Q:
    cut = Rendition.objects.filter(
        version=OuterRef("pk"), css_width=size.width, css_height=size.height
    )
    ratio = Cast(F("width"), FloatField()) / Cast(F("height"), FloatField())
    off = Abs(ratio / (size.width / size.height) - 1.0)
    tolerance = float(ASPECT_TOLERANCE)
    alike = ExpressionWrapper(
        Q(off_of__lte=tolerance) & Q(width__gte=size.width * (1 - tolerance)), BooleanField()
    )
    whole = Version.objects.filter(pk=OuterRef("pk")).annotate(off_of=off).filter(alike)
    return Q(kind=Version.Kind.COMPOSED) | Q(Exists(cut)) | Q(Exists(whole))


def _with_versions(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    newest = Version.objects.filter(creative=OuterRef("pk")).order_by("-number")
    newest_id = Subquery(newest.values("pk")[:1])
    return rows.annotate(
        newest_id=newest_id,
        newest_status=Subquery(newest.values("status")[:1]),
        newest_number=Subquery(newest.values("number")[:1]),
        seen_id=Coalesce("live_id", newest_id),
    )


def _with_places(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    # By its reverse name: the room of experiments lies above this one.
    tests = (
        Creative.objects.filter(pk=OuterRef("pk"), variants__experiment__status__in=SHOWING)
        .order_by()
        .values("pk")
        .annotate(n=Count("variants__experiment", distinct=True))
        .values("n")
    )
    return rows.annotate(
        tests=Coalesce(Subquery(tests, output_field=IntegerField()), 0),
        is_default=Exists(Placement.objects.filter(fallback=OuterRef("pk"))),
    )


def _narrowed(
    rows: QuerySet[Creative], wanted: Wanted, site: Site, now: dt.datetime
) -> QuerySet[Creative]:
    if wanted.tag:
        rows = rows.filter(tags__contains=[wanted.tag])
    if wanted.owner is not None:
        rows = rows.filter(owner=wanted.owner)
    if wanted.kind:
        rows = rows.filter(Exists(Version.objects.filter(pk=OuterRef("seen_id"), kind=wanted.kind)))
    if wanted.expiring:
        rows = rows.filter(expires_at__gt=now, expires_at__lte=now + EXPIRING)
    return _without_words(rows, wanted.lacks, site) if wanted.lacks else rows


def _without_words(rows: QuerySet[Creative], locale: str, site: Site) -> QuerySet[Creative]:
    """Those whose newest version says nothing in a language, and ought to."""
    speaks = Version.objects.filter(pk=OuterRef("newest_id"), decorative=False)
    if locale == site.locales[0]:
        return rows.filter(Exists(speaks.filter(alt="")))
    copies = Copy.objects.filter(version=OuterRef("pk"), locale=locale).exclude(alt="")
    return rows.filter(Exists(speaks.exclude(Exists(copies))))


def _about(rows: QuerySet[Creative], text: str) -> QuerySet[Creative]:
    tags = Func(F("tags"), Value(" "), function="array_to_string", output_field=CharField())
    said = Version.objects.filter(creative=OuterRef("pk"), alt__icontains=text)
    translated = Copy.objects.filter(version__creative=OuterRef("pk"), alt__icontains=text)
    return rows.annotate(all_tags=tags).filter(
        Q(name__icontains=text)
        | Q(key__icontains=text)
        | Q(all_tags__icontains=text)
        | Q(Exists(said))
        | Q(Exists(translated))
    )


def _in_state(rows: QuerySet[Creative], state: str, now: dt.datetime) -> QuerySet[Creative]:
    if state == "archived":
        return rows.filter(archived_at__isnull=False)
    rows = rows.filter(archived_at=None)
    gone = Q(expires_at__lte=now)
    if state == "expired":
        return rows.filter(gone)
    if state == "live":
        return rows.filter(live__isnull=False).exclude(gone)
    if state == "shown":
        return _on_pages(rows)
    status = {"review": "in_review", "draft": "draft", "rejected": "rejected"}.get(state)
    if status is None:
        return rows
    newer = Version.objects.filter(creative=OuterRef("creative"), number__gt=OuterRef("number"))
    newest = Version.objects.filter(~Exists(newer), status=status)
    # Few are in a state that asks for something: they are found first, not every creative asked.
    return rows.filter(pk__in=newest.values("creative"))


def _on_pages(rows: QuerySet[Creative]) -> QuerySet[Creative]:
    tested = Creative.objects.filter(pk=OuterRef("pk"), variants__experiment__status__in=SHOWING)
    default = Placement.objects.filter(fallback=OuterRef("pk"))
    return rows.filter(Q(Exists(tested)) | Q(Exists(default)))


def tags_of(site: Site) -> list[str]:
    """Every tag in use on a site, in order."""
    tag = Func(F("tags"), function="unnest", output_field=CharField())
    rows = Creative.objects.filter(site=site).order_by().annotate(tag=tag)
    return sorted(set(rows.values_list("tag", flat=True).distinct()))
