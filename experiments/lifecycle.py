"""The life cycle of an experiment: one table of moves, and the only writer of `status`.

    draft ──start──▶ running ◀──resume── paused        running, paused ──stop──▶ stopped
                        └─────pause──────▶▲            stopped ──decide──▶ decided

Every move is a compare-and-set with its audit row in one transaction: of two people at once exactly
one succeeds, the other is told so.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from creatives.models import Placement
from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, launch, layers, traffic
from experiments.models import Experiment, Status, Variant
from experiments.reports import versions
from workspace import audit


class Move(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    DECIDE = "decide"


MOVES: Final[Mapping[Move, Mapping[str, Status]]] = MappingProxyType(
    {
        Move.START: {Status.DRAFT: Status.RUNNING},
        Move.PAUSE: {Status.RUNNING: Status.PAUSED},
        Move.RESUME: {Status.PAUSED: Status.RUNNING},
        Move.STOP: {Status.RUNNING: Status.STOPPED, Status.PAUSED: Status.STOPPED},
        Move.DECIDE: {Status.STOPPED: Status.DECIDED},
    }
)
"""Move → status before → status after. What is not here is not possible."""

WORDS: Final[Mapping[Move, Any]] = MappingProxyType(
    {
        Move.START: pgettext_lazy("verb", "start"),
        Move.PAUSE: pgettext_lazy("verb", "pause"),
        Move.RESUME: pgettext_lazy("verb", "resume"),
        Move.STOP: pgettext_lazy("verb", "stop"),
        Move.DECIDE: pgettext_lazy("verb", "decide"),
    }
)
NOTHING = gettext_lazy("nothing: this is the end")


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept with a decision, for whoever asks in a year."""

    recommended: str = ""
    against_reason: str = ""
    takeaways: str = ""
    next_step: str = ""
    tags: tuple[str, ...] = ()

    @property
    def changes(self) -> dict[str, Any]:
        """As columns of the experiment."""
        return asdict(self) | {"tags": list(self.tags)}


NOTHING_MORE: Final = Record()


def possible(status: str) -> tuple[Move, ...]:
    """The moves that the life cycle has from a status."""
    return tuple(move for move, table in MOVES.items() if status in table)


@transaction.atomic
def start(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Put an experiment live; raises `launch.NotReady` with everything that stands against it."""
    target = _target(experiment, Move.START)
    if experiment.placement is not None:
        layers.lock(experiment.placement)
    problems = launch.problems(experiment, now=now)
    if problems:
        raise launch.NotReady(problems)
    changes = {"status": target, "slice": traffic.first_slice(experiment), "started_at": now}
    compare_and_set.change(experiment, Move.START, changes, actor=actor, now=now)
    traffic.store_ranges(list(experiment.variants.all()))


@transaction.atomic
def pause(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Everybody sees the default creative until it goes on; the slice is kept."""
    changes = {"status": _target(experiment, Move.PAUSE)}
    compare_and_set.change(experiment, Move.PAUSE, changes, actor=actor, now=now)


@transaction.atomic
def resume(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Everybody sees the variant from before the pause again."""
    changes = {"status": _target(experiment, Move.RESUME)}
    compare_and_set.change(experiment, Move.RESUME, changes, actor=actor, now=now)


@transaction.atomic
def stop(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """End it for good: everybody sees the default creative, and the slice is free again."""
    changes = {"status": _target(experiment, Move.STOP), "stopped_at": now}
    compare_and_set.change(experiment, Move.STOP, changes, actor=actor, now=now)


@transaction.atomic
def decide(
    experiment: Experiment,
    *,
    variant_key: str,
    reason: str,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    record: Record = NOTHING_MORE,
) -> None:
    """Record what came out of it and make the chosen variant the default of the placement.

    Args:
        experiment: A stopped one.
        variant_key: The variant to show everybody from now on; "" leaves the placement as it is.
        reason: Why, for whoever asks in a year.
        actor: Who decides.
        now: When.
        record: What else is kept with it; whether it follows the report is `deciding`'s business.

    Raises:
        IllegalMove: It has not been stopped, or is decided already.
        InvalidInput: No reason, or no such variant.
        Conflict: Somebody else was first.
    """
    target = _target(experiment, Move.DECIDE)
    variant = check_decision(experiment, variant_key, reason)
    changes = {
        "status": target,
        "decided_at": now,
        "decided_by": actor,
        "decision": variant_key,
        "decision_reason": reason.strip(),
        "slice": [],
        **record.changes,
    }
    compare_and_set.change(experiment, Move.DECIDE, changes, actor=actor, now=now)
    versions.at_decision(experiment, actor, now)
    if variant is not None and experiment.placement is not None and variant.creative is not None:
        _make_default(experiment.placement, variant, actor=actor, now=now)


@transaction.atomic
def conclude(
    experiment: Experiment,
    *,
    variant_key: str,
    reason: str,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    record: Record = NOTHING_MORE,
) -> None:
    """Stop and decide in one step, both or neither; a stopped one is only decided."""
    if Move.STOP in possible(experiment.status):
        stop(experiment, actor=actor, now=now)
    decide(experiment, variant_key=variant_key, reason=reason, actor=actor, now=now, record=record)


def check_decision(experiment: Experiment, variant_key: str, reason: str) -> Variant | None:
    """The variant to show everybody, None for none; raises InvalidInput for what does not fit."""
    variant = _chosen(experiment, variant_key)
    if not reason.strip():
        raise InvalidInput(_("Say why, in one sentence."), field="reason")
    return variant


def check_can_conclude(experiment: Experiment) -> None:
    """Raises IllegalMove for what can be neither stopped nor decided."""
    if not {Move.STOP, Move.DECIDE} & set(possible(experiment.status)):
        raise IllegalMove(not_possible(experiment, WORDS[Move.DECIDE]))


def _target(experiment: Experiment, move: Move) -> Status:
    target = MOVES[move].get(experiment.status)
    if target is None:
        raise IllegalMove(not_possible(experiment, WORDS[move]))
    return target


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


def _chosen(experiment: Experiment, key: str) -> Variant | None:
    if not key:
        return None
    variant = experiment.variants.filter(key=key).select_related("creative").first()
    if variant is None:
        raise InvalidInput(_("There is no variant “%(key)s”.") % {"key": key}, field="variant")
    return variant


def _make_default(
    placement: Placement, variant: Variant, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    before = audit.state_of(placement)
    placement.fallback = variant.creative
    placement.save(update_fields=["fallback"])
    audit.record(
        site=placement.site,
        actor=actor,
        action="change_default",
        subject=placement,
        before=before,
        after=audit.state_of(placement),
        now=now,
    )
