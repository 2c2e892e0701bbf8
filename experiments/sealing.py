"""The sealed plan: what was planned when a phase began, with its hash; changes are departures.

A plan that can be bent to the result proves nothing. Nobody is kept from changing it, but whoever
reads the report sees what was changed.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser

from experiments import departing, planned
from experiments.models import Experiment, SealedPlan


def digest(body: planned.Body) -> str:
    """SHA-256 (hex) of the plan as JSON with sorted keys and no blanks, in UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seal(
    experiment: Experiment,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    open_checks: Sequence[str] = (),
) -> SealedPlan:
    """Keep the plan of the phase that begins; call it in the transaction that begins it.

    A phase is sealed once: what is sealed already stays as it is.
    """
    body = planned.body_of(experiment, open_checks)
    values = {
        "body": body,
        "sha256": digest(body),
        "sealed_at": now,
        "sealed_by": actor,
    }
    return SealedPlan.objects.get_or_create(
        experiment=experiment, phase=experiment.phase, defaults=values
    )[0]


def of(experiment: Experiment, *, phase: int | None = None) -> SealedPlan | None:
    """The plan of a phase, by itself of the present one; None of what never ran here."""
    rows = experiment.seals.filter(phase=phase or experiment.phase)
    return rows.select_related("sealed_by").first()


def is_intact(plan: SealedPlan) -> bool:
    """Whether the plan is still the one that was hashed."""
    return digest(plan.body) == plan.sha256


def departures(experiment: Experiment) -> list[str]:
    """Every departure from what was sealed, as sentences, the earliest phase first."""
    return departing.sentences(experiment, list(experiment.seals.order_by("phase")))
