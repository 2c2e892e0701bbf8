"""Takeaways and tags of a finished test, as somebody types them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments import learnings, tags
from experiments.models import Experiment


class LearningsForm(forms.Form):
    """What a test has taught. Nothing is required: what is emptied is taken away."""

    takeaways = forms.CharField(
        label=_("What we learned"),
        required=False,
        max_length=learnings.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The first line stands on its card in the library."),
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=400,
        help_text=_("Separated by commas, such as: red, countdown, 首页. At most 10."),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_tags(self) -> list[str]:
        return tags.split(self.cleaned_data["tags"])


def initial_of(experiment: Experiment) -> dict[str, Any]:
    """What is written down so far."""
    return {
        "takeaways": experiment.takeaways,
        "tags": tags.written(experiment.tags),
        "revision": experiment.revision,
    }
