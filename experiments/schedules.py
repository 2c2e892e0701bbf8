"""When an experiment begins and ends and what happens then: wishes in the shop's own zone.

People write and read times of the shop's clock; beside it stands UTC, because whoever reads along
may be elsewhere. What is stored is a moment.
"""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from engine.errors import IllegalMove, InvalidInput
from experiments import compare_and_set, ramps
from experiments.models import Experiment, Status
from experiments.ramps import Step
from workspace.models import Site

OPEN: Final = (Status.DRAFT, Status.SCHEDULED, Status.RUNNING, Status.PAUSED)
"""Where a schedule can be set; of what runs only the end and the ramp."""
BEFORE_START: Final = (Status.DRAFT, Status.SCHEDULED)
LONGEST: Final = dt.timedelta(days=366)
EndAction = Experiment.EndAction


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants. Moments are aware; `ramp` None leaves the ramp as it is."""

    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    end_action: str = EndAction.NOTIFY
    end_variant: str = ""
    ramp: tuple[Step, ...] | None = None


def wishes_of(experiment: Experiment) -> Wishes:
    """What is set."""
    return Wishes(
        experiment.starts_at,
        experiment.ends_at,
        experiment.end_action,
        experiment.end_variant,
        ramps.read(experiment.ramp),
    )


@transaction.atomic
def change(
    experiment: Experiment, wishes: Wishes, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    """Set the schedule, what happens at the end, and the ramp.

    Raises:
        IllegalMove: It is under review, or over.
        InvalidInput: Something does not fit; `field` says which.
        Conflict: Somebody else was first.
    """
    _check_open(experiment)
    check(experiment, wishes, now=now)
    compare_and_set.change(
        experiment, "schedule_plan", _changes(experiment, wishes, now), actor=actor, now=now
    )


def check(experiment: Experiment, wishes: Wishes, *, now: dt.datetime) -> None:
    """Raises InvalidInput for wishes that cannot be kept."""
    _check_start(experiment, wishes.starts_at, now)
    _check_end(experiment, wishes, now)
    if wishes.end_action not in EndAction.values:
        raise InvalidInput(_("That cannot be done at the end."), field="end_action")
    _check_variant(experiment, wishes)
    ramps.check(wishes.ramp or ())


def _check_open(experiment: Experiment) -> None:
    if experiment.status not in OPEN or experiment.origin != Experiment.Origin.LIVE:
        words = {
            "name": experiment.name,
            "status": compare_and_set.status_word(experiment.status),
        }
        raise IllegalMove(
            _("“%(name)s” is %(status)s: its schedule cannot be changed.") % words,
            hint=_("Take it back from review first, or make a copy of it."),
        )


def _check_start(experiment: Experiment, begins: dt.datetime | None, now: dt.datetime) -> None:
    if begins == experiment.starts_at and begins is not None and begins > now:
        return
    if experiment.status not in BEFORE_START:
        if begins != experiment.starts_at:
            raise InvalidInput(_("It has started already."), field="starts_at")
        return
    if begins is None and experiment.status == Status.SCHEDULED:
        raise InvalidInput(
            _("A scheduled experiment has a start."),
            field="starts_at",
            hint=_("Take it off the schedule instead."),
        )
    if begins is not None and begins <= now:
        raise InvalidInput(_("This start is over. Choose one that lies ahead."), field="starts_at")


def _check_end(experiment: Experiment, wishes: Wishes, now: dt.datetime) -> None:
    ends = wishes.ends_at
    if ends is None:
        if wishes.end_action != EndAction.NOTIFY:
            raise InvalidInput(
                _("Say when the end is, for something to happen then."), field="ends_at"
            )
        return
    begins = wishes.starts_at if experiment.status in BEFORE_START else experiment.started_at
    if _has_been(experiment, wishes):
        return
    if ends <= now:
        raise InvalidInput(_("This end is over. Choose one that lies ahead."), field="ends_at")
    if begins is not None and ends <= begins:
        raise InvalidInput(_("The end lies before the start."), field="ends_at")
    if ends > now + LONGEST:
        raise InvalidInput(_("An end lies at most a year ahead."), field="ends_at")


def _has_been(experiment: Experiment, wishes: Wishes) -> bool:
    """An end that is behind it, and stays as it was."""
    kept = (experiment.ends_at, experiment.end_action, experiment.end_variant)
    wanted = (wishes.ends_at, wishes.end_action, wishes.end_variant)
    return experiment.end_handled_at is not None and wanted == kept


def _check_variant(experiment: Experiment, wishes: Wishes) -> None:
    if wishes.end_action != EndAction.SHIP_VARIANT:
        if wishes.end_variant:
            raise InvalidInput(
                _("Only “Show a named variant everywhere” names a variant."), field="end_variant"
            )
        return
    if not experiment.variants.filter(key=wishes.end_variant).exists():
        raise InvalidInput(_("Choose the variant to show everybody."), field="end_variant")


def _changes(experiment: Experiment, wishes: Wishes, now: dt.datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "starts_at": wishes.starts_at,
        "ends_at": wishes.ends_at,
        "end_action": wishes.end_action,
        "end_variant": wishes.end_variant,
        "told": {},
    }
    if wishes.ends_at != experiment.ends_at:
        changes["end_handled_at"] = None
    return changes | _ramp_changes(experiment, wishes.ramp, now)


def _ramp_changes(
    experiment: Experiment, steps: tuple[Step, ...] | None, now: dt.datetime
) -> dict[str, Any]:
    if steps is None or steps == ramps.read(experiment.ramp):
        return {}
    experiment.ramp = ramps.stored(steps)
    if experiment.status in BEFORE_START:
        # What the layer must have room for is what the ramp leads to.
        share = steps[-1].share if steps else experiment.traffic_share
        return {"ramp": experiment.ramp, "traffic_share": share}
    since = now if ramps.next_step(experiment) else None
    return {"ramp": experiment.ramp, "ramp_since": since}


@transaction.atomic
def resume_ramp(
    experiment: Experiment, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    """Let a ramp that has stopped go on: the present share is held anew.

    Raises:
        IllegalMove: It does not run, or there is no step left.
        Conflict: Somebody else was first.
    """
    if experiment.status != Status.RUNNING or ramps.next_step(experiment) is None:
        raise IllegalMove(_("There is no step of the ramp left to go up."))
    changes = {"ramp_since": now, "told": {}}
    compare_and_set.change(experiment, "resume_ramp", changes, actor=actor, now=now)


def zone_of(site: Site) -> zoneinfo.ZoneInfo:
    """The shop's own zone."""
    return zoneinfo.ZoneInfo(site.timezone)


