"""What Celery may call here."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from events import partitions, rollup
from workspace import ticks

HALF_AN_HOUR = dt.timedelta(minutes=30)


@shared_task
def roll_up() -> int:
    """Take the new events into the totals; the number of events."""
    return rollup.run(now=timezone.now()).events


@shared_task(name="events.tasks.keep_log")
def keep_log() -> None:
    """Make the days to come, and let go of those that are older than the log is kept."""
    now = timezone.now()
    if ticks.first("keep-log", within=HALF_AN_HOUR, now=now):
        partitions.keep(log_days=settings.LOG_DAYS, now=now)
