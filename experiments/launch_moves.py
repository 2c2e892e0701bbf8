"""What can be done around a launch and in the archive, as lines of the table in `moves`."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from experiments import lifecycle, ramps, schedules, telling
from experiments.action import Action, simple, with_reason
from experiments.action_forms import SendBackForm, StartAtForm
from experiments.lifecycle.table import ARCHIVABLE
from experiments.models import Experiment, Status
from workspace.access import Permission

ANY = tuple(Status.values)


def _needs_second(experiment: Experiment) -> bool:
    return experiment.site.launch_review


def _may_start(experiment: Experiment) -> bool:
    return experiment.status == Status.SCHEDULED or not experiment.site.launch_review


def _may_schedule(experiment: Experiment) -> bool:
    return not experiment.site.launch_review


def _is_others(experiment: Experiment, actor: AbstractBaseUser) -> bool:
    return actor.pk not in {experiment.submitted_by_id, experiment.owner_id}


def _was_told(experiment: Experiment) -> bool:
    return bool(experiment.told)


def _ramp_stopped(experiment: Experiment) -> bool:
    return experiment.ramp_since is None and ramps.next_step(experiment) is not None


def _schedule(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    lifecycle.schedule(experiment, starts_at=data["starts_at"], actor=actor, now=now)


FIRST = (
    Action(
        "submit", Permission.LAUNCH, _("Submit for review"), "hourglass",
        _("Submitted. Another person has to approve it."),
        simple(lifecycle.submit), (Status.DRAFT,), sensible=_needs_second,
        leads_from=(Status.DRAFT,),
    ),
    Action(
        "approve", Permission.APPROVE, _("Approve"), "check",
        _("Approved. It starts now, or at its time."),
        simple(lifecycle.approve), (Status.IN_REVIEW,), leads_from=(Status.IN_REVIEW,),
        for_person=_is_others,
    ),
    Action(
        "send_back", Permission.APPROVE, _("Send back"), "arrow-back-up",
        _("Sent back. It is a draft again."),
        with_reason(lifecycle.send_back), (Status.IN_REVIEW,), SendBackForm,
        for_person=_is_others,
    ),
    Action(
        "withdraw", Permission.LAUNCH, _("Take back from review"), "arrow-back-up",
        _("It is a draft again."), simple(lifecycle.withdraw), (Status.IN_REVIEW,),
    ),
    Action(
        "start", Permission.LAUNCH, _("Start"), "player-play",
        _("It is running. Shoppers see it within five seconds."),
        simple(lifecycle.start), (Status.DRAFT, Status.SCHEDULED), sensible=_may_start,
        leads_from=(Status.DRAFT,),
    ),
    Action(
        "schedule", Permission.LAUNCH, _("Schedule"), "calendar",
        _("Scheduled. The clock starts it."),
        _schedule, (Status.DRAFT,), StartAtForm, sensible=_may_schedule,
    ),
    Action(
        "unschedule", Permission.LAUNCH, _("Take off the schedule"), "arrow-back-up",
        _("It is a draft again."), simple(lifecycle.unschedule), (Status.SCHEDULED,),
    ),
)  # fmt: skip
LAST = (
    Action(
        "resume_ramp", Permission.LAUNCH, _("Let the ramp go on"), "bolt",
        _("The ramp goes on; the present share is held anew."),
        simple(schedules.resume_ramp), (Status.RUNNING,), sensible=_ramp_stopped,
    ),
    Action(
        "settle", Permission.LAUNCH, _("Put the clock's message away"), "check",
        _("Put away."), simple(telling.settle), ANY, sensible=_was_told,
    ),
    Action(
        "archive", Permission.EDIT, _("Archive"), "archive",
        _("Archived. The list shows it under “Archived”."),
        simple(lifecycle.archive), ARCHIVABLE, live_only=False,
    ),
    Action(
        "restore", Permission.EDIT, _("Take out of the archive"), "arrow-back-up",
        _("It is what it was."), simple(lifecycle.restore), (Status.ARCHIVED,), live_only=False,
        leads_from=(Status.ARCHIVED,),
    ),
)  # fmt: skip
