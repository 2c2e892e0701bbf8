"""The planned end of an experiment: say so, stop it, or show everybody what was chosen for it."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from experiments import compare_and_set, deciding, lifecycle, recommending, schedules, telling
from experiments.models import Experiment, Report, Variant
from experiments.recommending import Recommendation
from experiments.reports import refresh

EndAction = Experiment.EndAction
FRESH: Final = dt.timedelta(minutes=10)
"""A report that is older than this is brought up to date before anything is shipped on it."""


def end(experiment: Experiment, now: dt.datetime) -> None:
    """Do what was chosen for the end, once; what cannot be done is told, and it goes on."""
    _ACTIONS[experiment.end_action](experiment, now)


def _notify(experiment: Experiment, now: dt.datetime) -> None:
    _tell(experiment, "ended", now)


@transaction.atomic
def _stop(experiment: Experiment, now: dt.datetime) -> None:
    said = _("Its end, %(at)s, has come.") % _at(experiment)
    lifecycle.stop(experiment, actor=None, now=now, reason=said)
    compare_and_set.claim(experiment, {"end_handled_at": now})
    telling.announce(experiment, telling.STOPPED, said, now=now)


def _ship_winner(experiment: Experiment, now: dt.datetime) -> None:
    if not _can_be_shipped(experiment, now):
        return
    recommended = recommending.of(experiment)
    if recommended.variant is None or recommended.blocks:
        _tell(experiment, "no_recommendation", now)
        return
    reason = _("At its end, %(at)s: what the report recommended.") % _at(experiment)
    _ship(experiment, recommended.variant, reason, recommended, now)


def _ship_variant(experiment: Experiment, now: dt.datetime) -> None:
    if not _can_be_shipped(experiment, now):
        return
    recommended, key = recommending.of(experiment), experiment.end_variant
    # Waiting for more is no word against it: it was named for exactly this moment.
    if recommended.is_against(key) and not recommended.waits:
        _tell(experiment, "against", now, variant=key)
        return
    reason = _("At its end, %(at)s: what was chosen for it beforehand.") % _at(experiment)
    _ship(experiment, key, reason, recommended, now)


def _can_be_shipped(experiment: Experiment, now: dt.datetime) -> bool:
    """Whether there is something to go by and nobody is deciding; tells otherwise."""
    if deciding.pending(experiment) is not None:
        _tell(experiment, "asked", now)
        return False
    if not _has_fresh_report(experiment, now):
        _tell(experiment, "no_report", now)
        return False
    return True


def _has_fresh_report(experiment: Experiment, now: dt.datetime) -> bool:
    report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
    if report is None or report.as_of is None or now - report.as_of > FRESH:
        report = refresh.refresh(experiment, now=now)
    return report.as_of is not None and now - report.as_of <= FRESH


def _ship(
    experiment: Experiment, key: str, reason: str, recommended: Recommendation, now: dt.datetime
) -> None:
    variant = experiment.variants.select_related("creative").filter(key=key).first()
    if not _may_be_shown(variant, now):
        _tell(experiment, "gone", now, variant=key)
        return
    record = lifecycle.Record(recommended=recommended.code)
    with transaction.atomic():
        lifecycle.conclude(
            experiment, variant_key=key, reason=reason, actor=None, now=now, record=record
        )
        compare_and_set.claim(experiment, {"end_handled_at": now})
        telling.announce(experiment, telling.SHIPPED, reason, now=now)


def _may_be_shown(variant: Variant | None, now: dt.datetime) -> bool:
    creative = variant.creative if variant else None
    if creative is None or creative.live_id is None or creative.archived_at is not None:
        return False
    return creative.expires_at is None or creative.expires_at > now


def _tell(experiment: Experiment, code: str, now: dt.datetime, **facts: str) -> None:
    telling.tell(experiment, code, facts, now=now, changes={"end_handled_at": now})


def _at(experiment: Experiment) -> dict[str, str]:
    return {"at": schedules.said(experiment.site, experiment.ends_at)}


_ACTIONS: Final[Mapping[str, Callable[[Experiment, dt.datetime], None]]] = MappingProxyType(
    {
        EndAction.NOTIFY: _notify,
        EndAction.STOP: _stop,
        EndAction.SHIP_WINNER: _ship_winner,
        EndAction.SHIP_VARIANT: _ship_variant,
    }
)
