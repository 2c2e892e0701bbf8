"""What happens to creatives by the clock."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from creatives import landings
from workspace import ticks

# Half of its period in the timetable.
HALF = dt.timedelta(minutes=2, seconds=30)


@shared_task(name="creatives.tasks.check_landings")
def check_landings() -> None:
    """Have the landing pages visited that nobody has visited for a day."""
    now = timezone.now()
    if ticks.first("check-landings", within=HALF, now=now):
        landings.ask_everywhere(now=now)
