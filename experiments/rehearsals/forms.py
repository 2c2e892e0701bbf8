"""Whose visitors are split, and what is compared."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from creatives.models import Placement
from experiments.fields import whole
from experiments.models import Experiment
from workspace.models import Site

DAYS = 28
MOST_DAYS = 90


class RehearsalForm(forms.Form):
    """A placement, a metric, and how far back."""

    placement = forms.ModelChoiceField(
        Placement.objects.none(),
        label=_("Placement"),
        to_field_name="key",
        empty_label=_("Choose a placement"),
    )
    metric = forms.ChoiceField(label=_("Metric"), choices=Experiment.Metric.choices)
    days = whole(_("Days back"), 1, MOST_DAYS, _("Everybody who came to the slot since then."))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["placement"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Placement.objects.filter(site=site)

    def parameters(self) -> dict[str, Any]:
        """What the job needs."""
        data = self.cleaned_data
        return {
            "placement": data["placement"].pk,
            "metric": data["metric"],
            "days": data["days"],
        }
