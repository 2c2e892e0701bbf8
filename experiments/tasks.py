"""What happens by the clock. Celery may be away: pages publish their own changes."""

from celery import shared_task
from django.utils import timezone

from events import rollup
from experiments import adaptive, publishing
from experiments.reports import refresh


@shared_task(name="experiments.tasks.publish_changes")
def publish_changes() -> None:
    """Put changes that no web request has published in front of the shoppers."""
    publishing.publish_if_changed(now=timezone.now())


@shared_task(name="experiments.tasks.refresh_reports")
def refresh_reports() -> None:
    """Count what is new and bring the reports of everything live up to date."""
    refresh.refresh_running(now=timezone.now())


@shared_task(name="experiments.tasks.learn")
def learn() -> None:
    """Take what has been clicked into the probabilities of the policies that learn."""
    now = timezone.now()
    if adaptive.is_wanted():
        rollup.run(now=now)
        adaptive.learn(now=now)
