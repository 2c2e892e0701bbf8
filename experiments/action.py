"""One thing that can be done to an experiment: its words, who may, and when it is offered."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from experiments.action_forms import ActionForm
from experiments.models import Experiment
from workspace.access import Permission

Apply = Callable[[Experiment, Mapping[str, Any], AbstractBaseUser | None, dt.datetime], Any]
"""Does it; what it returns is said in place of `done`."""


def _always(experiment: Experiment) -> bool:  # noqa: ARG001 - one signature for all
    return True


def _anybody(experiment: Experiment, actor: AbstractBaseUser) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done; in the statuses of `leads_from` it is the next step.

    `sensible` asks the experiment, `for_person` also who looks at it.
    """

    name: str
    permission: Permission
    verb: Any
    icon: str
    done: Any
    apply: Apply
    statuses: tuple[str, ...]
    form: type[ActionForm] = ActionForm
    danger: bool = False
    live_only: bool = True
    sensible: Callable[[Experiment], bool] = _always
    leads_from: tuple[str, ...] = ()
    for_person: Callable[[Experiment, AbstractBaseUser], bool] = _anybody

    def is_offered(self, experiment: Experiment) -> bool:
        """Whether it makes sense now; the use-case itself decides whether it is possible."""
        if self.live_only and experiment.origin != Experiment.Origin.LIVE:
            return False
        return experiment.status in self.statuses and self.sensible(experiment)


def simple(move: Callable[..., None]) -> Apply:
    """A move that asks for nothing."""

    def apply(
        experiment: Experiment,
        data: Mapping[str, Any],  # noqa: ARG001 - one signature for all
        actor: AbstractBaseUser | None,
        now: dt.datetime,
    ) -> None:
        move(experiment, actor=actor, now=now)

    return apply


def with_reason(move: Callable[..., None]) -> Apply:
    """A move that keeps why it was made."""

    def apply(
        experiment: Experiment,
        data: Mapping[str, Any],
        actor: AbstractBaseUser | None,
        now: dt.datetime,
    ) -> None:
        move(experiment, reason=data["reason"], actor=actor, now=now)

    return apply
