"""When it begins, ends and goes up a step, in words, for the pages of an experiment."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments import ramps, schedules
from experiments.departing import exposed
from experiments.models import Experiment, Status
from experiments.ramps import Step

EndAction = Experiment.EndAction
ENDED = (Status.STOPPED, Status.DECIDED)


@dataclass(frozen=True, slots=True)
class Timing:
    """Sentences; each is "" where there is nothing to say."""

    start: str
    end: str
    ramp: str
    waits: str

    @property
    def any(self) -> bool:
        return bool(self.start or self.end or self.ramp)


def of(experiment: Experiment, *, now: dt.datetime) -> Timing:
    """The schedule of an experiment, the end with what happens then, the ramp and where it is."""
    over = experiment.stage in ENDED
    return Timing(
        start="" if experiment.has_begun else _start(experiment),
        end="" if over else end_sentence(experiment),
        ramp=ramp_sentence(ramps.read(experiment.ramp)),
        waits=_waits(experiment, now) if experiment.status == Status.RUNNING else "",
    )


def _start(experiment: Experiment) -> str:
    if experiment.starts_at is None:
        return ""
    return schedules.said(experiment.site, experiment.starts_at)


def end_sentence(experiment: Experiment) -> str:
    """What happens at the end, and when; "" without an end."""
    if experiment.ends_at is None:
        return ""
    words = {
        "at": schedules.said(experiment.site, experiment.ends_at),
        "name": _variant(experiment),
    }
    return _END[experiment.end_action]() % words


def _variant(experiment: Experiment) -> str:
    if experiment.end_action != EndAction.SHIP_VARIANT:
        return ""
    names = dict(experiment.variants.values_list("key", "name"))
    return names.get(experiment.end_variant, experiment.end_variant)


_END: Final[Mapping[str, Callable[[], str]]] = {
    EndAction.NOTIFY: lambda: _("%(at)s: says so and goes on."),
    EndAction.STOP: lambda: _("%(at)s: stops; everybody sees the default."),
    EndAction.SHIP_WINNER: lambda: _(
        "%(at)s: shows everybody what the report recommends; if it recommends nothing, says so and "
        "goes on."
    ),
    EndAction.SHIP_VARIANT: lambda: _(
        "%(at)s: shows everybody “%(name)s”, unless the report speaks against it."
    ),
}


def ramp_sentence(steps: tuple[Step, ...]) -> str:
    """10 % for 24 hours and 500 visitors, then 50 % …"""
    parts = [_held(step) for step in steps[:-1]]
    if steps:
        parts.append(f"{steps[-1].share} %")
    return " → ".join(parts)


def _held(step: Step) -> str:
    words = {"share": step.share, "hours": step.hours, "visitors": step.visitors}
    if step.visitors:
        return _("%(share)s %% for %(hours)s h and %(visitors)s visitors") % words
    return _("%(share)s %% for %(hours)s h") % words


def _waits(experiment: Experiment, now: dt.datetime) -> str:
    wait = ramps.wait(experiment, seen=exposed(experiment) or 0)
    if wait is None:
        return ""
    words = {
        "share": wait.next.share,
        "at": schedules.said(experiment.site, wait.until),
        "seen": wait.seen,
        "wanted": wait.now.visitors,
    }
    if wait.is_over(now):
        return _("The step to %(share)s %% is due within a minute.") % words
    if wait.seen >= wait.now.visitors:
        return _("%(share)s %% follow at %(at)s.") % words
    if now >= wait.until:
        return _("%(share)s %% follow when %(wanted)s visitors have come; %(seen)s so far.") % words
    return (
        _(
            "%(share)s %% follow at %(at)s at the earliest, and with %(wanted)s visitors; %(seen)s "
            "so far."
        )
        % words
    )
