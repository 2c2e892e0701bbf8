"""The life cycle of an experiment: one table of moves, and the only writer of `status`.

    draft ──submit──▶ in review ──approve──▶ running, or scheduled when its start lies ahead
      ▲◀─withdraw, send back─┘
    draft ──schedule──▶ scheduled ──start──▶ running       (unschedule leads back to the draft)
    draft ──start──▶ running ◀──resume── paused            running, paused ──stop──▶ stopped
                        └─────pause──────▶▲                stopped ──decide──▶ decided
    draft, stopped, decided ──archive──▶ archived ──restore──▶ what it was

Every move is a compare-and-set with its audit row in one transaction: of two people at once exactly
one succeeds, the other is told so. With a second person on the site (`Site.launch_review`) a draft
goes out by way of the review only.
"""

from experiments.lifecycle.archiving import archive, restore
from experiments.lifecycle.ending import (
    NOTHING_MORE,
    Record,
    check_can_conclude,
    check_decision,
    conclude,
    decide,
    stop,
)
from experiments.lifecycle.launching import (
    pause,
    refuse_without_review,
    refuses,
    resume,
    schedule,
    start,
    unschedule,
)
from experiments.lifecycle.reviewing import (
    approve,
    check_may_approve,
    send_back,
    submit,
    withdraw,
)
from experiments.lifecycle.table import MOVES, WORDS, Move, not_possible, possible

__all__ = [
    "MOVES",
    "NOTHING_MORE",
    "WORDS",
    "Move",
    "Record",
    "approve",
    "archive",
    "check_can_conclude",
    "check_decision",
    "check_may_approve",
    "conclude",
    "decide",
    "not_possible",
    "pause",
    "possible",
    "refuse_without_review",
    "refuses",
    "restore",
    "resume",
    "schedule",
    "send_back",
    "start",
    "stop",
    "submit",
    "unschedule",
    "withdraw",
]
