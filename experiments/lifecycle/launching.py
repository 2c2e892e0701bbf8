"""Before and while it is in front of visitors: schedule, start, pause, resume."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, launch, layers, ramps, sealing, traffic
from experiments.lifecycle.table import Move, target
from experiments.models import Experiment, Status

LATER = frozenset({"room"})
"""Problems that time may mend: who has the visitors now may have stopped by then."""


@transaction.atomic
def schedule(
    experiment: Experiment,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    starts_at: dt.datetime | None = None,
) -> None:
    """Let the clock start it.

    Args:
        experiment: A draft.
        actor: Who.
        now: When this is asked.
        starts_at: When it is to start; None takes what the plan says.

    Raises:
        IllegalMove: Not a draft, or a second person has to approve it first.
        InvalidInput: No start, or none that lies ahead.
        NotReady: Something stands against it already.
        Conflict: Somebody else was first.
    """
    status = target(experiment, Move.SCHEDULE)
    refuse_without_review(experiment)
    begins = starts_at or experiment.starts_at
    check_start(begins, experiment.ends_at, now=now)
    experiment.starts_at = begins
    check_complete(experiment, now=now)
    changes: dict[str, Any] = {"status": status, "starts_at": begins, "told": {}}
    compare_and_set.change(experiment, Move.SCHEDULE, changes, actor=actor, now=now)


@transaction.atomic
def unschedule(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Make it a draft again; an approval is used up by that."""
    changes: dict[str, Any] = {
        "status": target(experiment, Move.UNSCHEDULE),
        "submitted_by": None,
        "submitted_at": None,
        "approved_by": None,
        "approved_at": None,
        "told": {},
    }
    compare_and_set.change(experiment, Move.UNSCHEDULE, changes, actor=actor, now=now)


@transaction.atomic
def start(
    experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime, reason: str = ""
) -> None:
    """Put an experiment live; raises `launch.NotReady` with everything that stands against it."""
    status = target(experiment, Move.START)
    if experiment.status == Status.DRAFT:
        refuse_without_review(experiment)
    changes = begin(experiment, now=now) | {"status": status, "told": {}}
    compare_and_set.change(experiment, Move.START, changes, actor=actor, now=now, reason=reason)
    begun(experiment, actor=actor, now=now)


@transaction.atomic
def pause(
    experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime, reason: str = ""
) -> None:
    """Everybody sees the default creative until it goes on; the slice is kept."""
    changes = {"status": target(experiment, Move.PAUSE)}
    compare_and_set.change(
        experiment, Move.PAUSE, changes, actor=actor, now=now, reason=reason.strip()
    )


@transaction.atomic
def resume(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Everybody sees the variant from before the pause again; a ramp holds its step anew."""
    held = None if experiment.ramp_since is None else now
    changes = {"status": target(experiment, Move.RESUME), "ramp_since": held}
    compare_and_set.change(experiment, Move.RESUME, changes, actor=actor, now=now)


def begin(experiment: Experiment, *, now: dt.datetime) -> dict[str, Any]:
    """What changes with the start; holds the layer until the end of the transaction."""
    if experiment.placement is not None:
        layers.lock(experiment.placement)
    share = ramps.first_share(experiment)
    experiment.traffic_share = share
    _refuse(launch.problems(experiment, now=now))
    return {
        "slice": traffic.first_slice(experiment),
        "started_at": now,
        "traffic_share": share,
        "ramp_since": now if ramps.next_step(experiment) else None,
    }


def begun(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Give the variants their buckets and seal the plan; after the move, in its transaction."""
    traffic.store_ranges(list(experiment.variants.all()))
    open_checks = [problem.message for problem in launch.problems(experiment, now=now)]
    sealing.seal(experiment, actor=actor, now=now, open_checks=open_checks)


def check_complete(experiment: Experiment, *, now: dt.datetime) -> None:
    """Raises NotReady for what time will not mend, as things will be at the start."""
    begins = experiment.starts_at
    at = begins if begins is not None and begins > now else now
    _refuse(tuple(p for p in launch.problems(experiment, now=at) if p.code not in LATER))


def check_start(begins: dt.datetime | None, ends: dt.datetime | None, *, now: dt.datetime) -> None:
    """Raises InvalidInput for a start that the clock cannot keep."""
    if begins is None:
        raise InvalidInput(_("Say when it is to start."), field="starts_at")
    if begins <= now:
        raise InvalidInput(_("This start is over. Choose one that lies ahead."), field="starts_at")
    if ends is not None and ends <= begins:
        raise InvalidInput(_("The end lies before the start."), field="ends_at")


def refuse_without_review(experiment: Experiment) -> None:
    """Raises IllegalMove for a draft of a site where a second person lets experiments go out."""
    if experiment.site.launch_review:
        raise IllegalMove(
            _("On this site another person lets experiments go out."),
            hint=_("Submit it for review: who approves it starts it, or lets the clock start it."),
        )


def refuses(move: str, problem: launch.Problem) -> bool:
    """Whether a problem keeps a plan from this move."""
    hard = getattr(problem, "hard", True)
    return hard and not (move in {Move.SUBMIT, Move.SCHEDULE} and problem.code in LATER)


def _refuse(problems: tuple[launch.Problem, ...]) -> None:
    """Soft problems are named on the page and refuse nothing."""
    hard = tuple(problem for problem in problems if getattr(problem, "hard", True))
    if hard:
        raise launch.NotReady(hard)
