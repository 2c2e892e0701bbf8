"""Make or complete the demo site."""

import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import credentials, data, history, seed
from demo.models import DemoSite
from demo.simulation import SITE
from workspace import jobs
from workspace.models import Job


class Command(BaseCommand):
    help = (
        "Make the demo site with people, keys, banners and placements, and let the worker bring "
        "in its past; may be run again. --wait brings the past in here and says what it took."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="bring the past in here, now")

    def handle(self, *_args: str, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo: set DEMO=1 first.")
        began = time.monotonic()
        seed.seed(now=timezone.now())
        self.stdout.write(f"The demo site is ready after {time.monotonic() - began:.1f} s;")
        self.stdout.write(f"passwords and keys: {credentials.path()}")
        demo = DemoSite.objects.select_related("site").get(site__key=SITE)
        if history.is_whole(demo):
            self.stdout.write("Its past is complete.")
            return
        job = data.ask_for_history(demo.site, actor=None, now=timezone.now())
        if options["wait"]:
            self._wait(job)
        else:
            self.stdout.write("Its past is coming in; the home page says how far it is.")

    def _wait(self, job: Job) -> None:
        began = time.monotonic()
        done = jobs.run(job.pk, now=timezone.now())
        if done is None:
            self.stdout.write("A worker has taken it already.")
        elif done.status != Job.Status.DONE or done.result is None:
            raise CommandError(done.error or "The past could not be brought in.")
        else:
            seconds = time.monotonic() - began
            self.stdout.write(f"{done.result['shoppers']:,} shoppers in {seconds:.1f} s:")
            for part, part_seconds in done.result["seconds"].items():
                self.stdout.write(f"  {part} {part_seconds:.1f} s")
