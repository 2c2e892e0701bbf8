"""`manage.py import_results FILE --site … --map …`: load tests of which only totals exist."""

import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.errors import LabError
from experiments.imports import mapping, measures, results, totals, visitor_totals
from experiments.imports.wishes import ResultsImport, ResultsLoaded
from experiments.management import asked, told
from experiments.management.bar import Bar

EXAMPLE = """
example:
  manage.py import_results packages.csv.gz --site shop \\
    --map test=clickability_test_id,variant=package_index,name=headline \\
    --map impressions=impressions,clicks=clicks,week=test_week

  manage.py import_results looks.csv --site shop --time-default 2020-01-01 \\
    --map test=experiment,variant=variant,metric=metric,days=day \\
    --map count=count_t,mean=mean_t,variance=variance_t \\
    --map count_control=count_c,mean_control=mean_c,variance_control=variance_c \\
    --metrics 1=conversion_rate,2=,3=,4=revenue_per_visitor

docs/imports.md describes every option.
"""


class Command(BaseCommand):
    help = "Load finished tests of which only totals, or means per visitor, are known."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:  # noqa: ANN401
        kwargs |= {"epilog": EXAMPLE, "formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        asked.about_file(parser)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="WHAT=COLUMN,…",
            help=f"which column holds what: {', '.join(totals.COLUMNS)};"
            f" or of visitors: {', '.join(visitor_totals.COLUMNS)};"
            f" or of means per visitor: {', '.join(measures.COLUMNS)}",
        )
        parser.add_argument(
            "--metrics",
            action="append",
            default=[],
            metavar="NAME=METRIC,…",
            help=f"what the metrics of the file are: {', '.join(mapping.MEASURED)};"
            " empty leaves one out",
        )
        asked.about_time(parser)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        started = time.monotonic()
        try:
            loaded = results.load(_wanted(options), now=timezone.now(), progress=Bar(sys.stderr))
        except LabError as error:
            raise CommandError(told.refusal(error)) from error
        self._say(loaded)
        self.stdout.write(told.cost(time.monotonic() - started))

    def _say(self, loaded: ResultsLoaded) -> None:
        self.stdout.write("\n".join(loaded.summary.sentences()))
        values = {
            "tests": f"{loaded.tests:,}",
            "variants": f"{loaded.variants:,}",
            "added": f"{loaded.added:,}",
            "changed": f"{loaded.changed:,}",
        }
        text = _("Tests: %(tests)s (%(variants)s variants); new: %(added)s, changed: %(changed)s.")
        self.stdout.write(text % values)
        if not loaded.added and not loaded.changed:
            self.stdout.write(_("Nothing new: everything was there already."))


def _wanted(options: dict[str, Any]) -> ResultsImport:
    site = asked.site(options["site"])
    clock = asked.clock(options, site, now=timezone.now())
    asked_for = mapping.pairs(options["map"], option="--map")
    known, required = _columns_of(asked_for)
    columns = mapping.columns(options["map"], known=known, required=required)
    return ResultsImport(
        path=Path(options["file"]),
        site=site,
        columns=columns,
        clock=clock,
        metrics=mapping.metrics(options["metrics"]),
        time_default=asked.moment(options["time_default"], clock),
        delimiter=asked.delimiter(options["delimiter"]),
        each=options["each"],
    )


def _columns_of(asked_for: Mapping[str, str]) -> tuple[Sequence[str], Sequence[str]]:
    """The columns of the form that is asked for, and those that it needs."""
    if measures.asked(asked_for):
        return measures.COLUMNS, measures.required(asked_for)
    if visitor_totals.asked(asked_for):
        return visitor_totals.COLUMNS, visitor_totals.REQUIRED
    return totals.COLUMNS, totals.REQUIRED
