"""A second person before an experiment goes out: submit, take back, approve, send back."""

import datetime as dt
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set
from experiments.lifecycle import launching
from experiments.lifecycle.table import Move, target, targets
from experiments.models import Experiment

NOT_SUBMITTED: Final[dict[str, Any]] = {
    "submitted_by": None,
    "submitted_at": None,
    "approved_by": None,
    "approved_at": None,
}
LONGEST_REASON: Final = 2000


@transaction.atomic
def submit(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Ask another person to look at the plan; raises `launch.NotReady` while it lacks something."""
    status = target(experiment, Move.SUBMIT)
    launching.check_complete(experiment, now=now)
    changes = NOT_SUBMITTED | {
        "status": status,
        "submitted_by": actor,
        "submitted_at": now,
        "returned_reason": "",
        "told": {},
    }
    compare_and_set.change(experiment, Move.SUBMIT, changes, actor=actor, now=now)


@transaction.atomic
def withdraw(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Make it a draft again, to go on with it."""
    changes = NOT_SUBMITTED | {"status": target(experiment, Move.WITHDRAW)}
    compare_and_set.change(experiment, Move.WITHDRAW, changes, actor=actor, now=now)


@transaction.atomic
def approve(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Let somebody else's experiment go out: at once, or at its start when that lies ahead.

    Raises:
        IllegalMove: Nobody asked for it, or it is the approver's own.
        NotReady: Something stands against it that did not when it was submitted.
        Conflict: Somebody else was first.
    """
    running, scheduled = targets(experiment, Move.APPROVE)
    check_may_approve(experiment, actor)
    later = experiment.starts_at is not None and experiment.starts_at > now
    if later:
        launching.check_complete(experiment, now=now)
        changes: dict[str, Any] = {"status": scheduled}
    else:
        changes = launching.begin(experiment, now=now) | {"status": running}
    changes |= {"approved_by": actor, "approved_at": now, "told": {}}
    compare_and_set.change(experiment, Move.APPROVE, changes, actor=actor, now=now)
    if not later:
        launching.begun(experiment, actor=actor, now=now)


@transaction.atomic
def send_back(
    experiment: Experiment, *, reason: str, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    """Make it a draft again and say why; raises InvalidInput without a reason."""
    status = target(experiment, Move.SEND_BACK)
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say what is to be changed, in one sentence."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(
            _("At most %(most)s characters.") % {"most": LONGEST_REASON}, field="reason"
        )
    changes = NOT_SUBMITTED | {"status": status, "returned_reason": reason}
    compare_and_set.change(experiment, Move.SEND_BACK, changes, actor=actor, now=now, reason=reason)


def check_may_approve(experiment: Experiment, actor: AbstractBaseUser | None) -> None:
    """Raises IllegalMove for whoever submitted or owns it, and for whoever is no person."""
    own = {experiment.submitted_by_id, experiment.owner_id}
    if actor is None or actor.pk is None or actor.pk in own:
        raise IllegalMove(
            _("Another person has to approve this experiment: neither its owner nor who asked."),
            hint=_(
                "An administrator can invite somebody, or let experiments go out without a second "
                "person, under Settings."
            ),
        )
