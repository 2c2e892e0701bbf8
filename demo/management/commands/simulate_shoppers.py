"""Send simulated shoppers through a running stack and compare the report with the truth."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import policy_simulation, simulation
from demo.policy_simulation import PolicyOrder, PolicyOutcome
from demo.simulation import Order, Outcome
from engine.errors import LabError

Ran = TypeVar("Ran", Outcome, PolicyOutcome)

# A 95 % interval misses one time in twenty.
MISSES_ALLOWED = 1
SLOWEST = 120  # seconds from the plan to the verdict
HEAD = (
    f"{'seed':>5} {'truth':>8} {'lift':>8} {'interval':>20} {'holds':>6} {'verdict':<15} {'s':>6}"
)
POLICY_HEAD = (
    f"{'seed':>5} {'visits':>7} {'policy':>8} {'slice':>8} {'even':>8} {'gain':>8} {'truth':>8} "
    f"{'lift':>8} {'interval':>20} {'holds':>6} {'s':>6}"
)
FIXED, THOMPSON = "fixed", "thompson"


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


def policy_row(seed: int, outcome: PolicyOutcome) -> str:
    """One line of the table for a policy that learns: clicks per visit, and what they are worth."""
    rates = " ".join(f"{r * 100:>6.2f} %" for r in (outcome.policy, outcome.slice, outcome.even))
    lifts = " ".join(f"{_percent(n):>8}" for n in (outcome.gain, outcome.truth, outcome.lift))
    interval = f"{_percent(outcome.low)} … {_percent(outcome.high)}"
    holds = "yes" if outcome.contains_truth else "NO"
    return (
        f"{seed:>5} {outcome.visits:>7} {rates} {lifts} {interval:>20} {holds:>6} "
        f"{outcome.seconds:>6.1f}"
    )


class Command(BaseCommand):
    help = (
        "Send simulated shoppers with a known true lift through the data plane. "
        "--seeds N --check repeats it with N seeds and fails when more than N/20 of the "
        "intervals miss the truth. --policy thompson lets a policy learn from them instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policy", choices=(FIXED, THOMPSON), default=FIXED)
        parser.add_argument("--visitors", type=int, help="with a policy: visits")
        parser.add_argument("--lift", type=float, default=simulation.LIFT, help="0.2 is +20 %%")
        parser.add_argument("--seed", type=int, default=1, help="the first seed")
        parser.add_argument("--seeds", type=int, default=1, help="how many runs")
        parser.add_argument("--check", action="store_true")

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        learns = options["policy"] == THOMPSON
        self.stdout.write(POLICY_HEAD if learns else HEAD)
        first = options["seed"]
        one = self._one_policy if learns else self._one_test
        seeds = range(first, first + options["seeds"])
        outcomes = [one(seed, options) for seed in seeds]
        if options["check"]:
            self._check(outcomes)

    def _one_test(self, seed: int, options: dict[str, Any]) -> Outcome:
        visitors = options["visitors"] or simulation.VISITORS
        outcome = self._run(
            lambda: simulation.run(
                Order(options["lift"], visitors, seed),
                actor=None,
                clock=timezone.now,
                tell=self._tell,
            )
        )
        self.stdout.write(row(seed, outcome))
        return outcome

    def _one_policy(self, seed: int, options: dict[str, Any]) -> PolicyOutcome:
        visits = options["visitors"] or policy_simulation.VISITS
        outcome = self._run(
            lambda: policy_simulation.run(
                PolicyOrder(visits=visits, seed=seed),
                actor=None,
                clock=timezone.now,
                tell=self._tell,
            )
        )
        self.stdout.write(policy_row(seed, outcome))
        return outcome

    def _run(self, simulate: Callable[[], Ran]) -> Ran:
        try:
            outcome = simulate()
        except LabError as problem:
            hint = f" {problem.hint}" if problem.hint else ""
            raise CommandError(f"{problem}{hint}") from problem
        if sys.stderr.isatty():
            self.stderr.write("\r" + " " * 78 + "\r", ending="")
        return outcome

    def _tell(self, done: int, total: int, message: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{message}: {done:,} / {total:,}".ljust(78), ending="")

    def _check(self, outcomes: Sequence[Outcome | PolicyOutcome]) -> None:
        missed = sum(not outcome.contains_truth for outcome in outcomes)
        late = sum(outcome.seconds > SLOWEST for outcome in outcomes)
        allowed = max(MISSES_ALLOWED, len(outcomes) // 20)
        self.stdout.write(
            f"{len(outcomes) - missed} of {len(outcomes)} intervals hold the truth; "
            f"slowest {max(outcome.seconds for outcome in outcomes):.1f} s"
        )
        if missed > allowed or late:
            raise CommandError(f"{missed} intervals miss the truth, {late} runs were too slow.")
