"""What each action asks for, beside "are you sure"."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from experiments import traffic
from experiments.models import Experiment


class ActionForm(forms.Form):
    """What every action asks for: nothing but which state its reader has seen."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, experiment: Experiment, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.experiment = experiment
        self.initial.setdefault("revision", experiment.revision)

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:  # noqa: ARG003 - most have no rows
        """What has been typed with a row more or less; None if nobody asked for that."""
        return None

    def quiet(self) -> None:
        """Show what has been typed without complaint."""


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
