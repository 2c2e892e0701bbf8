"""What happens by the clock. Celery may be away: pages publish their own changes."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from creatives import review
from events import rollup
from experiments import adaptive, alarms, due, holdouts, planes, publishing
from experiments.reports import refresh
from workspace import ticks

# Half of their periods in the timetable.
HALF_A_MINUTE = dt.timedelta(seconds=30)
HALF_OF_LEARNING = dt.timedelta(seconds=22)


@shared_task(name="experiments.tasks.publish_changes")
def publish_changes() -> None:
    """Put changes that no web request has published in front of the shoppers."""
    now = timezone.now()
    review.expire_due(now=now)
    publishing.publish_if_changed(now=now)


@shared_task(name="experiments.tasks.refresh_reports")
def refresh_reports() -> None:
    """Count what is new and bring the reports of everything live up to date."""
    now = timezone.now()
    if ticks.first("refresh-reports", within=HALF_A_MINUTE, now=now):
        holdouts.keep(now=now)
        refresh.refresh_running(now=now)


@shared_task(name="experiments.tasks.tell_alarms")
def tell_alarms() -> None:
    """Tell shops of which too much is refused; forget banner servers that were taken away."""
    now = timezone.now()
    alarms.tell(now=now)
    planes.forget(now=now)


@shared_task(name="experiments.tasks.act_on_time")
def act_on_time() -> None:
    """Start, end and ramp up what is due; doing it twice at once does it once."""
    now = timezone.now()
    if due.act(now=now):
        publishing.publish_if_changed(now=now)


@shared_task(name="experiments.tasks.learn")
def learn() -> None:
    """Take what has been clicked into the probabilities of the policies that learn."""
    now = timezone.now()
    if adaptive.is_wanted() and ticks.first("learn", within=HALF_OF_LEARNING, now=now):
        rollup.run(now=now)
        adaptive.learn(now=now)
