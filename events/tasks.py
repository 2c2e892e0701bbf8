"""What Celery may call here."""

from celery import shared_task
from django.utils import timezone

from events import rollup


@shared_task
def roll_up() -> int:
    """Take the new events into the totals; the number of events."""
    return rollup.run(now=timezone.now()).events
