"""A ramp: the traffic share is raised in steps, each held for a while and until enough have come.

A step is {"share": percent, "hours": to hold it, "visitors": who must have been shown a variant}.
It starts with the share of the first step. Raising a share moves nobody: whoever is in stays in,
with the same variant. What a step waits for is that both its hours and its visitors are reached.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from engine.errors import InvalidInput
from experiments.models import Experiment

MOST_STEPS: Final = 10
LONGEST_HOURS: Final = 24 * 60
MOST_VISITORS: Final = 100_000_000
EVERYBODY: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Run at `share` percent for at least `hours` and until `visitors` have been shown a variant.

    Of the last step only the share matters.
    """

    share: int
    hours: int = 24
    visitors: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """What the step in force still waits for."""

    now: Step
    next: Step
    until: dt.datetime
    seen: int

    def is_over(self, now: dt.datetime) -> bool:
        """Whether the next step may come."""
        return now >= self.until and self.seen >= self.now.visitors


def read(stored: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps from their JSON; raises InvalidInput for what is no ramp."""
    try:
        steps = tuple(Step(**{key: _whole(value) for key, value in one.items()}) for one in stored)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            _("A step of a ramp has a share, hours and visitors, all whole numbers."), field="ramp"
        ) from error
    check(steps)
    return steps


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def stored(steps: Iterable[Step]) -> list[dict[str, int]]:
    """The steps as they are kept."""
    return [asdict(step) for step in steps]


def check(steps: tuple[Step, ...]) -> None:
    """Raises InvalidInput, with field `ramp`, for steps that cannot be gone up."""
    if len(steps) > MOST_STEPS:
        raise _refused(_("A ramp has at most %(most)s steps.") % {"most": MOST_STEPS})
    if any(not 1 <= step.share <= EVERYBODY for step in steps):
        raise _refused(_("The share of a step lies between 1 and 100 %."))
    if any(later.share <= step.share for step, later in pairwise(steps)):
        raise _refused(_("Each step has a larger share than the one before."))
    if any(not 1 <= step.hours <= LONGEST_HOURS for step in steps):
        raise _refused(_("A step is held for 1 to %(most)s hours.") % {"most": LONGEST_HOURS})
    if any(not 0 <= step.visitors <= MOST_VISITORS for step in steps):
        raise _refused(_("The visitors of a step are a whole number, 0 or more."))


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="ramp")


def first_share(experiment: Experiment) -> int:
    """The traffic share that it starts with."""
    steps = read(experiment.ramp)
    return steps[0].share if steps else experiment.traffic_share


def last_share(experiment: Experiment) -> int:
    """The traffic share that it is to reach."""
    steps = read(experiment.ramp)
    return steps[-1].share if steps else experiment.traffic_share


def next_step(experiment: Experiment) -> Step | None:
    """The first step above the present share; None at the top, or without a ramp."""
    steps = read(experiment.ramp)
    return next((step for step in steps if step.share > experiment.traffic_share), None)


def step_in_force(experiment: Experiment) -> Step | None:
    """The step that the present share belongs to; None below the first, or without a ramp."""
    passed = [step for step in read(experiment.ramp) if step.share <= experiment.traffic_share]
    return passed[-1] if passed else None


def wait(experiment: Experiment, *, seen: int) -> Wait | None:
    """What the ramp waits for; None where it does not go on by itself.

    Args:
        experiment: Any.
        seen: Visitors who have been shown a variant in this phase.
    """
    following = next_step(experiment)
    if experiment.ramp_since is None or following is None:
        return None
    # A share below the first step was set by hand: the first step comes at once.
    here = step_in_force(experiment) or Step(experiment.traffic_share, 0, 0)
    until = experiment.ramp_since + dt.timedelta(hours=here.hours)
    return Wait(here, following, until, seen)


def since(experiment: Experiment, share: int, now: dt.datetime) -> dt.datetime | None:
    """From when a new share is held; None where the ramp is over, or was not going on."""
    above = any(step.share > share for step in read(experiment.ramp))
    return now if experiment.ramp_since is not None and above else None
