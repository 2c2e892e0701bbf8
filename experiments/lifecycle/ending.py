"""The end: stop it, decide what came out of it, and show everybody what was chosen."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set
from experiments.lifecycle.table import WORDS, Move, not_possible, possible, target
from experiments.models import Experiment, Variant
from experiments.reports import versions
from workspace import audit


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


@transaction.atomic
def stop(
    experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime, reason: str = ""
) -> None:
    """End it for good: everybody sees the default creative, and the slice is free again."""
    status = target(experiment, Move.STOP)
    changes = {"status": status, "stopped_at": now, "ramp_since": None, "told": {}}
    compare_and_set.change(
        experiment, Move.STOP, changes, actor=actor, now=now, reason=reason.strip()
    )


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
    status = target(experiment, Move.DECIDE)
    variant = check_decision(experiment, variant_key, reason)
    changes = {
        "status": status,
        "decided_at": now,
        "decided_by": actor,
        "decision": variant_key,
        "decision_reason": reason.strip(),
        "slice": [],
        "told": {},
        **record.changes,
    }
    compare_and_set.change(
        experiment, Move.DECIDE, changes, actor=actor, now=now, reason=reason.strip()
    )
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
