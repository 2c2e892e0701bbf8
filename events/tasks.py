"""What Celery may call here."""

import datetime as dt

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from events import compacting, filtering, partitions, rollup
from events.turn import RollupBusy
from workspace import ticks

HALF_AN_HOUR = dt.timedelta(minutes=30)


@shared_task
def roll_up() -> int:
    """Take the new events into the totals; the number of events."""
    return rollup.run(now=timezone.now()).events


@shared_task
def compact_outcomes() -> int:
    """Add up what is counted beside the log, forget old payloads; how many rows there are fewer."""
    return compacting.compact(now=timezone.now())


@shared_task
def set_aside_the_rest() -> int:
    """Leave out the rest of units of whom much was set aside; the number of events."""
    try:
        return filtering.set_aside_the_rest(now=timezone.now())
    except RollupBusy:
        return 0  # the next run looks as far back


@shared_task(name="events.tasks.keep_log")
def keep_log() -> None:
    """Make the days to come, and let go of those that are older than the log is kept."""
    now = timezone.now()
    if ticks.first("keep-log", within=HALF_AN_HOUR, now=now):
        partitions.keep(log_days=settings.LOG_DAYS, now=now)
