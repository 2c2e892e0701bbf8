"""`/metrics` of the pages: what the control plane's tables say, in a handful of cheap queries.

The same rule of access as in the data plane (`delivery.exposition`). Any web process gives the same
answer about the tables, so one of them is enough to be read.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from delivery import exposition, problems
from delivery.exposition import gauge
from delivery.messages import language_of
from engine.errors import LabError
from events import store
from experiments.models import LiveRevision, Snapshot
from workspace.models import Delivery, Heartbeat, Job, Webhook

# Bounds are dates; partitions are named after their days.
_LAST_DAY = (
    "SELECT max(to_date(right(child.relname, 8), 'YYYYMMDD')) FROM pg_inherits"
    " JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = 'events_event'::regclass AND child.relname ~ '_[0-9]{8}$'"
)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The page for Prometheus."""
    names = {name.lower() for name in request.headers}
    try:
        exposition.check_reader(
            settings.CONFIG.metrics_token,
            sent=request.headers.get("Authorization", ""),
            address=request.META.get("REMOTE_ADDR", ""),
            headers=names,
        )
    except LabError as error:
        return _refused(error, request)
    body = exposition.text(ControlPlane(timezone.now()))
    headers = {name.decode(): text.decode() for name, text in exposition.HEADERS}
    return HttpResponse(body, headers=headers)


def _refused(error: LabError, request: HttpRequest) -> HttpResponse:
    language = language_of(request.headers.get("Accept-Language", ""))
    found = problems.response(error, language=language, base_url=settings.PUBLIC_URL)
    headers = {name.decode(): text.decode() for name, text in found.headers}
    return HttpResponse(found.body, status=found.status, headers=headers)


@dataclass(frozen=True, slots=True, eq=False)  # the registry keeps it by identity
class ControlPlane(Collector):
    """One reading of the tables."""

    now: dt.datetime

    def collect(self) -> Iterator[Metric]:
        """All series; of a database that is away only that it is."""
        yield from exposition.build()
        try:
            found = [*_jobs(self.now), *_rollup(self.now), *_webhooks(), *_published(self.now)]
            found += _partitions(self.now)
        except DatabaseError:
            found = []
        yield from found
        yield gauge("database_away", "1: neither read nor written.", not found)


def _jobs(now: dt.datetime) -> Iterator[Metric]:
    """What is not done, by status. The done ones are many, and say nothing."""
    rows = Job.objects.exclude(status=Job.Status.DONE).order_by().values_list("status")
    found = {status: (n, at) for status, n, at in rows.annotate(Count("pk"), Min("created_at"))}
    about = "Jobs that are not done, by status."
    by_status = GaugeMetricFamily("banner_lab_jobs", about, labels=["status"])
    for status in (Job.Status.QUEUED, Job.Status.RUNNING, Job.Status.FAILED):
        by_status.add_metric([status.value], found.get(status, (0,))[0])
    yield by_status
    oldest = _since(found.get(Job.Status.QUEUED, (0, None))[1], now)
    yield gauge("jobs_oldest_seconds", "Since the oldest waiting job was asked for.", oldest)
    heard = Heartbeat.objects.aggregate(at=Max("seen_at"))["at"]
    if heard is not None:
        yield gauge("worker_heard_seconds", "Since a worker was last heard of.", _since(heard, now))


def _since(at: dt.datetime | None, now: dt.datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0


def _rollup(now: dt.datetime) -> Iterator[Metric]:
    reached = store.watermark()
    yield gauge("rollup_behind_events", "Events that totals do not hold yet.", reached.behind)
    if reached.rolled_at is not None:
        about = "Since events were last added to the totals."
        yield gauge("rollup_age_seconds", about, _since(reached.rolled_at, now))


def _webhooks() -> Iterator[Metric]:
    found = Webhook.objects.aggregate(
        working=Count("pk", filter=Q(active=True, failures=0)),
        failing=Count("pk", filter=Q(active=True, failures__gt=0)),
        off=Count("pk", filter=Q(active=False) & ~Q(off_reason="")),
    )
    family = GaugeMetricFamily(
        "banner_lab_webhooks", "Webhooks by how they fare.", labels=["state"]
    )
    for state, n in found.items():
        family.add_metric([state], n)
    yield family
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING).count()
    yield gauge("webhook_deliveries_waiting", "Messages that were not taken yet.", waiting)


def _published(now: dt.datetime) -> Iterator[Metric]:
    columns = ("version", "revision", "created_at")
    version, revision, at = Snapshot.objects.values_list(*columns).first() or (0, None, None)
    newest = LiveRevision.objects.values_list("value", flat=True).first()
    yield gauge("published_version", "The newest snapshot in the database.", version)
    yield gauge("published_age_seconds", "Since that was made.", _since(at, now))
    about = "1: a change waits to be published."
    yield gauge("published_behind", about, (newest or 0) != (revision or 0))


def _partitions(now: dt.datetime) -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_DAY)
        last = cursor.fetchone()[0]
    ahead = max(-1, (last - now.date()).days) if last else -1
    yield gauge("partitions_ahead_days", "Days after today that the log has room for.", ahead)
