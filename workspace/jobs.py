"""Long work. The row is the truth: who works on it, until when, how far, what came out.

A worker holds a job by a *lease*: a token and a time, renewed as long as it lives. When it dies the
lease runs out and the next sweep hands the job to somebody else. Whoever has lost the lease cannot
write to the row any more, so a result is recorded once. What has killed three workers, or failed
unexpectedly three times, is set aside until somebody asks for it again.

A handler may be started again after its worker was killed: what it does must bear repetition.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, LabError, StateError
from workspace import audit
from workspace.lease import LEASE, held
from workspace.models import Heartbeat, Job, Site

# A third death in a row is the job's fault, not the worker's.
MAX_ATTEMPTS = 3
# Celery was told when the job was made; only what nobody took by then is told again.
WAKE_AGAIN_AFTER = dt.timedelta(seconds=15)
# Writing each step would cost more than many steps do.
REPORT_EVERY_SECONDS = 0.5
WORKER = "worker"
# The sweep comes every 10 s, unless all workers are at long jobs.
WORKER_SILENT_AFTER = dt.timedelta(seconds=75)

Result = Mapping[str, Any]
Handler = Callable[[Job, "Progress"], Result]

_handlers: dict[str, Handler] = {}
_titles: dict[str, str | Promise] = {}
_log = logging.getLogger(__name__)


class LeaseLost(StateError):
    """Somebody else works on this job now; stop without a trace."""

    slug = "lease-lost"


class UnknownKind(LabError):
    """No handler is registered under this name: the worker runs other code than the web."""

    slug = "unknown-job-kind"


@dataclass(frozen=True, slots=True)
class Workers:
    """Whether somebody takes jobs, and when that was last certain."""

    alive: bool
    seen_at: dt.datetime | None


class Progress:
    """How a handler tells how far it is.

    Call it often, and at least every few minutes (see `lease.MOST_SILENT`). Raises LeaseLost when
    the job belongs to somebody else by now.
    """

    def __init__(self, job: Job, *, started: dt.datetime) -> None:
        self._job = job
        self._started = started
        self._clock = time.monotonic()
        self._reported = float("-inf")
        self.heard = started

    @property
    def now(self) -> dt.datetime:
        """The time, counted on from the start of the job."""
        return self._started + dt.timedelta(seconds=time.monotonic() - self._clock)

    def __call__(self, done: int, total: int | None = None, message: str | None = None) -> None:
        job, self.heard = self._job, self.now
        finished = total is not None and done >= total
        quiet = message is None or message == job.message
        job.progress, job.total = done, job.total if total is None else total
        job.message = job.message if message is None else message[:500]
        if quiet and not finished and time.monotonic() - self._reported < REPORT_EVERY_SECONDS:
            return
        self._reported = time.monotonic()
        _write(
            job,
            progress=job.progress,
            total=job.total,
            message=job.message,
            lease_until=self.now + LEASE,
        )


def register(kind: str, *, title: str | Promise = "") -> Callable[[Handler], Handler]:
    """Decorator: this function does jobs of that kind and returns what came out, as JSON.

    `title` is what people call such a job.
    """

    def remember(handler: Handler) -> Handler:
        _handlers[kind] = handler
        _titles[kind] = title or kind
        return handler

    return remember


def enqueue(
    kind: str,
    *,
    site: Site | None,
    subject: str = "",
    parameters: Mapping[str, Any] | None = None,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Job:
    """Ask for work; the same request made twice before it is done is one job."""
    wanted = dict(parameters or {})
    job = _waiting(kind, site, subject, wanted).first() or Job.objects.create(
        kind=kind,
        site=site,
        subject=subject,
        parameters=wanted,
        created_by_id=actor.pk if actor else None,
        created_at=now,
        language=translation.get_language() or "en",
    )
    transaction.on_commit(lambda: _wake(job))
    return job


def _waiting(
    kind: str, site: Site | None, subject: str, parameters: Mapping[str, Any]
) -> QuerySet[Job]:
    """The same request, not done yet."""
    return Job.objects.filter(
        status__in=[Job.Status.QUEUED, Job.Status.RUNNING],
        kind=kind,
        site=site,
        subject=subject,
        parameters=parameters,
    )


def retry(job: Job, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Job:
    """Take up again what was set aside, with all attempts before it.

    Raises:
        IllegalMove: It has not failed, or somebody has asked for the same again meanwhile.
    """
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if row.status != Job.Status.FAILED:
            raise IllegalMove(_("This job has not failed, so there is nothing to try again."))
        if _waiting(row.kind, row.site, row.subject, row.parameters).exists():
            raise IllegalMove(_("The same job has been asked for again already."))
        before = audit.state_of(row)
        row.status, row.attempt, row.error = Job.Status.QUEUED, 0, ""
        row.progress, row.message = 0, ""
        row.started_at = row.finished_at = None
        row.save()
        audit.record(
            site=row.site,
            actor=actor,
            action="retry",
            subject=row,
            before=before,
            after=audit.state_of(row),
            now=now,
        )
    transaction.on_commit(lambda: _wake(row))
    return row


def title_of(job: Job) -> str:
    """What people call such a job."""
    return str(_titles.get(job.kind, job.kind))


def _wake(job: Job) -> None:
    from workspace import tasks

    tasks.wake(job.pk)


def run(job_id: int, *, now: dt.datetime) -> Job | None:
    """Do a job if it is free; None when somebody else has it or it is done."""
    job = _claim(job_id, now)
    if job is None:
        return None
    progress = Progress(job, started=now)
    try:
        with (
            translation.override(job.language),
            held(job, clock=lambda: progress.now, heard=lambda: progress.heard),
        ):
            result = _handler_of(job)(job, progress)
        _finish(job, Job.Status.DONE, progress.now, result=dict(result), error="")
    except LeaseLost:
        _log.warning("job %s was taken over by somebody else", job.pk)
    except LabError as problem:
        _finish(job, Job.Status.FAILED, progress.now, error=str(problem))
    except Exception:  # noqa: BLE001 - whatever it was, the row must say so
        _log.exception("job %s (%s) failed in attempt %s", job.pk, job.kind, job.attempt)
        _give_back(job, progress.now)
    return job


def _claim(job_id: int, now: dt.datetime) -> Job | None:
    """Take a job that nobody works on: one statement, so only one can win."""
    free = Q(status=Job.Status.QUEUED) | Q(status=Job.Status.RUNNING, lease_until__lt=now)
    token = uuid.uuid4()
    won = Job.objects.filter(free, pk=job_id, attempt__lt=MAX_ATTEMPTS).update(
        status=Job.Status.RUNNING,
        attempt=F("attempt") + 1,
        lease_token=token,
        lease_until=now + LEASE,
        started_at=now,
        progress=0,
    )
    return Job.objects.select_related("site").get(pk=job_id) if won else None


def _handler_of(job: Job) -> Handler:
    handler = _handlers.get(job.kind)
    if handler is None:
        raise UnknownKind(_("The worker does not know jobs of the kind “%s”.") % job.kind)
    return handler


def _write(job: Job, **values: Any) -> None:  # noqa: ANN401 - the columns of a job
    if not Job.objects.filter(pk=job.pk, lease_token=job.lease_token).update(**values):
        raise LeaseLost("The lease of this job has gone to somebody else.")


def _finish(job: Job, status: Job.Status, now: dt.datetime, **values: Any) -> None:  # noqa: ANN401
    _leave(job, status=status, finished_at=now, **values)


def _give_back(job: Job, now: dt.datetime) -> None:
    error = _("It ended unexpectedly. The log of the worker has the details.")
    if job.attempt >= MAX_ATTEMPTS:
        _finish(job, Job.Status.FAILED, now, error=error)
    else:
        _leave(job, status=Job.Status.QUEUED, error=error)


def _leave(job: Job, **values: Any) -> None:  # noqa: ANN401
    try:
        _write(job, lease_token=None, lease_until=None, **values)
    except LeaseLost:
        _log.warning("job %s was taken over before it ended here", job.pk)
        if not Job.objects.filter(pk=job.pk).exists():
            return  # a demo's jobs go with its data
    job.refresh_from_db()


def sweep(*, now: dt.datetime) -> list[int]:
    """Hand on what nobody works on, bury what killed its worker too often; the ids to wake."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"seen_at": now})
    lapsed = Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=now)
    lapsed.filter(attempt__gte=MAX_ATTEMPTS).update(
        status=Job.Status.FAILED,
        finished_at=now,
        lease_token=None,
        lease_until=None,
        error=_("Its worker died %d times while doing it.") % MAX_ATTEMPTS,
    )
    forgotten = Q(status=Job.Status.QUEUED, created_at__lt=now - WAKE_AGAIN_AFTER)
    dropped = Q(status=Job.Status.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(forgotten | dropped).order_by("id").values_list("id", flat=True))


def workers(*, now: dt.datetime) -> Workers:
    """Whether the worker and the timetable are running: the sweep leaves its mark every 20 s."""
    seen = Heartbeat.objects.filter(name=WORKER).values_list("seen_at", flat=True).first()
    return Workers(alive=seen is not None and now - seen < WORKER_SILENT_AFTER, seen_at=seen)


def latest(kind: str, *, site: Site, subject: str = "") -> Job | None:
    """The newest job of a kind about a subject, to show on its page."""
    return Job.objects.filter(site=site, kind=kind, subject=subject).first()
