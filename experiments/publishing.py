"""From the database to the data plane: compile what is live, hash it, publish it.

Database triggers move one revision on with every change of anything that can be live
(migration 0002). Whoever compiles holds that row's lock: no change can slip in between.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DatabaseError, connection, transaction
from django.db.models import F, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from audiences.models import Segment
from creatives import rendering
from creatives.models import Creative, Placement, Version
from delivery import expiry
from delivery import snapshot as wire
from engine.assignment import allocation, targeting
from engine.assignment.hashing import BUCKETS
from engine.errors import LabError
from experiments.models import (
    Experiment,
    Layer,
    LiveRevision,
    PolicyRule,
    Snapshot,
    Status,
    Variant,
)
from workspace.models import ApiKey, Site

logger = logging.getLogger(__name__)

CHANNEL = "snapshot"
KEPT = 200  # versions kept for looking back; the data plane only ever needs the last one


def publish_if_changed(*, now: dt.datetime) -> int | None:
    """Publish the next snapshot when something live has changed; the new version, or None.

    A change that does not reach the data plane (a draft's wording) moves the revision on but makes
    no new version, because the compiled bytes are the same.
    """
    if _published_revision() == _revision():
        return None
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
    profiled = _profiled()
    sites = list(Site.objects.order_by("id"))
    words = any(len(site.locales) > 1 for site in sites)
    return wire.Snapshot(
        format=wire.FORMAT,
        sites=tuple(_site(site, profiled) for site in sites),
        keys=tuple(map(_key, ApiKey.objects.filter(revoked_at=None).order_by("id"))),
        placements=_placements(now, words=words),
        experiments=_experiments(now, words=words),
    )


def _site(site: Site, profiled: set[int]) -> wire.SiteEntry:
    return wire.SiteEntry(
        id=site.pk,
        key=site.key,
        origins=tuple(site.origins),
        currency=site.currency,
        count_automated=site.count_automated,
        timezone=site.timezone,
        profiles=site.pk in profiled,
        locales=tuple(site.locales),
    )


def _profiled() -> set[int]:
    """Sites that need to know what their visitors do: minimal by default."""
    capped = Creative.objects.exclude(cap_per_session=None, cap_per_day=None)
    segments = Segment.objects.order_by().values_list("site_id", flat=True)
    return set(segments.union(capped.order_by().values_list("site_id", flat=True)))


def _key(key: ApiKey) -> wire.KeyEntry:
    return wire.KeyEntry(
        sha256=key.sha256,
        id=key.pk,
        site_id=key.site_id,
        kind=key.kind,
        expires=key.expires_at.timestamp() if key.expires_at else None,
    )


def _shown(path: str, now: dt.datetime, *, words: bool) -> "Prefetch[str]":
    """The approved version of each creative that may be shown, as `shown`.

    `words`: some site speaks more than one language.
    """
    siblings = Version.objects.filter(creative=OuterRef("creative")).order_by("pk").values("pk")
    live = Version.objects.filter(pk=F("creative__live")).annotate(siblings=ArraySubquery(siblings))
    expired = Q(creative__expires_at__lte=now)
    versions = live.exclude(expired).select_related("creative__site")
    loaded = versions.prefetch_related("renditions", *(["copies"] if words else []))
    return Prefetch(f"{path}__versions", loaded, to_attr="shown")


def _payload(creative: Creative | None, place: Placement) -> wire.CreativePayload | None:
    shown: list[Any] = getattr(creative, "shown", [])
    return rendering.payload(shown[0], place, siblings=shown[0].siblings) if shown else None


def _placements(now: dt.datetime, *, words: bool) -> tuple[wire.PlacementEntry, ...]:
    seeds = {(layer.site_id, layer.key): layer.seed for layer in Layer.objects.all()}
    rows = Placement.objects.select_related("fallback").prefetch_related(
        _shown("fallback", now, words=words)
    )
    return tuple(
        wire.PlacementEntry(
            id=row.pk,
            site_id=row.site_id,
            key=row.key,
            layer_seed=seeds.get((row.site_id, row.layer), row.layer),
            fallback=_payload(row.fallback, row),
        )
        for row in rows.order_by("id")
    )


def _experiments(now: dt.datetime, *, words: bool) -> tuple[wire.ExperimentEntry, ...]:
    variants = Variant.objects.select_related("creative").prefetch_related(
        _shown("creative", now, words=words)
    )
    live = Experiment.objects.filter(origin=Experiment.Origin.LIVE).select_related("placement")
    rows = live.prefetch_related(Prefetch("variants", variants), "rules__segment")
    entries = map(_experiment_or_nothing, rows.order_by("id"))
    return tuple(entry for entry in entries if entry is not None)


def _experiment_or_nothing(row: Experiment) -> wire.ExperimentEntry | None:
    """One experiment spoilt by hand (a variant without a banner) must not stop all the others."""
    try:
        return _experiment(row)
    except _Spoilt as error:
        logger.error("experiment %s is left out of the snapshot: %s", row.pk, error)
        return None


class _Spoilt(LabError):
    """A started experiment that cannot be shown."""


def _experiment(row: Experiment) -> wire.ExperimentEntry:
    live = row.status != Status.DRAFT
    assert row.placement is not None  # noqa: S101 - a database constraint of live experiments
    variants = row.variants.all() if live else ()
    _check_ranges([(v.bucket_start, v.bucket_end) for v in variants], live=live)
    entries = tuple(_variant(variant, row.placement) for variant in variants)
    made = wire.ExperimentEntry(
        id=row.pk,
        site_id=row.site_id,
        key=row.key,
        status=row.status,  # type: ignore[arg-type]
        placement_id=row.placement.pk,
        phase=row.phase,
        seed=row.seed if live else "",
        slice=tuple((start, end) for start, end in row.slice) if live else (),
        variants=entries,
        policy=_policy(row, [variant.key for variant in variants]) if live else None,
    )
    return expiry.standing(made) if _has_hole(made) else made


def _has_hole(entry: wire.ExperimentEntry) -> bool:
    """Whether a variant on pages may not be shown: withdrawn, expired or never approved."""
    showing = entry.status in {"running", "paused"}
    return showing and any(not variant.creative.version_id for variant in entry.variants)


def _policy(row: Experiment, keys: list[str]) -> wire.PolicyEntry | None:
    if row.policy == Experiment.Policy.FIXED:
        return None
    exploration = row.exploration_share * BUCKETS // 100
    if row.policy == Experiment.Policy.THOMPSON:
        return wire.PolicyEntry("thompson", exploration)
    rules = tuple(_rule(rule, keys) for rule in row.rules.all())
    return wire.PolicyEntry("rules", exploration, rules)


def _rule(rule: PolicyRule, keys: list[str]) -> wire.RuleEntry:
    try:
        widths = allocation.widths([rule.weights.get(key, 0) for key in keys])
        return wire.RuleEntry(rule.segment.key, targeting.read(rule.segment.rule), widths)
    except LabError as error:
        raise _Spoilt(f"the rule for segment {rule.segment.key}: {error}") from error


def _check_ranges(ranges: list[tuple[int, int]], *, live: bool) -> None:
    borders = [0, *(border for pair in ranges for border in pair), BUCKETS]
    meet = all(end == start for end, start in zip(borders[::2], borders[1::2], strict=True))
    if live and not (ranges and meet):
        raise _Spoilt("its variants do not cover every bucket exactly once")


def _variant(row: Variant, place: Placement) -> wire.VariantEntry:
    if row.creative is None:
        raise _Spoilt(f"variant {row.key} has no banner")
    payload = _payload(row.creative, place) or expiry.nothing(row.creative.key)
    return wire.VariantEntry(
        id=row.pk, key=row.key, range=(row.bucket_start, row.bucket_end), creative=payload
    )


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
