"""Fold the log of a site into its profiles again."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from redis.exceptions import RedisError

from audiences import profiles
from delivery.state import PatientStore
from workspace.models import Site

SCHEMES = ("redis://", "rediss://", "unix://")


class Command(BaseCommand):
    """`manage.py rebuild_profiles --site KEY`"""

    help = "Fold the log of a site into the profiles of its visitors again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="key of the site")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        site = Site.objects.filter(key=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site '{options['site']}'.")
        store = PatientStore(_state_url(), seconds=10)
        try:
            alive = profiles.rebuild(site, store, now=timezone.now())
        except (RedisError, OSError) as error:
            raise CommandError(f"The state store (STATE_URL) cannot be reached: {error}") from error
        self.stdout.write(f"{alive} profiles of {site.key} folded from the log.")


def _state_url() -> str:
    """Where profiles are kept; raises CommandError when that has not been said."""
    url = settings.CONFIG.state_url
    if not url.startswith(SCHEMES):
        raise CommandError(
            "No state store is set, so there are no profiles: set STATE_URL to its address, "
            "such as redis://:password@host:6379/0."
        )
    return str(url)
