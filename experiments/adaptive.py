"""Policies that learn: from counts to probabilities, each minute, and back when that went wrong.

The counts are those of everybody, the exploration slice included. Every set of parameters is kept
under its version, which travels in the tokens; the data plane reads the ones in force as a small
snapshot of their own.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from delivery import learnt as wire
from delivery.snapshot import digest
from engine.errors import IllegalMove, LabError
from engine.policies import thompson
from engine.policies.thompson import Evidence
from events import store
from events.store import Shown
from experiments import compare_and_set
from experiments.models import Experiment, LearntSnapshot, Parameters, Status
from experiments.publishing import CHANNEL

logger = logging.getLogger(__name__)

LIVE: Final = (Status.RUNNING, Status.PAUSED)
KEPT: Final = 50
"""Small snapshots kept for looking back; the parameters themselves are all kept."""


def learn(*, now: dt.datetime) -> int:
    """Learn from what the roll-up has counted and publish it; the number of new parameters.

    Evidence that cannot be is refused: the last good parameters stay in force.
    """
    running = list(_learning().filter(status=Status.RUNNING).prefetch_related("variants"))
    shown = store.shown_of([(row.pk, row.phase) for row in running])
    made = sum(_learn_one(row, shown[row.pk, row.phase], now=now) for row in running)
    publish(now=now)
    return made


def is_wanted() -> bool:
    """Whether anything learns at all."""
    return bool(_learning().filter(status=Status.RUNNING).exists())


def _learning() -> Any:  # noqa: ANN401 - a query set of experiments
    return Experiment.objects.filter(policy=Experiment.Policy.THOMPSON, status__in=LIVE)


def _learn_one(row: Experiment, shown: Iterable[Shown], *, now: dt.datetime) -> bool:
    keys = [variant.pk for variant in row.variants.all()]
    evidence = _evidence(keys, shown)
    last = newest(row)
    try:
        learnt = thompson.learn(evidence, previous=_previous(keys, last))
    except LabError as error:
        logger.error("experiment %s has not learned: %s", row.pk, error)
        return False
    widths = dict(zip(map(str, keys), learnt.widths, strict=True))
    told = _told(keys, evidence, learnt.chances)
    if last is not None and last.widths == widths:
        Parameters.objects.filter(pk=last.pk).update(evidence=told)
        return False
    Parameters.objects.create(
        experiment=row, phase=row.phase, widths=widths, evidence=told, created_at=now
    )
    return True


def _evidence(keys: Sequence[int], shown: Iterable[Shown]) -> list[Evidence]:
    totals = {key: [0, 0] for key in keys}
    for one in shown:
        if one.variant_id in totals:
            totals[one.variant_id][0] += one.impressions
            totals[one.variant_id][1] += one.clicks
    # A click whose impression is still on its way must not count as more clicks than showings.
    return [Evidence(max(trials, hits), hits) for trials, hits in totals.values()]


def _previous(keys: Sequence[int], last: Parameters | None) -> list[Evidence] | None:
    if last is None:
        return None
    rows = [last.evidence.get(str(key), {}) for key in keys]
    return [Evidence(row.get("trials", 0), row.get("successes", 0)) for row in rows]


def _told(
    keys: Sequence[int], evidence: Sequence[Evidence], chances: Sequence[float]
) -> dict[str, dict[str, float]]:
    return {
        str(key): {"trials": one.trials, "successes": one.successes, "best": round(chance, 6)}
        for key, one, chance in zip(keys, evidence, chances, strict=True)
    }


def newest(experiment: Experiment) -> Parameters | None:
    """The last parameters of the present phase, in force or not."""
    return Parameters.objects.filter(experiment=experiment, phase=experiment.phase).first()


def in_force(experiment: Experiment) -> Parameters | None:
    """The parameters that shoppers get: the held ones, else the last; None before the first."""
    held = experiment.held_parameters
    return held if held is not None and held.phase == experiment.phase else newest(experiment)


def publish(*, now: dt.datetime) -> int | None:
    """Give the data plane the parameters in force; the new version, or None if nothing changed."""
    rows = _learning().select_related("held_parameters").order_by("pk")
    pairs = ((row, in_force(row)) for row in rows)
    entries = tuple(_entry(row, parameters) for row, parameters in pairs if parameters)
    body = wire.encode(wire.Learnt(wire.FORMAT, entries))
    sha256 = digest(body)
    last = LearntSnapshot.objects.only("version", "sha256").first()
    if (last and last.sha256 == sha256) or (last is None and not entries):
        return None
    with transaction.atomic():
        made = LearntSnapshot.objects.create(sha256=sha256, body=body, created_at=now)
        LearntSnapshot.objects.filter(version__lte=made.version - KEPT).delete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return made.version


def _entry(row: Experiment, parameters: Parameters) -> wire.Entry:
    widths: Mapping[str, int] = parameters.widths
    return wire.Entry(
        experiment_id=row.pk,
        phase=row.phase,
        version=parameters.version,
        widths=tuple(sorted((int(key), width) for key, width in widths.items())),
    )


def is_held(experiment: Experiment) -> bool:
    """Whether somebody keeps earlier parameters in force."""
    held = experiment.held_parameters
    return held is not None and held.phase == experiment.phase


def published() -> wire.Learnt:
    """What the data plane has been given last."""
    row = LearntSnapshot.objects.first()
    return wire.decode(bytes(row.body), row.sha256) if row else wire.NOTHING


def earlier(experiment: Experiment) -> Parameters | None:
    """What a roll-back would bring back: the parameters before those in force."""
    now = in_force(experiment)
    if now is None:
        return None
    before = Parameters.objects.filter(experiment=experiment, phase=experiment.phase)
    return before.filter(version__lt=now.version).first()


@transaction.atomic
def roll_back(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Bring the parameters before those in force back and hold them until somebody releases them.

    Raises:
        IllegalMove: It does not learn, or has learned nothing before.
        Conflict: Somebody else was first.
    """
    _check_learns(experiment)
    target = earlier(experiment)
    if target is None:
        raise IllegalMove(_("There is nothing earlier to go back to."))
    changes = {"held_parameters": target}
    compare_and_set.change(experiment, "roll_back", changes, actor=actor, now=now)
    publish(now=now)


@transaction.atomic
def release(experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Let it learn on: the newest parameters come into force at once.

    Raises:
        IllegalMove: Nothing is held.
        Conflict: Somebody else was first.
    """
    _check_learns(experiment)
    if experiment.held_parameters_id is None:
        raise IllegalMove(_("Nothing is held: it learns already."))
    changes = {"held_parameters": None}
    compare_and_set.change(experiment, "release", changes, actor=actor, now=now)
    publish(now=now)


def _check_learns(experiment: Experiment) -> None:
    if experiment.policy != Experiment.Policy.THOMPSON or experiment.status not in LIVE:
        raise IllegalMove(
            _("Only a live experiment that learns can go back and on."),
        )
