"""What was decided, by whom, on what recommendation; and what waits for a second person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from experiments import recommending
from experiments.models import DecisionRequest, Experiment, NextStep, Status

State = DecisionRequest.State


@dataclass(frozen=True, slots=True)
class Said:
    """A decision in words. `names` are those of people; "" for what the clock or a command did."""

    what: str
    why: str
    against: str
    takeaways: str
    next_step: str
    tags: Sequence[str]
    recommended: str
    by: str
    at: dt.datetime | None
    confirmed_by: str = ""
    asked_by: int | None = None


def record(experiment: Experiment) -> Said | None:
    """The record of a decision; None while there is none."""
    if experiment.stage != Status.DECIDED:
        return None
    confirmed = _latest(experiment, State.CONFIRMED)
    by, second = _name(experiment.decided_by), ""
    if confirmed is not None:
        by, second = _name(confirmed.asked_by), _name(confirmed.answered_by)
    return Said(
        what=_what(experiment, experiment.decision),
        why=experiment.decision_reason,
        against=experiment.against_reason,
        takeaways=experiment.takeaways,
        next_step=_step(experiment.next_step),
        tags=experiment.tags,
        recommended=_recommended(experiment, experiment.recommended),
        by=by,
        at=experiment.decided_at,
        confirmed_by=second,
    )


def waiting(experiment: Experiment) -> Said | None:
    """The decision that waits for a second person; None where none does."""
    if experiment.stage == Status.DECIDED:
        return None
    found = _latest(experiment, State.PENDING)
    if found is None:
        return None
    return Said(
        what=_what(experiment, found.variant),
        why=found.reason,
        against=found.against_reason,
        takeaways=found.takeaways,
        next_step=_step(found.next_step),
        tags=found.tags,
        recommended=_recommended(experiment, found.recommended),
        by=_name(found.asked_by),
        at=found.asked_at,
        asked_by=found.asked_by_id,
    )


def _latest(experiment: Experiment, state: str) -> DecisionRequest | None:
    rows = experiment.decision_requests.filter(state=state)
    return rows.select_related("asked_by", "answered_by").first()


def _what(experiment: Experiment, key: str) -> str:
    if not key:
        return _("The default stays as it is.")
    name = _names(experiment).get(key, key)
    return _("Everybody sees “%(variant)s”.") % {"variant": name}


def _recommended(experiment: Experiment, code: str) -> str:
    return recommending.text_of(code, _names(experiment))


def _names(experiment: Experiment) -> dict[str, str]:
    return {variant.key: variant.name for variant in experiment.variants.all()}


def _step(key: str) -> str:
    return str(NextStep(key).label) if key in NextStep.values else ""


def _name(person: AbstractBaseUser | None) -> str:
    return person.get_username() if person is not None else ""
