"""Celery's doorbell for jobs and webhooks: the work and the truth about it are elsewhere."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from workspace import delivering, jobs, keys
from workspace.api import idempotency

_log = logging.getLogger(__name__)


@shared_task(name="workspace.tasks.run_job")
def run_job(job_id: int) -> None:
    """Do one job, if it is still to be done."""
    jobs.run(job_id, now=timezone.now())


@shared_task(name="workspace.tasks.sweep_jobs")
def sweep_jobs() -> None:
    """Wake somebody for every job that nobody works on."""
    for job_id in jobs.sweep(now=timezone.now()):
        wake(job_id)


@shared_task(name="workspace.tasks.deliver_webhooks")
def deliver_webhooks() -> None:
    """Send what webhooks wait for."""
    delivering.deliver_due(now=timezone.now())


@shared_task(name="workspace.tasks.alarm_keys")
def alarm_keys() -> None:
    """Tell of secret keys that data-plane processes have met in browsers."""
    keys.alarm(now=timezone.now())


@shared_task(name="workspace.tasks.forget_kept_answers")
def forget_kept_answers() -> None:
    """Answers of the management API are kept for repetitions of one day."""
    idempotency.sweep(now=timezone.now())


def wake(job_id: int) -> bool:
    """Ring; whether anybody can hear it. The job waits in the database either way."""
    try:
        run_job.apply_async((job_id,), retry=False)
    except OperationalError:
        _log.warning("the broker is away: job %s waits for the next sweep", job_id)
        return False
    return True
