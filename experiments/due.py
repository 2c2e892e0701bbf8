"""What the clock does: starts, ends, and steps of ramps that are due.

Each is an ordinary move under compare-and-set with a mark that it was done, so that two schedulers
at once do it once. What cannot be done is told, never guessed: the experiment stays where it is.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import TypeAlias

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from engine.errors import Conflict, InvalidInput, LabError
from experiments import due_ends, launch, layers, lifecycle, ramps, schedules, telling, traffic
from experiments.departing import exposed
from experiments.models import Experiment, Report, Status
from experiments.reports import phases
from experiments.reports.payload import State

LOG = logging.getLogger(__name__)
Rows: TypeAlias = "QuerySet[Experiment]"
Act = Callable[[Experiment, dt.datetime], None]
LIVE = (Status.RUNNING, Status.PAUSED)


def act(*, now: dt.datetime) -> int:
    """Do everything that is due; how many experiments something was done or told of.

    One that fails does not keep the others from their turn.
    """
    done = _each(_starting(now), start, now)
    done += _each(_ending(now), due_ends.end, now)
    return done + _each(_ramping(), raise_step, now)


def _starting(now: dt.datetime) -> Rows:
    rows = _own().filter(status=Status.SCHEDULED, starts_at__lte=now)
    # Told once: who mends what stood against it starts it, or chooses another time.
    told = rows.filter(told__code="not_started")
    return rows.exclude(pk__in=told.values("pk")).order_by("starts_at", "id")


def _ending(now: dt.datetime) -> Rows:
    rows = _own().filter(status__in=LIVE, ends_at__lte=now, end_handled_at=None)
    return rows.order_by("ends_at", "id")


def _ramping() -> Rows:
    rows = _own().filter(status=Status.RUNNING, ramp_since__isnull=False)
    return rows.order_by("ramp_since", "id")


def _own() -> Rows:
    rows = Experiment.objects.filter(origin=Experiment.Origin.LIVE)
    return rows.select_related("site", "placement")


def _each(rows: Rows, one: Act, now: dt.datetime) -> int:
    return sum(_tried(rows, pk, one, now) for pk in list(rows.values_list("pk", flat=True)))


def _tried(rows: Rows, pk: int, one: Act, now: dt.datetime) -> bool:
    """Whether something was done. What another clock has done meanwhile is due no more."""
    experiment = rows.filter(pk=pk).first()
    if experiment is None:
        return False
    revision = experiment.revision
    try:
        one(experiment, now)
    except Conflict:
        return False  # a person or another clock was first; if it is still due, it comes again
    except (LabError, DatabaseError):
        LOG.exception("what is due of experiment %s failed", pk)
        return False
    return experiment.revision != revision


def start(experiment: Experiment, now: dt.datetime) -> None:
    """Start what is scheduled, or tell why that cannot be."""
    said = _("It was scheduled for %(at)s.") % {
        "at": schedules.said(experiment.site, experiment.starts_at)
    }
    revision = experiment.revision
    try:
        with transaction.atomic():
            lifecycle.start(experiment, actor=None, now=now, reason=said)
            telling.announce(experiment, telling.STARTED, said, now=now)
    except launch.NotReady as error:
        why = [problem.message for problem in error.problems]
        experiment.refresh_from_db()
        if experiment.revision != revision:
            raise Conflict(_("Somebody else was first.")) from error
        begins = experiment.starts_at.isoformat() if experiment.starts_at else ""
        telling.tell(experiment, "not_started", {"for": begins, "why": why}, now=now)


def raise_step(experiment: Experiment, now: dt.datetime) -> None:
    """Go up a step of the ramp when it was held long enough and enough visitors have come."""
    if split_is_broken(experiment):
        facts = {"share": experiment.traffic_share}
        telling.tell(experiment, "ramp_split", facts, now=now, changes={"ramp_since": None})
        return
    wait = ramps.wait(experiment, seen=exposed(experiment) or 0)
    if wait is not None and wait.is_over(now):
        _raise(experiment, wait.next.share, now)


def _raise(experiment: Experiment, share: int, now: dt.datetime) -> None:
    words = {"then": experiment.traffic_share, "now": share}
    said = _("Next step of the ramp: from %(then)s to %(now)s %%.") % words
    try:
        with transaction.atomic():
            traffic.raise_share(experiment, share=share, actor=None, now=now, reason=said)
            telling.announce(experiment, telling.RAMPED, said, now=now)
    except InvalidInput:
        facts = {"share": experiment.traffic_share, "next": share, "free": _free(experiment)}
        telling.tell(experiment, "ramp_room", facts, now=now, changes={"ramp_since": None})


def _free(experiment: Experiment) -> str:
    assert experiment.placement is not None  # noqa: S101 - a database constraint
    return f"{layers.free_share(experiment.placement, but=experiment):g}"


def split_is_broken(experiment: Experiment) -> bool:
    """Whether the last report says that visitors do not come in the shares that were set."""
    report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
    data = None if report is None else phases.data_of(report)
    checks = () if data is None else data.checks
    return any(check.key == "split" and check.state is State.BLOCKING for check in checks)