def moment(site: Site, local: dt.datetime, *, field: str) -> dt.datetime:
    """A time of the shop's clock as a moment.

    Of a time that comes twice, when clocks go back, the first is meant; UTC beside it says so.

    Raises:
        InvalidInput: The shop's clock skips this time.
    """
    zone = zone_of(site)
    found = local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if found.astimezone(zone).replace(tzinfo=None) != local:
        words = {"at": f"{local:%Y-%m-%d %H:%M}", "zone": site.timezone}
        raise InvalidInput(
            _("%(at)s does not exist in %(zone)s: the clocks go forward then.") % words, field=field
        )
    return found


def said(site: Site, at: dt.datetime | None) -> str:
    """A moment by the shop's clock, with UTC beside it where that differs."""
    if at is None:
        return "–"
    local, utc = at.astimezone(zone_of(site)), at.astimezone(dt.UTC)
    if local.utcoffset() == dt.timedelta(0):
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    short = f"{utc:%H:%M}" if local.date() == utc.date() else f"{utc:%Y-%m-%d %H:%M}"
    return f"{local:%Y-%m-%d %H:%M} ({short} UTC)"


def parsed(text: object) -> dt.datetime | None:
    """A moment from its ISO form as it is kept in JSON; None for anything else."""
    try:
        return dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def end_words() -> Mapping[str, Any]:
    """What can happen at the end, by its code."""
    return dict(EndAction.choices)
