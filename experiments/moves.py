"""Everything that can be done to an experiment, as a table for pages and the back office.

Each line names the use-case, the permission, the words, and when it is offered.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from experiments import adaptive, deciding, design, launch_moves, lifecycle, policies, traffic
from experiments.action import Action, simple, with_reason
from experiments.action_forms import DecideForm, ReasonForm, SplitForm, TrafficForm
from experiments.models import Experiment, Status
from experiments.policy_forms import ChangePolicyForm
from workspace.access import Permission

UNFINISHED = (Status.RUNNING, Status.PAUSED, Status.STOPPED)


ASKED = _("Asked. It comes into force when another person who may decide has confirmed it.")


def _waits(experiment: Experiment) -> bool:
    return deciding.pending(experiment) is not None


def _has_room(experiment: Experiment) -> bool:
    return experiment.traffic_share < traffic.EVERYBODY


def _learns(experiment: Experiment) -> bool:
    return experiment.policy == Experiment.Policy.THOMPSON


def _can_go_back(experiment: Experiment) -> bool:
    return _learns(experiment) and adaptive.earlier(experiment) is not None


def _is_held(experiment: Experiment) -> bool:
    return _learns(experiment) and adaptive.is_held(experiment)


def _decide(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Any:  # noqa: ANN401 - lazy text
    names = ("variant", "reason", "against_reason", "takeaways", "next_step", "tags")
    decision = deciding.Decision(**{name: data[name] for name in names})
    return deciding.decide(experiment, decision, actor=actor, now=now) and ASKED


def _raise(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    traffic.raise_share(experiment, share=data["share"], actor=actor, now=now)


def _split(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    weights = {n.removeprefix("weight-"): w for n, w in data.items() if n.startswith("weight-")}
    traffic.change_split(experiment, weights=weights, actor=actor, now=now)


def _change_policy(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    chosen = {name: data[name] for name in ("policy", "exploration_share", "rules")}
    policies.change(experiment, **chosen, actor=actor, now=now)
    adaptive.publish(now=now)


_LIST = (
    *launch_moves.FIRST,
    Action(
        "resume", Permission.LAUNCH, _("Resume"), "player-play",
        _("It goes on. Shoppers see it within five seconds."),
        simple(lifecycle.resume), (Status.PAUSED,), leads_from=(Status.PAUSED,),
    ),
    Action(
        "pause", Permission.LAUNCH, _("Pause"), "player-pause",
        _("It is paused. Everybody sees the default."),
        with_reason(lifecycle.pause), (Status.RUNNING,), ReasonForm,
    ),
    Action(
        "decide", Permission.DECIDE, _("Decide"), "trophy",
        _("Decided. Shoppers see it within five seconds."),
        _decide, UNFINISHED, DecideForm, live_only=False, leads_from=(Status.STOPPED,),
    ),
    Action(
        "confirm", Permission.DECIDE, _("Confirm the decision"), "check",
        _("Confirmed. Shoppers see it within five seconds."),
        simple(deciding.confirm), UNFINISHED, live_only=False, sensible=_waits,
    ),
    Action(
        "decline", Permission.DECIDE, _("Decline the decision"), "x",
        _("Declined. Nothing changes."),
        simple(deciding.decline), UNFINISHED, live_only=False, sensible=_waits,
    ),
    Action(
        "stop", Permission.LAUNCH, _("Stop"), "player-stop",
        _("It has ended. Everybody sees the default."),
        with_reason(lifecycle.stop), (Status.RUNNING, Status.PAUSED), ReasonForm,
        danger=True,
    ),
    Action(
        "traffic", Permission.LAUNCH, _("Raise the traffic"), "users",
        _("More visitors take part now."), _raise, traffic.LIVE, TrafficForm, sensible=_has_room,
    ),
    Action(
        "split", Permission.LAUNCH, _("Change the split"), "scale",
        _("A new phase has begun; counting starts from zero."), _split, traffic.LIVE, SplitForm,
    ),
    Action(
        "policy", Permission.LAUNCH, _("Change the policy"), "adjustments",
        _("A new phase has begun; counting starts from zero."),
        _change_policy, policies.LIVE, ChangePolicyForm,
    ),
    Action(
        "roll_back", Permission.LAUNCH, _("Back to the parameters before"), "arrow-back-up",
        _("The parameters before are in force, and held."),
        simple(adaptive.roll_back), policies.LIVE, sensible=_can_go_back,
    ),
    Action(
        "release", Permission.LAUNCH, _("Let it learn on"), "refresh",
        _("It learns on. The newest parameters are in force."),
        simple(adaptive.release), policies.LIVE, sensible=_is_held,
    ),
    Action(
        "delete", Permission.EDIT, _("Delete the draft"), "trash",
        _("The draft is gone."), simple(design.delete), (Status.DRAFT,), danger=True,
    ),
    *launch_moves.LAST,
)  # fmt: skip

ACTIONS: Mapping[str, Action] = MappingProxyType({action.name: action for action in _LIST})


def offered(
    experiment: Experiment,
    granted: frozenset[Permission],
    actor: AbstractBaseUser | None = None,
) -> list[Action]:
    """What this person can do with it now, the most likely first."""
    allowed = [a for a in _LIST if a.permission in granted and a.is_offered(experiment)]
    return [a for a in allowed if actor is None or a.for_person(experiment, actor)]
