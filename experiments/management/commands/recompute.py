"""`manage.py recompute bundle.json`: does the verdict follow from the data?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from engine.errors import LabError
from experiments.management import told
from experiments.reports import bundle


class Command(BaseCommand):
    help = (
        "Work a report out again from its bundle and compare. Needs no database. Ends with 1 and a "
        "sentence when the inputs, the method or the result differ."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a bundle, downloaded from the page of a report")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        try:
            found = bundle.recompute(bundle.read(Path(options["file"]).read_bytes()))
        except OSError as error:
            raise CommandError(_("The file cannot be read: %s.") % error) from error
        except LabError as error:
            raise CommandError(told.refusal(error)) from error
        self.stdout.write(_("Verdict: %s") % found.verdict)
        self.stdout.write(_("Inputs: %s") % found.inputs_hash)
        self.stdout.write(_("Result: %s") % found.result_hash)
        if found.problem:
            raise CommandError(found.problem)
