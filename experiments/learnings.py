"""What a finished test has taught: takeaways and tags, written down by people."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, tags
from experiments.models import Experiment, Status

LONGEST: Final = 2_000
FINISHED: Final = (Status.STOPPED, Status.DECIDED)


@transaction.atomic
def keep(
    experiment: Experiment,
    *,
    takeaways: str,
    tags_wanted: Sequence[str],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    """Write down what was learned; the plan and the result stay as they are.

    Raises:
        IllegalMove: It is not finished: nothing has been learned yet.
        InvalidInput: Too long, or tags that do not fit.
        Conflict: Somebody else wrote since `experiment` was read.
    """
    require_finished(experiment)
    text = takeaways.strip()
    if len(text) > LONGEST:
        raise InvalidInput(_("At most %(most)s characters.") % {"most": LONGEST}, field="takeaways")
    tags.check(tags_wanted)
    changes = {"takeaways": text, "tags": list(tags_wanted)}
    compare_and_set.change(experiment, "note_learnings", changes, actor=actor, now=now)


def require_finished(experiment: Experiment) -> None:
    """Raises IllegalMove for a test that has not ended."""
    if experiment.stage not in FINISHED:
        raise IllegalMove(
            _("“%(name)s” is not finished: there is nothing to write down yet.")
            % {"name": experiment.name},
            hint=_("Stop it first, or wait for its end."),
        )
