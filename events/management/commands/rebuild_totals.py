"""Count the totals again from the log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engine.errors import LabError
from events import rebuilding
from events.rebuilding import Difference, Outcome


class Command(BaseCommand):
    """`manage.py rebuild_totals [--check] [--experiment ID]`"""

    help = "Count all totals again from the log and put them in the place of those that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="only compare; ends with 1 and the first difference where there is one",
        )
        parser.add_argument("--experiment", type=int, metavar="ID", help="of this experiment alone")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002, ANN401
        only = options["experiment"]
        self._refuse(only)
        work = rebuilding.check if options["check"] else rebuilding.rebuild
        try:
            outcome = work(experiment_id=only)
        except LabError as error:
            raise CommandError(str(error)) from error
        self._say(outcome, only)
        if options["check"] and outcome.differences:
            raise CommandError("The totals are not what the log says.")
        if outcome.differences:
            self.stdout.write("The totals are now what the log says.")

    def _refuse(self, only: int | None) -> None:
        """Say what cannot be counted again, because the log has given it up."""
        events, gone = rebuilding.given_up()
        if only in gone:
            raise CommandError(
                f"The log has given up events of experiment {only}: its totals cannot be counted "
                "again and stay as they are."
            )
        if events:
            self.stdout.write(
                f"The log has given up {events} old events, so not everything can be counted "
                "again: only experiments that lie wholly inside the log."
            )

    def _say(self, outcome: Outcome, only: int | None) -> None:
        if outcome.experiments is not None and only in outcome.experiments:
            which = f"experiment {only}"
        elif outcome.experiments is None:
            which = "everything"
        else:
            names = ", ".join(map(str, outcome.experiments)) or "none"
            which = f"these experiments: {names}"
        for difference in outcome.differences:
            self.stdout.write(_sentence(difference))
        if not outcome.differences:
            self.stdout.write(
                f"The totals are what the log says up to event {outcome.watermark}, for {which}."
            )


def _sentence(one: Difference) -> str:
    rows = "1 row differs" if one.rows == 1 else f"{one.rows} rows differ"
    return f"{one.model._meta.db_table}: {rows}. The first ({one.place}) {one.text}."
