"""The one table of moves: from which status each is possible, and where it leads."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engine.errors import IllegalMove
from experiments import compare_and_set
from experiments.models import Experiment, Status


class Move(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    DECIDE = "decide"
    ARCHIVE = "archive"
    RESTORE = "restore"


Targets = tuple[Status, ...]
ARCHIVABLE: Final = (Status.DRAFT, Status.STOPPED, Status.DECIDED)

MOVES: Final[Mapping[Move, Mapping[str, Targets]]] = MappingProxyType(
    {
        Move.SUBMIT: {Status.DRAFT: (Status.IN_REVIEW,)},
        Move.WITHDRAW: {Status.IN_REVIEW: (Status.DRAFT,)},
        Move.APPROVE: {Status.IN_REVIEW: (Status.RUNNING, Status.SCHEDULED)},
        Move.SEND_BACK: {Status.IN_REVIEW: (Status.DRAFT,)},
        Move.SCHEDULE: {Status.DRAFT: (Status.SCHEDULED,)},
        Move.UNSCHEDULE: {Status.SCHEDULED: (Status.DRAFT,)},
        Move.START: {Status.DRAFT: (Status.RUNNING,), Status.SCHEDULED: (Status.RUNNING,)},
        Move.PAUSE: {Status.RUNNING: (Status.PAUSED,)},
        Move.RESUME: {Status.PAUSED: (Status.RUNNING,)},
        Move.STOP: {Status.RUNNING: (Status.STOPPED,), Status.PAUSED: (Status.STOPPED,)},
        Move.DECIDE: {Status.STOPPED: (Status.DECIDED,)},
        Move.ARCHIVE: dict.fromkeys(ARCHIVABLE, (Status.ARCHIVED,)),
        Move.RESTORE: {Status.ARCHIVED: ARCHIVABLE},
    }
)
"""Move → status before → statuses after. What is not here is not possible.

Where there are several, the move itself knows which: an approval schedules what begins later, and
what comes out of the archive is what it was.
"""

WORDS: Final[Mapping[Move, Any]] = MappingProxyType(
    {
        Move.SUBMIT: pgettext_lazy("verb", "submit for review"),
        Move.WITHDRAW: pgettext_lazy("verb", "take back from review"),
        Move.APPROVE: pgettext_lazy("verb", "approve"),
        Move.SEND_BACK: pgettext_lazy("verb", "send back"),
        Move.SCHEDULE: pgettext_lazy("verb", "schedule"),
        Move.UNSCHEDULE: pgettext_lazy("verb", "take off the schedule"),
        Move.START: pgettext_lazy("verb", "start"),
        Move.PAUSE: pgettext_lazy("verb", "pause"),
        Move.RESUME: pgettext_lazy("verb", "resume"),
        Move.STOP: pgettext_lazy("verb", "stop"),
        Move.DECIDE: pgettext_lazy("verb", "decide"),
        Move.ARCHIVE: pgettext_lazy("verb", "archive"),
        Move.RESTORE: pgettext_lazy("verb", "take out of the archive"),
    }
)
NOTHING = gettext_lazy("nothing: this is the end")


def possible(status: str) -> tuple[Move, ...]:
    """The moves that the life cycle has from a status."""
    return tuple(move for move, table in MOVES.items() if status in table)


def target(experiment: Experiment, move: Move) -> Status:
    """Where a move with one target leads; raises IllegalMove where the table has none."""
    return targets(experiment, move)[0]


def targets(experiment: Experiment, move: Move) -> Targets:
    """Where a move may lead; raises IllegalMove where the table has none."""
    found = MOVES[move].get(experiment.status)
    if found is None:
        raise IllegalMove(not_possible(experiment, WORDS[move]))
    return found


def not_possible(experiment: Experiment, wanted: object) -> str:
    """The sentence that refuses something and says what can be done instead."""
    words = [str(WORDS[move]) for move in possible(experiment.status)]
    sentence = _(
        "“%(name)s” is %(status)s: %(wanted)s is not possible. Possible now: %(possible)s."
    )
    return sentence % {
        "name": experiment.name,
        "status": compare_and_set.status_word(experiment.status),
        "wanted": wanted,
        "possible": ", ".join(words) or NOTHING,
    }
