"""What each action asks for, beside "are you sure"."""

from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from experiments import deciding, recommending, traffic
from experiments.local_moment import LocalMoment
from experiments.models import Experiment, NextStep

LEAVE = "-"
"""The choice that changes nothing; no variant can have this key."""


class ActionForm(forms.Form):
    """What every action asks for: nothing but which state its reader has seen."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        experiment: Experiment,
        actor: AbstractBaseUser | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.experiment, self.actor = experiment, actor
        self.initial.setdefault("revision", experiment.revision)

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:  # noqa: ARG003 - most have no rows
        """What has been typed with a row more or less; None if nobody asked for that."""
        return None

    def quiet(self) -> None:
        """Show what has been typed without complaint."""


class ReasonForm(ActionForm):
    """Why, if somebody wants to say so."""

    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the history. You may leave it empty."),
        required=False,
        max_length=2000,
    )


class SendBackForm(ActionForm):
    """What is to be changed: without it nobody could mend anything."""

    reason = forms.CharField(
        label=_("What is to be changed"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever submitted it reads this on the draft."),
        max_length=2000,
    )


class StartAtForm(ActionForm):
    """When the clock is to start it, by the shop's clock."""

    starts_at = LocalMoment(label=_("Start"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["starts_at"]
        assert isinstance(field, LocalMoment)  # noqa: S101 - declared above
        field.of(self.experiment.site)
        self.initial.setdefault("starts_at", self.experiment.starts_at)


class DecideForm(ActionForm):
    """Which banner everybody sees from now on, why, and what was learnt.

    Only what the report clearly recommends is chosen beforehand.
    """

    variant = forms.ChoiceField(
        label=_("Show everybody from now on"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    against_reason = forms.CharField(
        label=_("Why against the recommendation"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whoever asks in a year. One sentence is enough."),
        max_length=2000,
    )
    takeaways = forms.CharField(
        label=_("Takeaways"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was learnt, for the library of finished tests."),
        required=False,
        max_length=5000,
    )
    next_step = forms.ChoiceField(
        label=_("Next step"), choices=[("", "–"), *NextStep.choices], required=False
    )
    tags = forms.CharField(
        label=_("Tags"), help_text=_("Separated by commas."), required=False, max_length=500
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.recommended = recommending.of(self.experiment)
        self.asks_second = deciding.needs_second(self.experiment.site, actor=self.actor)
        self.initial.pop("variant", None)
        if self.recommended.variant is not None:
            self.initial["variant"] = self.recommended.variant
        field = self.fields["variant"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        choices = [(v.key, v.name) for v in self.experiment.variants.all()]
        field.choices = [*choices, (LEAVE, _("Leave the default as it is"))]
        self.keys = [*(key for key, _name in choices), LEAVE]
        self.fields["against_reason"].help_text = _second(asks=self.asks_second)

    @property
    def leave(self) -> str:
        """The value of the choice that changes nothing."""
        return LEAVE

    @property
    def against(self) -> frozenset[str]:
        """Values of the choices that the report speaks against."""
        return frozenset(key for key in self.keys if self.recommended.is_against(_key(key)))

    def clean_variant(self) -> str:
        return _key(self.cleaned_data["variant"])

    def clean_tags(self) -> tuple[str, ...]:
        return deciding.clean_tags(self.cleaned_data["tags"])


def _key(value: str) -> str:
    return "" if value == LEAVE else value


def _second(*, asks: bool) -> Any:  # noqa: ANN401 - lazy text
    if asks:
        return _(
            "At least 20 characters. Another person who may decide has to confirm it, then it "
            "comes into force."
        )
    return _(
        "At least 20 characters. You are the only one here who may decide, so the reason is enough."
    )


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
