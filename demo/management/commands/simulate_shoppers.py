"""Send simulated shoppers through a running stack and compare the report with the truth."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import simulation
from demo.simulation import Order, Outcome
from engine.errors import LabError

# A 95 % interval misses one time in twenty.
MISSES_ALLOWED = 1
SLOWEST = 120  # seconds from the plan to the verdict
HEAD = (
    f"{'seed':>5} {'truth':>8} {'lift':>8} {'interval':>20} {'holds':>6} {'verdict':<15} {'s':>6}"
)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:+.1f} %"


def row(seed: int, outcome: Outcome) -> str:
    """One line of the table."""
    interval = f"{_percent(outcome.low)} … {_percent(outcome.high)}"
    holds = "yes" if outcome.contains_truth else "NO"
    return (
        f"{seed:>5} {_percent(outcome.truth):>8} {_percent(outcome.lift):>8} {interval:>20} "
        f"{holds:>6} {outcome.verdict:<15} {outcome.seconds:>6.1f}"
    )


class Command(BaseCommand):
    help = (
        "Send simulated shoppers with a known true lift through the data plane. "
        "--seeds N --check repeats it with N seeds and fails when more than N/20 of the "
        "intervals miss the truth."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--visitors", type=int, default=simulation.VISITORS)
        parser.add_argument("--lift", type=float, default=simulation.LIFT, help="0.2 is +20 %%")
        parser.add_argument("--seed", type=int, default=1, help="the first seed")
        parser.add_argument("--seeds", type=int, default=1, help="how many runs")
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        self.stdout.write(HEAD)
        first = options["seed"]
        outcomes = [
            self._run(Order(options["lift"], options["visitors"], seed))
            for seed in range(first, first + options["seeds"])
        ]
        if options["check"]:
            self._check(outcomes)

    def _run(self, order: Order) -> Outcome:
        try:
            outcome = simulation.run(order, actor=None, clock=timezone.now, tell=self._tell)
        except LabError as problem:
            hint = f" {problem.hint}" if problem.hint else ""
            raise CommandError(f"{problem}{hint}") from problem
        if sys.stderr.isatty():
            self.stderr.write("\r" + " " * 78 + "\r", ending="")
        self.stdout.write(row(order.seed, outcome))
        return outcome

    def _tell(self, done: int, total: int, message: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{message}: {done:,} / {total:,}".ljust(78), ending="")

    def _check(self, outcomes: list[Outcome]) -> None:
        missed = sum(not outcome.contains_truth for outcome in outcomes)
        late = sum(outcome.seconds > SLOWEST for outcome in outcomes)
        allowed = max(MISSES_ALLOWED, len(outcomes) // 20)
        self.stdout.write(
            f"{len(outcomes) - missed} of {len(outcomes)} intervals hold the truth; "
            f"slowest {max(outcome.seconds for outcome in outcomes):.1f} s"
        )
        if missed > allowed or late:
            raise CommandError(f"{missed} intervals miss the truth, {late} runs were too slow.")
