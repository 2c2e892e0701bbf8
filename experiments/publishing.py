"""From the database to the data plane: compile what is live, hash it, publish it.

Database triggers move one revision on with every change of anything that can be live
(migration 0002). Whoever compiles holds that row's lock: no change can slip in between.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audiences.models import Segment
from creatives.models import Creative, Placement
from delivery import snapshot as wire
from experiments import compiling, holdouts
from experiments.models import (
    Experiment,
    Layer,
    LiveRevision,
    PolicyRule,
    Snapshot,
    Variant,
)
from workspace.models import ApiKey, Site

logger = logging.getLogger(__name__)

CHANNEL = "snapshot"
CHANNELS = ("email", "app")
WEB = "web"
KEPT = 200  # versions kept for looking back; the data plane only ever needs the last one


def publish_if_changed(*, now: dt.datetime) -> int | None:
    """Publish the next snapshot when something live has changed; the new version, or None.

    A change that does not reach the data plane (a draft's wording) moves the revision on but makes
    no new version, because the compiled bytes are the same.
    """
    if _published_revision() == _revision():
        return None
    holdouts.keep(now=now)  # what has changed may be a share, where no holdout is in force yet
    with transaction.atomic():
        revision = _locked_revision()
        last = Snapshot.objects.only("version", "revision", "sha256").first()
        if last and last.revision == revision:
            return None
        body = wire.encode(compile_snapshot(now=now))
        sha256 = wire.digest(body)
        if last and last.sha256 == sha256:
            Snapshot.objects.filter(version=last.version).update(revision=revision)
            return None
        return _store(revision, sha256, body, now)


def _published_revision() -> int | None:
    return Snapshot.objects.values_list("revision", flat=True).first()


def _revision() -> int:
    return LiveRevision.objects.values_list("value", flat=True).first() or 0


def _locked_revision() -> int:
    LiveRevision.objects.get_or_create(pk=1)
    return LiveRevision.objects.select_for_update().get(pk=1).value


def _store(revision: int, sha256: str, body: bytes, now: dt.datetime) -> int:
    made = Snapshot.objects.create(revision=revision, sha256=sha256, body=body, created_at=now)
    Snapshot.objects.filter(version__lte=made.version - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(made.version)])
    return made.version


def compile_snapshot(*, now: dt.datetime) -> wire.Snapshot:
    """Everything that is live, as the data plane needs it; nothing unapproved, nothing expired."""
    sites, held = list(Site.objects.order_by("id")), holdouts.entries()
    words = any(len(site.locales) > 1 for site in sites)
    rows = _rows(now, words=words)
    profiled = _profiled() | {row.site_id for row in rows if compiling.asks_profile(row)}
    return wire.Snapshot(
        format=wire.FORMAT,
        sites=tuple(_site(site, profiled, held.get(site.pk)) for site in sites),
        keys=tuple(map(_key, ApiKey.objects.filter(revoked_at=None).order_by("id"))),
        placements=_placements(now, words=words),
        experiments=tuple(filter(None, map(_experiment_or_nothing, rows))),
    )


def _site(site: Site, profiled: set[int], held: wire.HoldoutEntry | None) -> wire.SiteEntry:
    return wire.SiteEntry(
        id=site.pk,
        key=site.key,
        origins=tuple(site.origins),
        currency=site.currency,
        count_automated=site.count_automated,
        timezone=site.timezone,
        profiles=site.pk in profiled,
        locales=tuple(site.locales),
        holdout=held,
    )


def _profiled() -> set[int]:
    """Sites that need to know what their visitors do: minimal by default."""
    capped = Creative.objects.exclude(cap_per_session=None, cap_per_day=None)
    segments = Segment.objects.order_by().values_list("site_id", flat=True)
    return set(segments.union(capped.order_by().values_list("site_id", flat=True)))


def _key(key: ApiKey) -> wire.KeyEntry:
    until = key.expires_at.timestamp() if key.expires_at else None
    return wire.KeyEntry(
        sha256=key.sha256, id=key.pk, site_id=key.site_id, kind=key.kind, until=until
    )


def _placements(now: dt.datetime, *, words: bool) -> tuple[wire.PlacementEntry, ...]:
    layers = Layer.objects.filter(site=OuterRef("site"), key=OuterRef("layer"))
    rows = Placement.objects.select_related("fallback").prefetch_related(
        compiling.shown("fallback", now, words=words)
    )
    return tuple(
        wire.PlacementEntry(
            id=row.pk,
            site_id=row.site_id,
            key=row.key,
            layer_seed=row.seed or row.layer,
            fallback=compiling.payload(row.fallback, row),
            channel=row.page_type if row.page_type in CHANNELS else WEB,
        )
        for row in rows.annotate(seed=Subquery(layers.values("seed"))).order_by("id")
    )


def _rows(now: dt.datetime, *, words: bool) -> list[Experiment]:
    """All experiments that were ever live or will be, with what an entry is made of."""
    variants = Variant.objects.select_related("creative").prefetch_related(
        compiling.shown("creative", now, words=words)
    )
    live = Experiment.objects.filter(origin=Experiment.Origin.LIVE)
    rows = live.select_related("placement", "audience").prefetch_related(
        Prefetch("variants", variants),
        Prefetch("rules", PolicyRule.objects.select_related("segment")),
        "also_on",
    )
    rows = rows.annotate(testers=compiling.testers())
    return list(rows.order_by("id"))


def _experiment_or_nothing(row: Experiment) -> wire.ExperimentEntry | None:
    """One experiment spoilt by hand (a variant without a banner) must not stop all the others."""
    try:
        return compiling.experiment(row)
    except compiling.Spoilt as error:
        logger.error("experiment %s is left out of the snapshot: %s", row.pk, error)
        return None


class PublishAfterChange:
    """After every request that may change something: what is live goes out at once.

    Works without Celery; changes from elsewhere are published by the timetable.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not _is_traffic(request):
            self._publish()
        return response

    def _publish(self) -> None:
        try:
            publish_if_changed(now=timezone.now())
        except DatabaseError:
            # The change itself is committed and answered; the timetable tries again in two seconds.
            logger.exception("a change could not be published at once")


def _is_traffic(request: HttpRequest) -> bool:
    """The shoppers' doors change nothing live and must stay cheap."""
    return request.path in {"/api/v1/decide", "/api/v1/events"}
