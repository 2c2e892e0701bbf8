"""Out of sight and back: what is archived counts as what it was, and can be that again."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import IllegalMove
from experiments import compare_and_set
from experiments.lifecycle.table import Move, target, targets
from experiments.models import DecisionRequest, Experiment, Status


@transaction.atomic
def archive(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Put a draft or an ended experiment out of sight; nothing of it is lost.

    Raises:
        IllegalMove: It runs, waits, or a decision on it waits for a second person.
        Conflict: Somebody else was first.
    """
    changes = {"status": target(experiment, Move.ARCHIVE), "archived_from": experiment.status}
    waiting = experiment.decision_requests.filter(state=DecisionRequest.State.PENDING)
    if waiting.exists():
        raise IllegalMove(
            _("A decision is waiting for a second person."), hint=_("Confirm or decline it first.")
        )
    compare_and_set.change(experiment, Move.ARCHIVE, changes, actor=actor, now=now)


@transaction.atomic
def restore(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Make it again what it was when it was archived."""
    possible, was = targets(experiment, Move.RESTORE), experiment.archived_from
    # Only a row written by hand names something else: its results must not be lost for it.
    back = Status(was) if was in possible else Status.STOPPED
    changes = {"status": back, "archived_from": ""}
    compare_and_set.change(experiment, Move.RESTORE, changes, actor=actor, now=now)
