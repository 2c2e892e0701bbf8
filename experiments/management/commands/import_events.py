"""`manage.py import_events FILE --site … --experiment … --map …`: load a log as an experiment."""

import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from delivery.currencies import ISO_4217
from engine.errors import InvalidInput, LabError
from experiments.imports import events, mapping
from experiments.imports.cells import Money
from experiments.imports.designs import Goal
from experiments.imports.visits import COLUMNS, Reading
from experiments.imports.wishes import EventsImport, Loaded, Survey
from experiments.management import asked, told
from experiments.management.bar import Bar
from experiments.models import Experiment
from workspace.models import Site

EXAMPLE = """
example:
  manage.py import_events ab_data.csv.gz --site shop --experiment landing-page \\
    --map unit=user_id,time=timestamp,variant=group,converted=converted \\
    --require landing_page:control=old_page,treatment=new_page \\
    --primary conversion_rate --mde 0.5 --mde-kind points

docs/imports.md describes every option.
"""


class Command(BaseCommand):
    help = "Load a log with a row per visit or event (CSV, TSV, JSON Lines; plain or gzip)."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:  # noqa: ANN401
        kwargs |= {"epilog": EXAMPLE, "formatter_class": RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        asked.about_file(parser)
        add("--experiment", default="", help="key of the experiment; none: the site's own events")
        add("--name", default="", help="its name (default: the key)")
        add("--map", action="append", default=[], metavar="WHAT=COLUMN,…",
            help=f"which column holds what: {', '.join(COLUMNS)}")  # fmt: skip
        add("--require", action="append", default=[], metavar="COLUMN:VARIANT=VALUE,…",
            help="leave out rows whose column does not hold the variant's value")  # fmt: skip
        add("--kinds", action="append", default=[], metavar="VALUE=KIND,…",
            help="what the values of the kind column mean; KIND empty: leave out")  # fmt: skip
        add("--control", default="", help="which variant is the control")
        add("--weights", action="append", default=[], metavar="VARIANT=N,…",
            help="the split that was set (default: equal)")  # fmt: skip
        add("--primary", choices=Experiment.Metric.values, default=Experiment.Metric.CTR)
        add("--mde", help="smallest effect worth finding")
        add("--mde-kind", choices=Experiment.MdeKind.values, default="relative")
        add("--days", type=int, help="planned days (default: the days of the file)")
        asked.about_time(parser)
        add("--currency", default="", help="of the amounts (default: the site's)")
        add("--thousands", default="", choices=["", ",", ".", " ", "'"], help="mark in amounts")
        add("--decimal", default=".", choices=[".", ","], help="mark in amounts")
        add("--minor-units", action="store_true", help="amounts are in cents, not in units")
        add("--drop-unreadable", action="store_true", help="leave unreadable rows out")
        add("--keep-repeats", action="store_true", help="equal rows are events of their own")
        add("--check", action="store_true", help="read and report, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        started = time.monotonic()
        try:
            wanted = _wanted(options)
            bar = Bar(sys.stderr)
            if options["check"]:
                self._say_checked(events.examine(wanted, progress=bar))
            else:
                self._say_loaded(wanted, events.load(wanted, now=timezone.now(), progress=bar))
        except LabError as error:
            raise CommandError(told.refusal(error)) from error
        self.stdout.write(told.cost(time.monotonic() - started))

    def _say_checked(self, survey: Survey) -> None:
        self.stdout.write("\n".join(survey.summary.sentences()))
        self.stdout.write(_("Nothing was written (--check)."))

    def _say_loaded(self, wanted: EventsImport, loaded: Loaded) -> None:
        self.stdout.write("\n".join(loaded.summary.sentences()))
        if not loaded.added:
            self.stdout.write(
                _("Nothing new: all %(n)s events were there already.") % {"n": f"{loaded.known:,}"}
            )
        else:
            self.stdout.write(
                _("%(added)s events added, %(known)s were there already.")
                % {"added": f"{loaded.added:,}", "known": f"{loaded.known:,}"}
            )
        if loaded.delayed:
            self.stdout.write(_("Somebody writes a lot; the report follows within minutes."))
        if loaded.report is not None:
            self.stdout.write(told.report(wanted.site, loaded.report))


def _wanted(options: dict[str, Any]) -> EventsImport:
    site = asked.site(options["site"])
    return EventsImport(
        path=Path(options["file"]),
        site=site,
        experiment=options["experiment"],
        reading=_reading(options, site),
        name=options["name"],
        control=options["control"],
        weights=mapping.weights(options["weights"]),
        goal=Goal(
            options["primary"], _mde(options["mde"]), options["mde_kind"], _days(options["days"])
        ),
        delimiter=asked.delimiter(options["delimiter"]),
        each=options["each"],
    )


def _reading(options: dict[str, Any], site: Site) -> Reading:
    needed = ["unit"] if options["time_default"] else ["unit", "time"]
    columns = mapping.columns(options["map"], known=COLUMNS, required=needed)
    clock = asked.clock(options, site, now=timezone.now())
    return Reading(
        columns=columns,
        clock=clock,
        money=_money(options, site),
        rules=mapping.rules(options["require"]),
        kinds=mapping.kinds(options["kinds"]),
        time_default=asked.moment(options["time_default"], clock),
        drop_unreadable=options["drop_unreadable"],
        keep_repeats=options["keep_repeats"],
    )


def _money(options: dict[str, Any], site: Site) -> Money:
    currency = options["currency"] or site.currency
    if currency not in ISO_4217:
        raise InvalidInput(
            _("%(code)s is no currency of ISO 4217.") % {"code": currency}, field="--currency"
        )
    if currency != site.currency:
        raise InvalidInput(
            _("This site counts in %(site)s, not in %(code)s.")
            % {"site": site.currency, "code": currency},
            field="--currency",
            hint=_("Convert the amounts, or load the file into another site."),
        )
    if options["thousands"] == options["decimal"]:
        raise InvalidInput(_("--thousands and --decimal are the same."), field="--thousands")
    return Money(currency, options["thousands"], options["decimal"], minor=options["minor_units"])


def _mde(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        number = Decimal(0)
    if not 0 < number < 10_000:  # noqa: PLR2004 - the width of the column
        raise InvalidInput(_("--mde is a number above 0, such as 0.5."), field="--mde")
    return number


def _days(number: int | None) -> int | None:
    if number is not None and not 1 <= number <= 365:  # noqa: PLR2004 - a year
        raise InvalidInput(_("--days lies between 1 and 365."), field="--days")
    return number
