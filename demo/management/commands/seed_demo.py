"""Make or complete the demo site."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import credentials, history, seed
from demo.simulation import SITE
from engine.errors import LabError
from experiments.models import Experiment


class Command(BaseCommand):
    help = "Make the demo site with people, keys, banners and experiments; may be run again."

    def handle(self, *_args: str, **_options: object) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo: set DEMO=1 first.")
        known = seed.seed(now=timezone.now())
        self.stdout.write(f"The demo site is ready; passwords and keys: {credentials.path()}")
        experiment = Experiment.objects.get(site__key=SITE, key=history.EXPERIMENT)
        try:
            came = history.bring_in(experiment, known, now=timezone.now())
        except LabError as problem:
            self.stderr.write(f"The experiment with a past stays empty: {problem}")
        else:
            self.stdout.write(f"{came:,} shoppers of the last days came in.")
