"""Everything that can be done to an experiment, as a table for pages and the back office.

Each line names the use-case, the permission, the words, and when it is offered.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from experiments import design, lifecycle, traffic
from experiments.models import Experiment, Status
from workspace.access import Permission

Apply = Callable[[Experiment, Mapping[str, Any], AbstractBaseUser | None, dt.datetime], None]
UNFINISHED = (Status.RUNNING, Status.PAUSED, Status.STOPPED)


class ActionForm(forms.Form):
    """What every action asks for: nothing but which state its reader has seen."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, experiment: Experiment, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.experiment = experiment
        self.initial.setdefault("revision", experiment.revision)


class DecideForm(ActionForm):
    """Which banner everybody sees from now on, and why."""

    variant = forms.ChoiceField(
        label=_("Show everybody from now on"), widget=forms.RadioSelect, required=False
    )
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whoever asks in a year. One sentence is enough."),
        max_length=2000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["variant"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        choices = [(v.key, v.name) for v in self.experiment.variants.all()]
        field.choices = [*choices, ("", _("Leave the default as it is"))]


class TrafficForm(ActionForm):
    """The new traffic share."""

    share = forms.IntegerField(label=_("New traffic share"), max_value=traffic.EVERYBODY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.initial.setdefault("share", traffic.EVERYBODY)


class SplitForm(ActionForm):
    """A weight for every variant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        for variant in self.experiment.variants.all():
            self.fields[f"weight-{variant.key}"] = forms.IntegerField(
                label=variant.name, initial=variant.weight, min_value=1, max_value=10_000
            )

    def weights(self) -> dict[str, int]:
        return {
            name.removeprefix("weight-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("weight-")
        }


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done; in the statuses of `leads_from` it is the next step."""

    name: str
    permission: Permission
    verb: Any
    icon: str
    done: Any
    apply: Apply
    statuses: tuple[str, ...]
    form: type[ActionForm] = ActionForm
    danger: bool = False
    live_only: bool = True
    leads_from: tuple[str, ...] = ()

    def is_offered(self, experiment: Experiment) -> bool:
        """Whether it makes sense now; the use-case itself decides whether it is possible."""
        if self.live_only and experiment.origin != Experiment.Origin.LIVE:
            return False
        if self.name == "traffic" and experiment.traffic_share >= traffic.EVERYBODY:
            return False
        return experiment.status in self.statuses


def _simple(move: Callable[..., None]) -> Apply:
    def apply(
        experiment: Experiment,
        data: Mapping[str, Any],  # noqa: ARG001 - one signature for all
        actor: AbstractBaseUser | None,
        now: dt.datetime,
    ) -> None:
        move(experiment, actor=actor, now=now)

    return apply


def _decide(
    experiment: Experiment,
    data: Mapping[str, Any],
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> None:
    lifecycle.conclude(
        experiment, variant_key=data["variant"], reason=data["reason"], actor=actor, now=now
    )


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


_LIST = (
    Action(
        "start", Permission.LAUNCH, _("Start"), "player-play",
        _("It is running. Shoppers see it within five seconds."),
        _simple(lifecycle.start), (Status.DRAFT,), leads_from=(Status.DRAFT,),
    ),
    Action(
        "resume", Permission.LAUNCH, _("Resume"), "player-play",
        _("It goes on. Shoppers see it within five seconds."),
        _simple(lifecycle.resume), (Status.PAUSED,), leads_from=(Status.PAUSED,),
    ),
    Action(
        "pause", Permission.LAUNCH, _("Pause"), "player-pause",
        _("It is paused. Everybody sees the default."),
        _simple(lifecycle.pause), (Status.RUNNING,),
    ),
    Action(
        "decide", Permission.DECIDE, _("Decide"), "trophy",
        _("Decided. Shoppers see it within five seconds."),
        _decide, UNFINISHED, DecideForm, live_only=False, leads_from=(Status.STOPPED,),
    ),
    Action(
        "stop", Permission.LAUNCH, _("Stop"), "player-stop",
        _("It has ended. Everybody sees the default."),
        _simple(lifecycle.stop), (Status.RUNNING, Status.PAUSED), danger=True,
    ),
    Action(
        "traffic", Permission.LAUNCH, _("Raise the traffic"), "users",
        _("More visitors take part now."), _raise, traffic.LIVE, TrafficForm,
    ),
    Action(
        "split", Permission.LAUNCH, _("Change the split"), "scale",
        _("A new phase has begun; counting starts from zero."), _split, traffic.LIVE, SplitForm,
    ),
    Action(
        "delete", Permission.EDIT, _("Delete the draft"), "trash",
        _("The draft is gone."), _simple(design.delete), (Status.DRAFT,), danger=True,
    ),
)  # fmt: skip

ACTIONS: Mapping[str, Action] = MappingProxyType({action.name: action for action in _LIST})


def offered(experiment: Experiment, granted: frozenset[Permission]) -> list[Action]:
    """What this person can do with it now, the most likely first."""
    return [a for a in _LIST if a.permission in granted and a.is_offered(experiment)]
